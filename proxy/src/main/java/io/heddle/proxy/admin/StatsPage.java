package io.heddle.proxy.admin;

import io.heddle.proxy.admin.Page.Answer;
import io.heddle.proxy.observe.ProxyMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// The figures: as Prometheus reads them, as Envoy's `name: value`, or as Envoy's JSON.
final class StatsPage {
    private final ProxyMetrics metrics;
    private final CounterReset reset = new CounterReset();

    StatsPage(ProxyMetrics metrics) {
        this.metrics = metrics;
    }

    /// One figure.
    private record Sample(String name, String value) {
        static Sample of(String line) {
            int space = line.lastIndexOf(' ');
            return new Sample(line.substring(0, space), line.substring(space + 1));
        }

        String family() {
            int brace = name.indexOf('{');
            return brace < 0 ? name : name.substring(0, brace);
        }

        boolean isUsed() {
            return Double.parseDouble(value) != 0;
        }

        /// Both together: Envoy has one name for what is told apart here.
        Sample plus(Sample other) {
            return new Sample(
                    name,
                    number(Double.parseDouble(value) + Double.parseDouble(other.value))
                            .toString());
        }
    }

    private String scrape(Predicate<String> families) {
        return reset.apply(metrics.scrape(families));
    }

    /// Lets counters begin at zero again.
    Answer reset() {
        reset.reset(metrics.scrape(_ -> true));
        return Answer.text(200, "OK\n");
    }

    /// In the form that the query asks for.
    Answer answer(Map<String, String> query) {
        return switch (query.getOrDefault("format", "text")) {
            case "prometheus" -> prometheus(query);
            case "json" -> {
                var stats = samples(query).stream().map(StatsPage::shown).toList();
                yield Answer.json(Map.of("stats", stats));
            }
            case "text" -> {
                var lines = new StringBuilder();
                samples(query)
                        .forEach(sample -> lines.append(sample.name())
                                .append(": ")
                                .append(sample.value())
                                .append('\n'));
                yield Answer.text(200, lines.toString());
            }
            default -> throw new IllegalArgumentException("format is text, json or prometheus");
        };
    }

    /// As Prometheus reads them. `usedonly` leaves out samples that are zero.
    Answer prometheus(Map<String, String> query) {
        var text = scrape(AdminPages.filter(query, "filter"));
        if (!query.containsKey("usedonly")) {
            return Answer.metrics(text);
        }
        var used = new StringBuilder();
        text.lines()
                .filter(line -> line.startsWith("#") || Sample.of(line).isUsed())
                .forEach(line -> used.append(line).append('\n'));
        return Answer.metrics(used.toString());
    }

    /// Under Envoy's names, by which they are filtered, too.
    private List<Sample> samples(Map<String, String> query) {
        boolean usedOnly = query.containsKey("usedonly");
        var wanted = AdminPages.filter(query, "filter");
        var found = new LinkedHashMap<String, Sample>();
        scrape(_ -> true)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(Sample::of)
                .filter(sample -> !usedOnly || sample.isUsed())
                .forEach(sample -> {
                    var named = new Sample(EnvoyNames.of(sample.name()), sample.value());
                    if (wanted.test(named.name()) || wanted.test(sample.family())) {
                        found.merge(named.name(), named, Sample::plus);
                    }
                });
        return List.copyOf(found.values());
    }

    private static Map<String, Object> shown(Sample sample) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("name", sample.name());
        shown.put("value", number(Double.parseDouble(sample.value())));
        return shown;
    }

    private static Number number(double number) {
        if (number == Math.rint(number) && Math.abs(number) < 1e15) {
            return (long) number;
        }
        return number;
    }

    /// Memory in bytes, as Envoy's `admin.v3.Memory`.
    Map<String, Object> memory() {
        var samples = new ArrayList<Sample>();
        metrics.scrape(name -> name.startsWith("heddle_heap") || name.startsWith("process_resident"))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> samples.add(Sample.of(line)));
        var figures = new LinkedHashMap<String, Object>();
        put("allocated", "heddle_heap_used_bytes", samples, figures);
        put("heap_size", "heddle_heap_size_bytes", samples, figures);
        put("total_physical_bytes", "process_resident_memory_bytes", samples, figures);
        return figures;
    }

    private static void put(String name, String ours, List<Sample> samples, Map<String, Object> figures) {
        samples.stream()
                .filter(sample -> sample.name().equals(ours))
                .forEach(sample -> figures.put(name, sample.value()));
    }
}
