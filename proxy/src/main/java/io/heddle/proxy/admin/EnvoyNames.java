package io.heddle.proxy.admin;

import io.heddle.proxy.overload.Overload;
import io.heddle.traffic.resilience.OverloadPolicy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The names that Envoy gives its figures in `/stats`: `cluster.app.upstream_rq_2xx` for what Prometheus reads as
/// `envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="app"}`. Figures that are not Envoy's
/// keep the name that they have for Prometheus.
final class EnvoyNames {
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern NAMED = Pattern.compile("\\{([a-z_]+)}");
    private static final String CODE = "envoy_response_code";
    private static final String CODE_CLASS = "envoy_response_code_class";
    private static final String CLUSTER = "cluster.{envoy_cluster_name}.";
    private static final String HTTP = "http.{envoy_http_conn_manager_prefix}.";
    private static final String LISTENER = "listener.{envoy_listener_address}.";

    /// By whom a family is named, the longer prefix first.
    private static final List<Owner> OWNERS = List.of(
            new Owner("envoy_cluster_manager_cds_", "cluster_manager.cds."),
            new Owner("envoy_cluster_manager_", "cluster_manager."),
            new Owner("envoy_listener_manager_lds_", "listener_manager.lds."),
            new Owner("envoy_listener_manager_", "listener_manager."),
            new Owner("envoy_control_plane_", "control_plane."),
            new Owner("envoy_server_", "server."),
            new Owner("envoy_runtime_", "runtime."),
            new Owner("envoy_tcp_rbac_", "tcp.rbac."),
            new Owner("envoy_vhost_vcluster_", "vhost.{envoy_virtual_host}.vcluster.{envoy_virtual_cluster}."),
            new Owner("envoy_vhost_route_", "vhost.{envoy_virtual_host}.route.{envoy_route}."),
            new Owner("envoy_cluster_grpc_", CLUSTER + "grpc.{envoy_grpc_bridge_service}.{envoy_grpc_bridge_method}."),
            new Owner("envoy_cluster_grpc_web_", CLUSTER + "grpc-web."),
            new Owner("envoy_cluster_grpc_", CLUSTER + "grpc."),
            new Owner("envoy_cluster_", CLUSTER),
            // Envoy does not tell listeners apart here.
            new Owner("envoy_listener_tls_inspector_", "tls_inspector.", "envoy_listener_address"),
            new Owner("envoy_listener_http_inspector_", "http_inspector.", "envoy_listener_address"),
            new Owner("envoy_listener_proxy_proto_", "proxy_proto.", "envoy_listener_address"),
            new Owner("envoy_listener_", LISTENER),
            new Owner("envoy_connection_limit_", "connection_limit.{envoy_connection_limit_prefix}."),
            new Owner("envoy_http_local_rate_limit_", "{envoy_local_http_ratelimit_prefix}.http_local_rate_limit."),
            new Owner("envoy_http_bandwidth_limit_", "{envoy_http_bandwidth_limit_prefix}.http_bandwidth_limit."),
            new Owner("envoy_http_", HTTP));

    /// Where a part of the name stands alone, by what the name begins with.
    private static final Map<String, String> GROUPS = Map.ofEntries(
            Map.entry("circuit_breakers_default_", "circuit_breakers.default."),
            Map.entry("circuit_breakers_high_", "circuit_breakers.high."),
            Map.entry("outlier_detection_", "outlier_detection."),
            Map.entry("health_check_", "health_check."),
            Map.entry("ssl_", "ssl."),
            Map.entry("adaptive_concurrency_gradient_controller_", "adaptive_concurrency.gradient_controller."),
            Map.entry("admission_control_", "admission_control."),
            Map.entry("cors_", "cors."),
            Map.entry("csrf_", "csrf."),
            Map.entry("fault_", "fault."),
            Map.entry("set_metadata_", "set_metadata."),
            Map.entry("versions_v1_", "versions.v1."),
            Map.entry("versions_v2_", "versions.v2."));

    private static final Pattern LIMITED =
            Pattern.compile("ratelimit_(?:(.+)_)?(ok|error|over_limit|failure_mode_allowed)");
    private static final Pattern CODING =
            Pattern.compile("(compressor|decompressor)_(.+?)_(gzip|brotli|zstd)_(?:(request|response)_)?(.+)");

