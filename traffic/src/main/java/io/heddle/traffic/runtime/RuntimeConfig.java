package io.heddle.traffic.runtime;

import io.heddle.traffic.route.RouteTable;
import java.util.Map;

/// The root of all that a proxy runs by. Immutable; swapped whole; an exchange holds on to one from start to end.
///
/// @param listeners by name
/// @param routes route tables by name, for listeners that name theirs
/// @param clusters by name
/// @param trust certificate authorities by secret name (`ROOTCA`), as PEM
/// @param certificates certificates with keys by secret name, as PEM; never one called `default`, which is the
///     proxy's own identity
public record RuntimeConfig(
        Map<String, Listener> listeners,
        Map<String, RouteTable> routes,
        Map<String, Cluster> clusters,
        Map<String, String> trust,
        Map<String, CertificateSource.Inline> certificates) {
    public static final RuntimeConfig EMPTY = new RuntimeConfig(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    public RuntimeConfig {
        listeners = Map.copyOf(listeners);
        routes = Map.copyOf(routes);
        clusters = Map.copyOf(clusters);
        trust = Map.copyOf(trust);
        certificates = Map.copyOf(certificates);
    }
}
