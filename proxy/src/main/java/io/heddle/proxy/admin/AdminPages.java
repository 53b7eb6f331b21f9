package io.heddle.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.heddle.proxy.admin.Page.Answer;
import io.heddle.proxy.observe.ProxyMetrics;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What the admin interface and the metrics port say, under Envoy's and Istio's paths.
public final class AdminPages {
    private static final int LONGEST_FILTER = 200;

    private final View view;
    private final ProxyMetrics metrics;

    /// Tells of `view` and of `metrics`.
    public AdminPages(View view, ProxyMetrics metrics) {
        this.view = view;
        this.metrics = metrics;
    }

    /// What the pages can know of a proxy, and do to it.
    public interface View {
        /// `LIVE`, `DRAINING`, or `PRE_INITIALIZING` until it is ready.
        State state();

        /// The live configuration.
        RuntimeConfig config();

        /// The open listeners.
        Map<String, InetSocketAddress> listeners();

        /// The certificate shown to peers: what is known of it.
        Map<String, Object> certificate();

        /// Version, node, uptime, the state of the control plane's stream.
        Map<String, Object> server();

        /// Begins to drain.
        void drain();

        /// Ends the process's proxy.
        void quit();
    }

    /// Whether the proxy takes requests, with Envoy's names.
    public enum State {
        PRE_INITIALIZING,
        LIVE,
        DRAINING
    }

    /// Opens the admin interface.
    public PageServer admin(String host, int port) throws IOException {
        var pages = new LinkedHashMap<String, Page>();
        pages.put("/ready", Page.of(_ -> ready()));
        pages.put("/stats", Page.of(this::stats));
        pages.put("/stats/prometheus", Page.of(this::prometheus));
        pages.put("/clusters", Page.of(_ -> clusters()));
        pages.put("/listeners", Page.of(_ -> listeners()));
        pages.put("/config_dump", Page.of(_ -> Answer.json(ConfigDump.of(view.config()))));
        pages.put("/certs", Page.of(_ -> Answer.json(Map.of("certificates", List.of(view.certificate())))));
        pages.put("/server_info", Page.of(_ -> serverInfo()));
        pages.put("/memory", Page.of(_ -> memory()));
        pages.put("/drain_listeners", new Page(true, _ -> {
            view.drain();
            return Answer.text(200, "OK\n");
        }));
        pages.put("/quitquitquit", new Page(true, _ -> {
            view.quit();
            return Answer.text(200, "OK\n");
        }));
        var help = String.join("\n", pages.keySet()) + "\n";
        pages.put("/help", Page.of(_ -> Answer.text(200, help)));
        pages.put("/", Page.of(_ -> Answer.text(200, help)));
        return PageServer.start(PageServer.at(host, port), pages);
    }

    /// Opens the metrics port: it tells metrics and health, nothing else.
    public PageServer metrics(String host, int port) throws IOException {
        return PageServer.start(
                PageServer.at(host, port),
                Map.of(
                        "/stats/prometheus", Page.of(this::prometheus),
                        "/metrics", Page.of(this::prometheus),
                        "/healthz/ready", Page.of(_ -> ready()),
                        "/healthz", Page.of(_ -> ready())));
    }

    private Answer ready() {
        var state = view.state();
        return Answer.text(state == State.LIVE ? 200 : 503, state + "\n");
    }

    private Answer prometheus(Map<String, String> query) {
        return Answer.metrics(metrics.scrape(filter(query)));
    }

    /// The samples alone, as Envoy's `name: value`.
    private Answer stats(Map<String, String> query) {
        var lines = new StringBuilder();
        metrics.scrape(filter(query))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> {
                    int space = line.lastIndexOf(' ');
                    lines.append(line, 0, space).append(": ").append(line, space + 1, line.length());
                    lines.append('\n');
                });
        return Answer.text(200, lines.toString());
    }

    /// Envoy's `filter` parameter: a regular expression found in the family's name.
    private static Predicate<String> filter(Map<String, String> query) {
        var filter = query.getOrDefault("filter", "");
        if (filter.isEmpty()) {
            return _ -> true;
        }
        if (filter.length() > LONGEST_FILTER) {
            throw new IllegalArgumentException("the filter is longer than " + LONGEST_FILTER + " characters");
        }
        try {
            var pattern = Pattern.compile(filter);
            return name -> pattern.matcher(name).find();
        } catch (PatternSyntaxException invalid) {
            throw new IllegalArgumentException("filter is no regular expression: " + invalid.getDescription(), invalid);
        }
    }

    private Answer clusters() {
        var lines = new StringBuilder();
        new TreeMap<>(view.config().clusters()).forEach((name, cluster) -> {
            for (var endpoint : cluster.endpoints().endpoints()) {
                var prefix = name + "::" + endpoint.key() + "::";
                lines.append(prefix)
                        .append("health_flags::")
                        .append(endpoint.health())
                        .append('\n');
                lines.append(prefix)
                        .append("weight::")
                        .append(endpoint.weight())
                        .append('\n');
                lines.append(prefix)
                        .append("workload::")
                        .append(endpoint.metadata().workload())
                        .append('\n');
            }
            if (cluster.endpoints().endpoints().isEmpty()) {
                lines.append(name).append("::no endpoints\n");
            }
        });
        return Answer.text(200, lines.toString());
    }

    private Answer listeners() {
        var lines = new StringBuilder();
        new TreeMap<>(view.listeners())
                .forEach((name, address) -> lines.append(name)
                        .append("::")
                        .append(address.getAddress().getHostAddress())
                        .append(':')
                        .append(address.getPort())
                        .append('\n'));
        return Answer.text(200, lines.toString());
    }

    private Answer serverInfo() {
        var info = new LinkedHashMap<String, Object>();
        info.put("state", view.state());
        info.putAll(view.server());
        return Answer.json(info);
    }

    private Answer memory() {
        var figures = new LinkedHashMap<String, Object>();
        var text = metrics.scrape(name -> name.startsWith("heddle_heap")
                || name.startsWith("heddle_direct")
                || name.startsWith("process_resident"));
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            figures.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        });
        return Answer.json(figures);
    }
}
