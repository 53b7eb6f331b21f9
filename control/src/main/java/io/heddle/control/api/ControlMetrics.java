package io.heddle.control.api;

import io.heddle.control.push.ConnectedProxies;
import io.heddle.control.push.PushCounts;
import io.heddle.control.ratelimit.SharedLimits;
import io.heddle.control.reconcile.Publication;
import io.heddle.control.telemetry.ProxyScraper;
import io.heddle.control.telemetry.TrafficGraph;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/// The control plane's own metrics in Prometheus' text format, under the names of Istio's pilot where they mean the
/// same.
final class ControlMetrics {
    private static final int PAGE_KIB = 4;

    private final ConnectedProxies proxies;
    private final ProxyScraper scraper;
    private final TrafficGraph graph;
    private final String version;
    private volatile Optional<SharedLimits> limits = Optional.empty();

    ControlMetrics(ConnectedProxies proxies, ProxyScraper scraper, TrafficGraph graph, String version) {
        this.proxies = proxies;
        this.scraper = scraper;
        this.graph = graph;
        this.version = version;
    }

    /// Shows these, too.
    void limits(SharedLimits shared) {
        limits = Optional.of(shared);
    }

    /// `GET /metrics`.
    Answer metrics(Call call) {
        var text = new StringBuilder();
        pilot(text);
        graph(text);
        limits.ifPresent(shared -> limits(shared, text));
        process(text);
        return new Answer(
                200, "text/plain; version=0.0.4; charset=utf-8", text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void pilot(StringBuilder text) {
        var figures = proxies.figures();
        head(text, "istio_build", "gauge", "The version of this component.");
        text.append("istio_build{component=\"pilot\",tag=\"").append(version).append("\"} 1\n");
        head(text, "pilot_xds", "gauge", "Connected proxies.");
        sample(text, "pilot_xds", proxies.nodes().size());
        head(text, "pilot_services", "gauge", "Services in the mesh.");
        sample(
                text,
                "pilot_services",
                proxies.publication()
                        .map(Publication::snapshot)
                        .map(mesh -> mesh.services().size())
                        .orElse(0));
        head(text, "pilot_xds_pushes", "counter", "Responses that proxies answered, by type.");
        figures.pushes()
                .forEach((type, count) -> sample(text, "pilot_xds_pushes{type=\"" + lower(type) + "\"}", count));
        head(text, "pilot_total_xds_rejects", "counter", "Responses that proxies refused, by type.");
        figures.rejects()
                .forEach((type, count) -> sample(text, "pilot_total_xds_rejects{type=\"" + lower(type) + "\"}", count));
        convergence(text, figures);
    }

    private static void convergence(StringBuilder text, PushCounts.Figures figures) {
        var name = "pilot_proxy_convergence_time";
        head(text, name, "histogram", "Seconds from a push to its last acknowledgement.");
        for (int i = 0; i < PushCounts.BOUNDS.size(); i++) {
            sample(
                    text,
                    name + "_bucket{le=\"" + PushCounts.BOUNDS.get(i) + "\"}",
                    figures.buckets().get(i));
        }
        long total = figures.buckets().getLast();
        sample(text, name + "_bucket{le=\"+Inf\"}", (double) total);
        sample(text, name + "_sum", figures.sumSeconds());
        sample(text, name + "_count", (double) total);
    }

    private void graph(StringBuilder text) {
        head(text, "heddle_graph_series", "gauge", "Series that the traffic graph follows.");
        sample(text, "heddle_graph_series", graph.seriesCount());
        head(text, "heddle_graph_dropped_samples_total", "counter", "Samples left out for too many series.");
        sample(text, "heddle_graph_dropped_samples_total", (double) graph.droppedSamples());
        head(text, "heddle_scrape_failures_total", "counter", "Proxy metrics that could not be read.");
        sample(text, "heddle_scrape_failures_total", (double) scraper.failures());
    }

    private static void limits(SharedLimits limits, StringBuilder text) {
        var figures = limits.figures();
        head(text, "heddle_rate_limit_counts", "gauge", "Things that requests are counted as now.");
        sample(text, "heddle_rate_limit_counts", limits.counted());
        limit(text, "total_hits", "Hits under a limit, by rule.", figures, SharedLimits.Figures::hits);
        limit(text, "within_limit", "Hits of requests within it.", figures, SharedLimits.Figures::within);
        limit(text, "near_limit", "Hits beyond four fifths of it.", figures, SharedLimits.Figures::near);
        limit(text, "over_limit", "Hits beyond it.", figures, SharedLimits.Figures::over);
        limit(text, "shadow_mode", "Hits beyond it that were let pass.", figures, SharedLimits.Figures::shadow);
    }

    private static void limit(
            StringBuilder text,
            String what,
            String help,
            Map<SharedLimits.Rule, SharedLimits.Figures> figures,
            ToLongFunction<SharedLimits.Figures> value) {
        var name = "ratelimit_service_rate_limit_" + what;
        head(text, name, "counter", help);
        figures.forEach((rule, found) -> sample(
                text, name + "{domain=\"" + escaped(rule.domain()) + "\",key=\"" + escaped(rule.key()) + "\"}", (double)
                        value.applyAsLong(found)));
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static void process(StringBuilder text) {
        var runtime = ManagementFactory.getRuntimeMXBean();
        head(text, "process_start_time_seconds", "gauge", "Start of the process, seconds since 1970.");
        sample(text, "process_start_time_seconds", runtime.getStartTime() / 1000.0);
        cpuSeconds().ifPresent(seconds -> {
            head(text, "process_cpu_seconds_total", "counter", "CPU time used.");
            sample(text, "process_cpu_seconds_total", seconds);
        });
        residentBytes().ifPresent(bytes -> {
            head(text, "process_resident_memory_bytes", "gauge", "Resident memory.");
            sample(text, "process_resident_memory_bytes", bytes);
        });
    }

    private static Optional<Double> cpuSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(duration -> duration.toNanos() / (double) TimeUnit.SECONDS.toNanos(1));
    }

    /// Linux only, as in Prometheus' own client libraries.
    private static Optional<Double> residentBytes() {
        try {
            var fields = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
            return Optional.of(Double.parseDouble(fields[1]) * PAGE_KIB * 1024);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static String lower(Enum<?> type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void sample(StringBuilder text, String series, double value) {
        text.append(series).append(' ');
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            text.append((long) value);
        } else {
            text.append(value);
        }
        text.append('\n');
    }
}
