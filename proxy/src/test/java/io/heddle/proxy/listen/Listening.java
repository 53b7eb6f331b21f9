package io.heddle.proxy.listen;

import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Configurations of listeners for tests. A cluster is called as its port.
final class Listening {
    private Listening() {}

    /// The listeners, and a cluster of one endpoint for each port.
    static RuntimeConfig config(List<Listener> listeners, Origin... origins) {
        var clusters = new HashMap<String, Cluster>();
        for (var origin : origins) {
            var cluster = Objects.requireNonNull(
                    RunningProxy.config(origin.port()).clusters().get("app"));
            clusters.put(
                    "" + origin.port(),
                    new Cluster(
                            "" + origin.port(),
                            cluster.discovery(),
                            cluster.endpoints(),
                            cluster.connectTimeout(),
                            cluster.balancer(),
                            cluster.limits(),
                            cluster.transports(),
                            cluster.protocol(),
                            cluster.http2(),
                            cluster.connections(),
                            cluster.service()));
        }
        var byName = listeners.stream().collect(Collectors.toMap(Listener::name, listener -> listener));
        return new RuntimeConfig(byName, Map.of(), clusters, Map.of(), Map.of());
    }

    /// A listener `in` with these chains.
    static Listener in(ListenerChain... chains) {
        return Listener.of("in", "127.0.0.1", 0, List.of(chains));
    }

    /// A chain that relays to `origin`.
    static ListenerChain relay(ListenerChain.Match match, Origin origin) {
        return chain(match, new NetworkFilter.Tcp("tcp", "" + origin.port(), Duration.ofHours(1)));
    }

    /// A chain that answers every request with a status.
    static ListenerChain answer(ListenerChain.Match match, int status) {
        return chain(match, RunningProxy.http(new RouteAction.DirectResponse(status, "")));
    }

    static ListenerChain chain(ListenerChain.Match match, NetworkFilter filter) {
        return new ListenerChain("", match, Optional.empty(), filter);
    }

    static ListenerChain.Match sources(String... ranges) {
        return new ListenerChain.Match(
                0,
                List.of(),
                List.of(),
                "",
                List.of(),
                List.of(),
                ListenerChain.SourceType.ANY,
                Stream.of(ranges)
                        .map(range -> AddressMatcher.parse(range).orElseThrow())
                        .toList(),
                List.of());
    }

    static ListenerChain.Match protocols(String... protocols) {
        return new ListenerChain.Match(
                0,
                List.of(),
                List.of(),
                "",
                Arrays.asList(protocols),
                List.of(),
                ListenerChain.SourceType.ANY,
                List.of(),
                List.of());
    }

    /// What a figure of the listener `in` is.
    static long figure(RunningProxy proxy, ListenerStats.Figure figure) {
        return proxy.listeners.stats().values().stream()
                .mapToLong(stats -> stats.value(figure))
                .sum();
    }

    /// What limits of connections under `prefix` came to at the only listener.
    static ListenerStats.LimitCount limit(RunningProxy proxy, String prefix) {
        var limits = proxy.listeners.stats().values().iterator().next().limits();
        return Objects.requireNonNull(limits.get(prefix), prefix);
    }
}
