package io.heddle.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.heddle.model.problem.PatternLimits;
import io.heddle.proxy.admin.Page.Answer;
import io.heddle.proxy.observe.ProxyMetrics;
import io.heddle.proxy.runtime.RuntimeLayers;
import io.heddle.proxy.tls.ShownCertificates;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.traffic.explain.Explainer;
import io.heddle.xds.read.ConfigDump;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What the admin interface and the metrics port say, under Envoy's and Istio's paths.
public final class AdminPages {
    private static final int LONGEST_FILTER = 200;

    private final View view;
    private final StatsPage stats;
    private final LoggingPage logging;
    private final RuntimePage runtime;

    /// Tells of `view` and of `metrics`.
    public AdminPages(View view, ProxyMetrics metrics) {
        this.view = view;
        this.stats = new StatsPage(metrics);
        this.logging = new LoggingPage(view.logLevels());
        this.runtime = new RuntimePage(view.runtime());
    }

    /// What the pages can know of a proxy, and do to it.
    public interface View {
        /// `LIVE`, `DRAINING`, or `PRE_INITIALIZING` until it is ready.
        State state();

        /// The live configuration as it was received, as Envoy's JSON.
        String configDump(ConfigDump.Wanted wanted);

        /// The clusters in use, by name.
        List<UpstreamCluster> clusters();

        /// What explains requests by the live configuration.
        Explainer explainer();

        /// The open listeners.
        Map<String, InetSocketAddress> listeners();

        /// The certificates in use.
        List<ShownCertificates> certificates();

        /// The layers of the runtime.
        RuntimeLayers runtime();

        /// What the process's loggers say.
        LogLevels logLevels();

        /// Version, node, uptime, the state of the control plane's stream.
        Map<String, Object> server();

        /// Begins to drain all listeners, or the inbound ones alone; `graceful` gives clients and the mesh time to go.
        void drain(boolean inboundOnly, boolean graceful);

        /// Says to the mesh that requests may come here, or that none should.
        void serve(boolean serving);

        /// Writes the access logs to new files where the old ones were moved away.
        void reopenLogs();

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
        var pages = new TreeMap<String, Page>();
        pages.put("/certs", Page.of("print certs on machine", _ -> CertificatePage.answer(view.certificates())));
        pages.put("/clusters", Page.of("upstream cluster status; filter=, format=json", this::clusters));
        pages.put(
                "/config_dump",
                Page.of("dump current configuration; resource=, mask=, name_regex=, include_eds", this::configDump));
        pages.put("/drain_listeners", Page.changing("drain listeners; inboundonly, graceful", this::drain));
        pages.put(
                "/explain",
                Page.ofForm(
                        "explain a request; request=, header=, from=, listener=, to=, seed=, format=json",
                        query -> ExplainPage.answer(view.explainer(), query)));
        pages.put("/healthcheck/fail", Page.changing("cause the server to fail health checks", _ -> serve(false)));
        pages.put("/healthcheck/ok", Page.changing("cause the server to pass health checks", _ -> serve(true)));
        pages.put("/listeners", Page.of("print listener info; format=json", this::listeners));
        pages.put(
                "/logging",
                Page.both(
                        "print and change logging levels; level=, <logger>=, paths=", logging::tell, logging::change));
        pages.put("/memory", Page.of("print current heap and process usage", _ -> Answer.json(stats.memory())));
        pages.put("/quitquitquit", Page.changing("exit the server", _ -> quit()));
        pages.put("/ready", Page.of("print server state, return 200 if LIVE, otherwise return 503", _ -> ready()));
        pages.put("/reopen_logs", Page.changing("reopen access logs", _ -> reopenLogs()));
        pages.put("/reset_counters", Page.changing("reset all counters to zero", _ -> stats.reset()));
        pages.put("/runtime", Page.of("print runtime values", runtime::tell));
        pages.put("/runtime_modify", Page.changing("modify runtime values; <key>=<value>", runtime::change));
        pages.put("/server_info", Page.of("print server version/status information", _ -> serverInfo()));
        pages.put(
                "/stats", Page.of("print server stats; filter=, usedonly, format=text|json|prometheus", stats::answer));
        pages.put(
                "/stats/prometheus",
                Page.of("print server stats in prometheus format; filter=, usedonly", stats::prometheus));
        var help = help(pages);
        pages.put("/help", Page.of("", _ -> Answer.text(200, help)));
        pages.put("/", Page.of("", _ -> Answer.text(200, help)));
        return PageServer.start(PageServer.at(host, port), pages);
    }

