package io.heddle.proxy.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The names that Envoy gives its figures in `/stats`: `cluster.app.upstream_rq_2xx` for what Prometheus reads as
/// `envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="app"}`. Figures that are not Envoy's
/// keep the name that they have for Prometheus.
final class EnvoyNames {
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final String CODE = "envoy_response_code";
    private static final String CODE_CLASS = "envoy_response_code_class";

    /// By whom a family is named, the longer prefix first.
    private static final List<Owner> OWNERS = List.of(
            new Owner("envoy_cluster_manager_", "cluster_manager", ""),
            new Owner("envoy_listener_manager_", "listener_manager", ""),
            new Owner("envoy_control_plane_", "control_plane", ""),
            new Owner("envoy_server_", "server", ""),
            new Owner("envoy_cluster_", "cluster", "envoy_cluster_name"),
            new Owner("envoy_listener_", "listener", "envoy_listener_address"),
            new Owner("envoy_http_", "http", "envoy_http_conn_manager_prefix"));

    private static final Map<String, String> GROUPS = Map.of(
            "circuit_breakers_default_", "circuit_breakers.default.",
            "circuit_breakers_high_", "circuit_breakers.high.",
            "outlier_detection_", "outlier_detection.",
            "health_check_", "health_check.",
            "ssl_", "ssl.");

    private EnvoyNames() {}

    /// @param prefix what its families begin with
    /// @param word what Envoy's names begin with
    /// @param label the label that tells which one; empty where there is only one
    private record Owner(String prefix, String word, String label) {}

    /// The name of a sample, `family{labels}` or `family`.
    static String of(String sample) {
        int brace = sample.indexOf('{');
        var family = brace < 0 ? sample : sample.substring(0, brace);
        for (var owner : OWNERS) {
            if (family.startsWith(owner.prefix())) {
                var labels = brace < 0 ? new LinkedHashMap<String, String>() : labels(sample.substring(brace));
                return name(owner, family, labels).orElse(sample);
            }
        }
        return sample;
    }

    private static Optional<String> name(Owner owner, String family, Map<String, String> labels) {
        var which = owner.label().isEmpty() ? "" : labels.remove(owner.label());
        if (which == null) {
            return Optional.empty();
        }
        var code = labels.remove(CODE);
        var codeClass = labels.remove(CODE_CLASS);
        if (!labels.isEmpty()) {
            return Optional.empty();
        }
        var rest = family.substring(owner.prefix().length());
        if (codeClass != null) {
            rest = rest.substring(0, rest.length() - "xx".length()) + codeClass + "xx";
        }
        var parts = new ArrayList<String>();
        parts.add(owner.word());
        if (!which.isEmpty()) {
            parts.add(which);
        }
        parts.add(grouped(rest) + (code == null ? "" : "_" + code));
        return Optional.of(String.join(".", parts));
    }

    private static String grouped(String rest) {
        for (var group : GROUPS.entrySet()) {
            if (rest.startsWith(group.getKey())) {
                return group.getValue() + rest.substring(group.getKey().length());
            }
        }
        return rest;
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
