package io.heddle.proxy;

import io.heddle.proxy.ads.AdsSource;
import io.heddle.proxy.grpc.GrpcCode;
import io.heddle.proxy.http2.Flood;
import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.listen.ListenerStats;
import io.heddle.proxy.listen.ListenerStats.LimitCount;
import io.heddle.proxy.listen.Listeners;
import io.heddle.proxy.observe.AccessLogs;
import io.heddle.proxy.observe.LabelledFamily;
import io.heddle.proxy.observe.ProxyMetrics;
import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.proxy.overload.Overload;
import io.heddle.proxy.overload.OverloadLoop;
import io.heddle.proxy.tls.IdentityAgent;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.proxy.upstream.health.CheckCounts;
import io.heddle.traffic.resilience.OverloadPolicy;
import io.heddle.traffic.resilience.health.EjectionType;
import io.heddle.traffic.resilience.health.OutlierDetector;
import io.heddle.xds.client.FileServer;
import io.heddle.xds.client.FileUpdates;
import io.heddle.xds.resource.ResourceType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// The proxy's figures beside those of requests.
///
/// @param metrics where they go
record Figures(ProxyMetrics metrics) {
    void add(Optional<AdsSource> ads, Optional<IdentityAgent> identity, AccessLogs logs, Listeners listeners) {
        addListeners(listeners);
        metrics.add("heddle_access_log_written_total", "Access log lines written.", () -> (double) logs.written());
        metrics.add("heddle_access_log_dropped_total", "Access log lines dropped.", () -> (double) logs.dropped());
        ads.ifPresent(source -> {
            metrics.add("heddle_config_accepted_total", "Configurations that went live.", () ->
                    (double) source.status().accepted());
            metrics.add("heddle_config_rejected_total", "Updates of which something was refused.", () ->
                    (double) source.status().rejected());
        });
        identity.ifPresent(agent -> {
            metrics.add(
                    "heddle_certificate_expiry_timestamp_seconds",
                    "When the own certificate ends, seconds since the epoch; 0 without one.",
                    () -> (double) agent.expiry().map(Instant::getEpochSecond).orElse(0L));
            metrics.add("heddle_certificate_renewals_total", "Certificates obtained.", () -> (double) agent.renewals());
            metrics.add("heddle_certificate_failures_total", "Attempts that failed.", () -> (double) agent.failures());
        });
    }

    /// Whether there is a server; of files there is none.
    void addServer(AdsSource source) {
        metrics.add(
                "heddle_control_plane_connected",
                "Whether the control plane's stream stands.",
                () -> source.status().connected() ? 1 : 0);
        metrics.add(
                "envoy_control_plane_connected_state",
                "The same, as Envoy names it.",
                () -> source.status().connected() ? 1 : 0);
    }

    /// How reading files of configuration went, by Envoy's names.
    void add(FileServer files) {
        add("envoy_listener_manager_lds_", files.updates(ResourceType.LDS));
        add("envoy_cluster_manager_cds_", files.updates(ResourceType.CDS));
    }

    private void add(String prefix, FileUpdates updates) {
        metrics.add(prefix + "update_attempt", "How often the file was read.", () -> (double) updates.attempts());
        metrics.add(prefix + "update_failure", "How often it could not be.", () -> (double) updates.failures());
        metrics.add(prefix + "update_success", "How often all of it went live.", () -> (double) updates.successes());
        metrics.add(prefix + "update_rejected", "How often something of it was refused.", () ->
                (double) updates.rejections());
    }

    /// What requests wait for.
    void add(OnDemand onDemand) {
        metrics.add("heddle_on_demand_waiting", "Requests that wait for what the control plane was asked for.", () ->
                (double) onDemand.waiting());
        metrics.add("heddle_on_demand_asked_total", "Virtual hosts and clusters asked for.", () ->
                (double) onDemand.asked());
        metrics.add("heddle_on_demand_timeouts_total", "Requests that went on without an answer.", () ->
                (double) onDemand.timeouts());
        metrics.add("heddle_on_demand_overflow_total", "Requests answered 503 as too many wait.", () ->
                (double) onDemand.overflows());
    }

    /// What is used, and what is done about it, as Envoy names it.
    void add(Overload overload, OverloadLoop pressure) {
        metrics.add("envoy_http_downstream_rq_overload_close_total", "Requests answered 503 for overload.", () ->
                (double) overload.requests());
        for (var resource : OverloadPolicy.Resource.values()) {
            metrics.add(
                    Overload.metric(resource.monitor()) + "_pressure",
                    "What part is used, in percent.",
                    () -> Math.round(100 * pressure.pressures().getOrDefault(resource, 0.0)));
        }
        for (var action : OverloadPolicy.Action.values()) {
            metrics.add(
                    Overload.metric(action.text()) + "_active",
                    "Whether it is done in full.",
                    () -> overload.isSaturated(action) ? 1 : 0);
            metrics.add(
                    Overload.metric(action.text()) + "_scale_percent",
                    "How much of it is done.",
                    () -> Math.round(100 * overload.state(action)));
        }
    }

    private void addListeners(Listeners listeners) {
        metrics.add("envoy_server_total_connections", "Connections that clients have open.", () ->
                (double) listeners.connections());
        metrics.addFamilies(() -> {
            var stats = listeners.stats();
            var families = new ArrayList<LabelledFamily>();
            for (var figure : ListenerStats.Figure.values()) {
                var values = new HashMap<String, Long>();
                stats.forEach((listener, counted) -> values.put(listener, counted.value(figure)));
                families.add(new LabelledFamily(
                        "envoy_listener_" + figure.label(),
                        figure.isGauge() ? "gauge" : "counter",
                        figure.help(),
                        "envoy_listener_address",
                        values));
            }
            families.add(limits("limited_connections", "counter", "Connections refused.", stats, LimitCount::limited));
            families.add(limits("active_connections", "gauge", "Connections open.", stats, LimitCount::active));
            return families;
        });
    }

