package io.heddle.proxy;

import io.heddle.proxy.admin.AdminPages;
import io.heddle.proxy.admin.AdminPages.State;
import io.heddle.proxy.listen.ListenerChanges;
import io.heddle.proxy.listen.Listeners;
import io.heddle.proxy.observe.AccessLogs;
import io.heddle.proxy.observe.DownstreamFigure;
import io.heddle.proxy.observe.LabelledFamily;
import io.heddle.proxy.observe.ProxyMetrics;
import io.heddle.proxy.upstream.Upstreams;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;

/// Whether the proxy is there and what it has in all, as Envoy names it in `server.…`, `listener_manager.…`,
/// `cluster_manager.…` and `filesystem.…`; and what became of connections, by connection manager.
///
/// @param metrics where it goes
record ServerFigures(ProxyMetrics metrics) {
    /// Adds all of them.
    void add(AdminPages.View server, int concurrency, Listeners listeners, Upstreams upstreams, AccessLogs logs) {
        add(server, concurrency);
        add(listeners);
        add(upstreams);
        add(logs);
    }

    private void add(AdminPages.View server, int concurrency) {
        metrics.add("envoy_server_live", "Whether it takes requests.", () -> server.state() == State.LIVE ? 1 : 0);
        metrics.add(
                "envoy_server_state",
                "0 live, 1 draining, 2 before its first configuration.",
                () -> switch (server.state()) {
                    case LIVE -> 0;
                    case DRAINING -> 1;
                    case PRE_INITIALIZING -> 2;
                });
        var started = Instant.now();
        metrics.add("envoy_server_uptime", "Seconds since it began.", () ->
                (double) Duration.between(started, Instant.now()).toSeconds());
        metrics.add("envoy_server_concurrency", "Event loops.", () -> concurrency);
        metrics.add(
                "envoy_server_days_until_first_cert_expiring",
                "Whole days until the first certificate in use ends; 4294967295 without one.",
                () -> (double) days(server));
        metrics.add(
                "envoy_listener_manager_workers_started",
                "Whether its first configuration is live.",
                () -> server.state() == State.PRE_INITIALIZING ? 0 : 1);
        metrics.add(
                "envoy_listener_manager_total_listeners_active",
                "Listeners that are open.",
                () -> server.listeners().size());
    }

    private static long days(AdminPages.View server) {
        return server.certificates().stream()
                .flatMap(shown -> Stream.concat(shown.authorities().stream(), shown.chain().stream()))
                .map(certificate -> certificate.getNotAfter())
                .min(Date::compareTo)
                .map(end -> Math.max(
                        0, Duration.between(Instant.now(), end.toInstant()).toDays()))
                .orElse(0xFFFF_FFFFL);
    }

    private void add(Listeners listeners) {
        for (var figure : ListenerChanges.Figure.values()) {
            metrics.addCounter(
                    "envoy_listener_manager_" + figure.stat(),
                    figure.help(),
                    () -> listeners.changes().value(figure));
        }
        metrics.add("envoy_listener_manager_total_listeners_draining", "Listeners that end.", () ->
                (double) listeners.draining());
        metrics.add("envoy_listener_manager_total_filter_chains_draining", "Chains of open listeners that end.", () ->
                (double) listeners.drainingChains());
        metrics.addFamilies(() -> managers(listeners));
    }

    private static List<LabelledFamily> managers(Listeners listeners) {
        var managers = listeners.managers();
        var families = new ArrayList<LabelledFamily>();
        for (var figure : DownstreamFigure.values()) {
            var values = new HashMap<String, Long>();
            managers.forEach((prefix, stats) -> values.put(prefix, stats.value(figure)));
            families.add(new LabelledFamily(
                    "envoy_http_" + figure.stat(),
                    figure.isGauge() ? "gauge" : "counter",
                    figure.help(),
                    "envoy_http_conn_manager_prefix",
                    values));
        }
        return families;
    }

    private void add(Upstreams upstreams) {
        metrics.add(
                "envoy_cluster_manager_active_clusters",
                "Clusters in use.",
                () -> upstreams.all().size());
        metrics.add(
                "envoy_cluster_manager_warming_clusters",
                "Clusters that wait for names or first checks of their hosts.",
                () -> (double) upstreams.warming());
        var changes = upstreams.changes();
        metrics.addCounter("envoy_cluster_manager_cluster_added", "Clusters that came.", changes::added);
        metrics.addCounter("envoy_cluster_manager_cluster_modified", "Clusters that changed.", changes::modified);
        metrics.addCounter("envoy_cluster_manager_cluster_removed", "Clusters that went.", changes::removed);
        metrics.addFamilies(() -> BalancingFigures.of(upstreams));
    }

    private void add(AccessLogs logs) {
        metrics.addCounter("envoy_filesystem_write_buffered", "Access log lines that writers took.", logs::written);
        metrics.addCounter("envoy_filesystem_write_completed", "Times that a log file was written to.", logs::writes);
        metrics.addCounter(
                "envoy_filesystem_write_failed",
                "Times that a log file could not be opened or written to.",
                logs::failures);
    }
}