    /// Opens the metrics port: it tells metrics and health, nothing else.
    public PageServer metrics(String host, int port) throws IOException {
        return PageServer.start(
                PageServer.at(host, port),
                Map.of(
                        "/stats/prometheus", Page.of("", stats::prometheus),
                        "/metrics", Page.of("", stats::prometheus),
                        "/healthz/ready", Page.of("", _ -> ready()),
                        "/healthz", Page.of("", _ -> ready())));
    }

    private static String help(Map<String, Page> pages) {
        var text = new StringBuilder("admin commands are:\n");
        pages.forEach((path, page) -> text.append("  ")
                .append(path)
                .append(page.methods())
                .append(": ")
                .append(page.help())
                .append('\n'));
        return text.append("  /help: print this list\n").toString();
    }

    private Answer ready() {
        var state = view.state();
        return Answer.text(state == State.LIVE ? 200 : 503, state + "\n");
    }

    /// Envoy's `filter` and `name_regex` parameters: a regular expression found in a name.
    static Predicate<String> filter(Map<String, String> query, String parameter) {
        var filter = query.getOrDefault(parameter, "");
        if (filter.isEmpty()) {
            return _ -> true;
        }
        if (filter.length() > LONGEST_FILTER) {
            throw new IllegalArgumentException(parameter + " is longer than " + LONGEST_FILTER + " characters");
        }
        PatternLimits.excess(filter).ifPresent(excess -> {
            throw new IllegalArgumentException(parameter + " is a regular expression " + excess);
        });
        try {
            var pattern = Pattern.compile(filter);
            return name -> pattern.matcher(name).find();
        } catch (PatternSyntaxException invalid) {
            throw new IllegalArgumentException(
                    parameter + " is no regular expression: " + invalid.getDescription(), invalid);
        }
    }

    /// Whether Envoy's `format` parameter asks for JSON.
    static boolean asksForJson(Map<String, String> query) {
        return switch (query.getOrDefault("format", "text")) {
            case "json" -> true;
            case "text" -> false;
            default -> throw new IllegalArgumentException("format is text or json");
        };
    }

    private Answer configDump(Map<String, String> query) {
        var wanted = new ConfigDump.Wanted(
                query.getOrDefault("resource", ""),
                filter(query, "name_regex"),
                query.containsKey("include_eds"),
                query.getOrDefault("mask", ""));
        try {
            return new Answer(200, "application/json", view.configDump(wanted));
        } catch (NoSuchElementException unknown) {
            return Answer.text(404, unknown.getMessage() + "\n");
        }
    }

    private Answer clusters(Map<String, String> query) {
        var wanted = filter(query, "filter");
        var clusters = view.clusters().stream()
                .filter(found -> wanted.test(found.cluster().name()))
                .toList();
        return asksForJson(query) ? ClusterPage.json(clusters) : ClusterPage.text(clusters);
    }

    private Answer listeners(Map<String, String> query) {
        var listeners = new TreeMap<>(view.listeners());
        if (asksForJson(query)) {
            var statuses = listeners.entrySet().stream()
                    .map(entry -> Map.of(
                            "name",
                            entry.getKey(),
                            "local_address",
                            ClusterPage.address(
                                    entry.getValue().getAddress().getHostAddress(),
                                    entry.getValue().getPort())))
                    .toList();
            return Answer.json(Map.of("listener_statuses", statuses));
        }
        var lines = new StringBuilder();
        listeners.forEach((name, address) -> lines.append(name)
                .append("::")
                .append(address.getAddress().getHostAddress())
                .append(':')
                .append(address.getPort())
                .append('\n'));
        return Answer.text(200, lines.toString());
    }

    private Answer drain(Map<String, String> query) {
        view.drain(query.containsKey("inboundonly"), query.containsKey("graceful"));
        return Answer.text(200, "OK\n");
    }

    private Answer serve(boolean serving) {
        view.serve(serving);
        return Answer.text(200, "OK\n");
    }

    private Answer reopenLogs() {
        view.reopenLogs();
        return Answer.text(200, "OK\n");
    }

    private Answer quit() {
        view.quit();
        return Answer.text(200, "OK\n");
    }

    private Answer serverInfo() {
        var info = new LinkedHashMap<String, Object>();
        info.put("state", view.state());
        info.putAll(view.server());
        return Answer.json(info);
    }
}
