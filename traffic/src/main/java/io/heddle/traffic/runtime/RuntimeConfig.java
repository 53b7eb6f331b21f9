package io.heddle.traffic.runtime;

import io.heddle.traffic.route.RouteTable;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

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

    /// Every route table: those with a name of their own, and those that stand in a listener's chain.
    public Stream<RouteTable> tables() {
        var inline = listeners.values().stream()
                .flatMap(listener -> Stream.concat(listener.chains().stream(), listener.otherwise().stream()))
                .flatMap(chain -> inline(chain.filter()).stream());
        return Stream.concat(routes.values().stream(), inline);
    }

    private static Optional<RouteTable> inline(NetworkFilter filter) {
        return switch (filter) {
            case NetworkFilter.Http http ->
                switch (http.routes()) {
                    case NetworkFilter.RouteSource.Inline(RouteTable table) -> Optional.of(table);
                    case NetworkFilter.RouteSource.Named _ -> Optional.empty();
                };
            case NetworkFilter.Tcp _ -> Optional.empty();
        };
    }
}