    /// What the overload manager watches and does, by its name for Prometheus.
    private static final Map<String, String> OVERLOAD = overload();

    private EnvoyNames() {}

    /// @param prefix what its families begin with
    /// @param words what Envoy's names begin with; names of labels stand in braces
    /// @param left the label that Envoy has not; empty for none
    private record Owner(String prefix, String words, String left) {
        Owner(String prefix, String words) {
            this(prefix, words, "");
        }

        /// What the names begin with where there are `labels`, which are taken out; empty without one of those named.
        Optional<String> begin(Map<String, String> labels) {
            var missing = NAMED.matcher(words).results().anyMatch(label -> !labels.containsKey(label.group(1)));
            if (missing) {
                return Optional.empty();
            }
            labels.remove(left);
            var text = new StringBuilder();
            int done = 0;
            for (var label : NAMED.matcher(words).results().toList()) {
                text.append(words, done, label.start()).append(labels.remove(label.group(1)));
                done = label.end();
            }
            return Optional.of(text.append(words.substring(done)).toString());
        }
    }

    /// The name of a sample, `family{labels}` or `family`.
    static String of(String sample) {
        int brace = sample.indexOf('{');
        var family = brace < 0 ? sample : sample.substring(0, brace);
        if (!family.startsWith("envoy_")) {
            return sample;
        }
        for (var owner : OWNERS) {
            if (family.startsWith(owner.prefix())) {
                var labels = brace < 0 ? new LinkedHashMap<String, String>() : labels(sample.substring(brace));
                var name = name(owner, family, labels);
                if (name.isPresent()) {
                    return name.get();
                }
            }
        }
        return brace < 0 ? OVERLOAD.getOrDefault(family, sample) : sample;
    }

    private static Optional<String> name(Owner owner, String family, Map<String, String> labels) {
        var begin = owner.begin(labels);
        var code = labels.remove(CODE);
        var codeClass = labels.remove(CODE_CLASS);
        if (begin.isEmpty() || !labels.isEmpty()) {
            return Optional.empty();
        }
        var rest = family.substring(owner.prefix().length());
        if (codeClass != null) {
            rest = rest.substring(0, rest.length() - "xx".length()) + codeClass + "xx";
        }
        return Optional.of(begin.get() + grouped(rest) + (code == null ? "" : "_" + code));
    }

    private static String grouped(String rest) {
        for (var group : GROUPS.entrySet()) {
            if (rest.startsWith(group.getKey())) {
                return group.getValue() + rest.substring(group.getKey().length());
            }
        }
        var limited = LIMITED.matcher(rest);
        if (limited.matches()) {
            return joined("ratelimit", limited.group(1), limited.group(2));
        }
        var coding = CODING.matcher(rest);
        if (coding.matches()) {
            return joined(coding.group(1), coding.group(2), coding.group(3), coding.group(4), coding.group(5));
        }
        return rest;
    }

    /// Parts that are there; a group that did not match is null.
    private static String joined(String... parts) {
        return String.join(
                ".", Arrays.stream(parts).filter(part -> part != null).toList());
    }

    private static Map<String, String> overload() {
        var names = new LinkedHashMap<String, String>();
        var monitors = Arrays.stream(OverloadPolicy.Resource.values()).map(OverloadPolicy.Resource::monitor);
        var actions = Arrays.stream(OverloadPolicy.Action.values()).map(OverloadPolicy.Action::text);
        Stream.concat(monitors, actions)
                .forEach(name -> List.of("pressure", "active", "scale_percent")
                        .forEach(figure ->
                                names.put(Overload.metric(name) + "_" + figure, "overload." + name + "." + figure)));
        return names;
    }

    private static Map<String, String> labels(String text) {
        var labels = new LinkedHashMap<String, String>();
        var matcher = LABEL.matcher(text);
        while (matcher.find()) {
            labels.put(matcher.group(1), matcher.group(2).replace("\\\"", "\"").replace("\\\\", "\\"));
        }
        return labels;
    }
}