    /// Of limits of connections, which may have one name at several listeners.
    private static LabelledFamily limits(
            String name, String type, String help, Map<String, ListenerStats> stats, ToLongFunction<LimitCount> value) {
        var values = new HashMap<String, Long>();
        stats.values()
                .forEach(counted -> counted.limits()
                        .forEach((prefix, limit) -> values.merge(prefix, value.applyAsLong(limit), Long::sum)));
        return new LabelledFamily(
                "envoy_connection_limit_" + name, type, help, "envoy_connection_limit_prefix", values);
    }

    /// What happened to connections to hosts, and whose requests are told by status.
    void add(Upstreams upstreams, Listeners listeners) {
        metrics.tellOf(listeners::statPrefixes, upstreams::names);
        metrics.addCalls(
                upstreams.calls(),
                Arrays.stream(GrpcCode.values()).map(GrpcCode::name).toList());
        metrics.addFamilies(() -> List.of(new LabelledFamily(
                "envoy_cluster_bind_errors",
                "counter",
                "Connections that could not come from the address that they should.",
                "envoy_cluster_name",
                upstreams.bindErrors())));
        metrics.addFamilies(() -> ClusterFigures.of(upstreams.all()));
        metrics.addFamilies(() -> ClusterFigures.hosts(upstreams.all()));
        addOutliers(upstreams);
        addChecks(upstreams);
    }

    /// What active health checks came to, as Envoy names it.
    private void addChecks(Upstreams upstreams) {
        metrics.addFamilies(() -> {
            var checks = upstreams.checks();
            return List.of(
                    checks("attempt", "Health checks.", checks, CheckCounts::attempt),
                    checks("success", "Health checks that found a host well.", checks, CheckCounts::success),
                    checks("failure", "Health checks that did not.", checks, CheckCounts::failure),
                    checks("network_failure", "Of these, no answer.", checks, CheckCounts::network),
                    new LabelledFamily(
                            "envoy_cluster_health_check_healthy",
                            "gauge",
                            "Hosts that health checks found well.",
                            "envoy_cluster_name",
                            healthy(upstreams)));
        });
    }

    private static Map<String, Long> healthy(Upstreams upstreams) {
        var healthy = new HashMap<String, Long>();
        for (var cluster : upstreams.all()) {
            if (cluster.cluster().health().check().isPresent()) {
                long well = cluster.hosts().values().stream()
                        .filter(host -> !host.state().failsChecks())
                        .count();
                healthy.put(cluster.cluster().name(), well);
            }
        }
        return healthy;
    }

    private static LabelledFamily checks(
            String name, String help, Map<String, CheckCounts> counts, Function<CheckCounts, LongAdder> count) {
        var values = new HashMap<String, Long>();
        counts.forEach(
                (cluster, counted) -> values.put(cluster, count.apply(counted).sum()));
        return new LabelledFamily("envoy_cluster_health_check_" + name, "counter", help, "envoy_cluster_name", values);
    }

    /// Which hosts were found to be outliers, as Envoy names it.
    private void addOutliers(Upstreams upstreams) {
        metrics.addFamilies(() -> {
            var detectors = upstreams.outliers();
            var families = new ArrayList<LabelledFamily>();
            long now = System.nanoTime();
            families.add(outliers(
                    "active", "gauge", "Hosts that are ejected.", detectors, found -> (long) found.active(now)));
            families.add(outliers(
                    "overflow",
                    "counter",
                    "Ejections left out as too many hosts were ejected.",
                    detectors,
                    OutlierDetector::overflow));
            families.add(outliers(
                    "enforced_total",
                    "counter",
                    "Ejections.",
                    detectors,
                    found -> Arrays.stream(EjectionType.values())
                            .mapToLong(found::enforced)
                            .sum()));
            for (var type : EjectionType.values()) {
                families.add(outliers(
                        "detected_" + type.stat(),
                        "counter",
                        "Outliers found this way.",
                        detectors,
                        found -> found.detected(type)));
                families.add(outliers(
                        "enforced_" + type.stat(),
                        "counter",
                        "Ejections for it.",
                        detectors,
                        found -> found.enforced(type)));
            }
            return families;
        });
    }

    private static LabelledFamily outliers(
            String name,
            String type,
            String help,
            Map<String, OutlierDetector> detectors,
            ToLongFunction<OutlierDetector> value) {
        var values = new HashMap<String, Long>();
        detectors.forEach((cluster, detector) -> values.put(cluster, value.applyAsLong(detector)));
        return new LabelledFamily(
                "envoy_cluster_outlier_detection_ejections_" + name, type, help, "envoy_cluster_name", values);
    }

    /// Adds those of connections to clients and hosts.
    void add(Http2Counters downstream, Upstreams upstreams, Listeners listeners) {
        add("downstream", downstream);
        add("upstream", upstreams.http2());
        add(upstreams, listeners);
    }

    /// What ended HTTP/2 connections of one side, `downstream` or `upstream`.
    void add(String side, Http2Counters counters) {
        var prefix = "heddle_http2_" + side + "_";
        metrics.add(prefix + "faults_total", "Connections ended for a fault of the peer, floods included.", () ->
                (double) counters.faults());
        metrics.add(prefix + "keepalive_timeouts_total", "Connections ended as no answer to PING came.", () ->
                (double) counters.keepAliveTimeouts());
        for (var flood : Flood.values()) {
            metrics.add(prefix + "flood_" + flood.text() + "_total", "Connections ended for this flood.", () ->
                    (double) counters.floods(flood));
        }
    }
}
