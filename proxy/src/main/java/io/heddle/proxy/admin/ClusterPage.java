package io.heddle.proxy.admin;

import io.heddle.proxy.admin.Page.Answer;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.RoutingPriority;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The clusters and their hosts as they are now, resolved names and live state included: Envoy's text and its
/// `admin.v3.Clusters`.
final class ClusterPage {
    private ClusterPage() {}

    static Answer text(List<UpstreamCluster> clusters) {
        var lines = new StringBuilder();
        for (var cluster : clusters) {
            var name = cluster.cluster().name();
            line(lines, name, "observability_name", name);
            for (var priority : RoutingPriority.values()) {
                breakers(lines, cluster, priority);
            }
            cluster.hosts().values().forEach(host -> host(lines, name, host));
        }
        return Answer.text(200, lines.toString());
    }

    private static void breakers(StringBuilder lines, UpstreamCluster cluster, RoutingPriority priority) {
        var name = cluster.cluster().name();
        var prefix = priority.name().toLowerCase(Locale.ROOT) + "_priority::";
        var limits = cluster.cluster().limits().of(priority);
        line(lines, name, prefix + "max_connections", limits.connections());
        line(lines, name, prefix + "max_pending_requests", limits.pending());
        line(lines, name, prefix + "max_requests", limits.requests());
        line(lines, name, prefix + "max_retries", limits.retries());
        for (var resource : CircuitBreaker.Resource.values()) {
            var active = cluster.load().breaker(priority).active(resource);
            line(lines, name, prefix + "active_" + lower(resource), active);
        }
    }

    private static void host(StringBuilder lines, String cluster, Host host) {
        var endpoint = host.endpoint();
        var prefix = cluster + "::" + endpoint.key();
        line(lines, prefix, "cx_active", host.state().connections());
        line(lines, prefix, "rq_active", host.state().active());
        line(lines, prefix, "consecutive_failures", host.state().consecutiveFailures());
        line(lines, prefix, "ejections", host.state().ejections());
        line(lines, prefix, "health_flags", flags(host));
        line(lines, prefix, "weight", endpoint.weight());
        line(lines, prefix, "priority", endpoint.priority());
        line(lines, prefix, "workload", endpoint.metadata().workload());
    }

    private static void line(StringBuilder lines, String prefix, String name, Object value) {
        lines.append(prefix)
                .append("::")
                .append(name)
                .append("::")
                .append(value)
                .append('\n');
    }

    private static String lower(CircuitBreaker.Resource resource) {
        return switch (resource) {
            case CONNECTIONS -> "connections";
            case PENDING -> "pending_requests";
            case REQUESTS -> "requests";
            case RETRIES -> "retries";
        };
    }

    private static boolean isEjected(Host host) {
        return host.state().isEjected(System.nanoTime());
    }

    private static String flags(Host host) {
        var known = switch (host.endpoint().health()) {
            case HEALTHY, UNKNOWN -> "";
            case DEGRADED -> "/degraded_eds_health";
            case DRAINING -> "/eds_status_draining";
            case UNHEALTHY -> "/failed_eds_health";
        };
        var checked = host.state().failsChecks() ? "/failed_active_hc" : "";
        var flags = checked + (isEjected(host) ? "/failed_outlier_check" : "") + known;
        return flags.isEmpty() ? "healthy" : flags;
    }

    static Answer json(List<UpstreamCluster> clusters) {
        return Answer.json(Map.of(
                "cluster_statuses", clusters.stream().map(ClusterPage::status).toList()));
    }

    private static Map<String, Object> status(UpstreamCluster cluster) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("name", cluster.cluster().name());
        shown.put("observability_name", cluster.cluster().name());
        shown.put(
                "host_statuses",
                cluster.hosts().values().stream().map(ClusterPage::status).toList());
        return shown;
    }

    private static Map<String, Object> status(Host host) {
        var endpoint = host.endpoint();
        var health = new LinkedHashMap<String, Object>();
        health.put("eds_health_status", endpoint.health());
        if (isEjected(host)) {
            health.put("failed_outlier_check", true);
        }
        if (host.state().failsChecks()) {
            health.put("failed_active_health_check", true);
        }
        var stats = new ArrayList<Map<String, Object>>();
        stats.add(Map.of(
                "type",
                "GAUGE",
                "name",
                "rq_active",
                "value",
                String.valueOf(host.state().active())));
        var shown = new LinkedHashMap<String, Object>();
        shown.put("address", address(endpoint.address(), endpoint.port()));
        shown.put("stats", stats);
        shown.put("health_status", health);
        shown.put("weight", endpoint.weight());
        shown.put("priority", endpoint.priority());
        return shown;
    }

    /// As Envoy's `core.v3.Address`.
    static Map<String, Object> address(String host, int port) {
        var socket = new LinkedHashMap<String, Object>();
        socket.put("address", host);
        socket.put("port_value", port);
        return Map.of("socket_address", socket);
    }
}
