package io.heddle.xds.read;

import io.heddle.traffic.runtime.ChainIndex;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.ListenerFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads listeners. What would let a connection into the wrong chain is an error.
final class ListenerReader {
    private ListenerReader() {}

    static Optional<Listener> read(io.envoyproxy.envoy.config.listener.v3.Listener message, Scope scope) {
        scope.knows(
                message,
                "name",
                "address",
                "additional_addresses",
                "stat_prefix",
                "filter_chains",
                "default_filter_chain",
                "filter_chain_matcher",
                "fcds_config",
                "use_original_dst",
                "per_connection_buffer_limit_bytes",
                "listener_filters",
                "listener_filters_timeout",
                "continue_on_listener_filters_timeout",
                "transparent",
                "freebind",
                "socket_options",
                "traffic_direction",
                "udp_listener_config",
                "api_listener",
                "connection_balance_config",
                "enable_reuse_port",
                "reuse_port",
                "tcp_backlog_size",
                "max_connections_to_accept_per_socket_event",
                "bind_to_port",
                "deprecated_v1",
                "internal_listener",
                "ignore_global_conn_limit");
        refuseForeignKinds(message, scope);
        var chains = chains(message, scope);
        var otherwise = message.hasDefaultFilterChain()
                ? FilterChainReader.read(message.getDefaultFilterChain(), false, scope.at("default_filter_chain"))
                : Optional.<ListenerChain>empty();
        if (message.getFilterChainsCount() == 0 && !message.hasDefaultFilterChain()) {
            scope.at("filter_chains").error("is empty: every connection would be closed", "add a filter chain");
        }
        boolean handsOff = message.getUseOriginalDst().getValue();
        var inspection = inspection(message, chains, handsOff, scope);
        var sockets = SocketReader.sockets(message, scope);
        return SocketReader.addresses(message, scope)
                .map(addresses -> new Listener(
                        message.getName(),
                        message.getStatPrefix(),
                        addresses,
                        sockets,
                        inspection,
                        handsOff,
                        direction(message),
                        chains,
                        otherwise));
    }

    private static void refuseForeignKinds(io.envoyproxy.envoy.config.listener.v3.Listener message, Scope scope) {
        if (message.hasFilterChainMatcher()) {
            scope.at("filter_chain_matcher").error(Scope.NOT_SUPPORTED, "use filter_chain_match in each chain");
        }
        if (message.hasFcdsConfig()) {
            scope.at("fcds_config").error(Scope.NOT_SUPPORTED, "write the chains into filter_chains");
        }
        if (message.hasUdpListenerConfig()) {
            scope.at("udp_listener_config").error("UDP is not supported", "listen on TCP");
        }
        if (message.hasApiListener()) {
            scope.at("api_listener").error("is for proxyless clients", "use address and filter_chains");
        }
        if (message.hasInternalListener()) {
            scope.at("internal_listener").error(Scope.NOT_SUPPORTED, "use address");
        }
    }

    private static List<ListenerChain> chains(io.envoyproxy.envoy.config.listener.v3.Listener message, Scope scope) {
        var chains = new ArrayList<ListenerChain>();
        var places = new ArrayList<Integer>();
        for (int i = 0; i < message.getFilterChainsCount(); i++) {
            var chain = FilterChainReader.read(message.getFilterChains(i), true, scope.at("filter_chains", i));
            if (chain.isPresent()) {
                chains.add(chain.get());
                places.add(i);
            }
        }
        var matches = chains.stream().map(ListenerChain::match).toList();
        double size =
                matches.stream().mapToDouble(ListenerChain.Match::combinations).sum();
        if (size > ChainIndex.LARGEST) {
            scope.at("filter_chains")
                    .error(
                            "match more than " + ChainIndex.LARGEST + " combinations of values",
                            "use fewer values, or several listeners");
            return chains;
        }
        for (var conflict : ChainIndex.of(matches).conflicts()) {
            int second = places.get(conflict.second());
            scope.at("filter_chains", second)
                    .at("filter_chain_match")
                    .error(
                            "chain " + label(message, second) + " matches the same as chain "
                                    + label(message, places.get(conflict.first())),
                            "change or remove one of them");
        }
        return chains;
    }

    private static String label(io.envoyproxy.envoy.config.listener.v3.Listener message, int chain) {
        var name = message.getFilterChains(chain).getName();
        return name.isEmpty() ? "filter_chains[" + chain + "]" : name;
    }

    /// As in Envoy, what the chains need is inspected even when no listener filter is configured for it.
    private static Listener.Inspection inspection(
            io.envoyproxy.envoy.config.listener.v3.Listener message,
            List<ListenerChain> chains,
            boolean handsOff,
            Scope scope) {
        var steps = new ArrayList<>(ListenerFilterReader.read(message, scope));
        if (handsOff && !has(steps, ListenerFilter.OriginalDestination.class)) {
            steps.addFirst(everywhere(new ListenerFilter.OriginalDestination()));
        }
        boolean needed = chains.stream().map(ListenerChain::match).anyMatch(ListenerReader::asksForTls);
        if (needed && !has(steps, ListenerFilter.TlsInspector.class)) {
            scope.at("listener_filters")
                    .warning(
                            "a filter chain asks for what only the TLS inspector finds out; it is used",
                            "add envoy.filters.listener.tls_inspector");
            steps.add(everywhere(new ListenerFilter.TlsInspector(false)));
        }
        var timeout = message.hasListenerFiltersTimeout()
                ? Values.duration(
                        message.getListenerFiltersTimeout(),
                        Listener.Inspection.TIMEOUT,
                        scope.at("listener_filters_timeout"))
                : Listener.Inspection.TIMEOUT;
        boolean goesOn = message.getContinueOnListenerFiltersTimeout();
        if (goesOn && !timeout.equals(Duration.ZERO) && has(steps, ListenerFilter.ProxyProtocol.class)) {
            scope.at("continue_on_listener_filters_timeout")
                    .error(
                            "would let connections past the PROXY protocol by being slow",
                            "remove it, or proxy_protocol");
        }
        return new Listener.Inspection(steps, timeout, goesOn);
    }

    private static boolean asksForTls(ListenerChain.Match match) {
        boolean names =
                !match.serverNames().isEmpty() || !match.applicationProtocols().isEmpty();
        return match.transport().equals("tls") || (match.transport().isEmpty() && names);
    }

    private static boolean has(List<ListenerFilter.Step> steps, Class<? extends ListenerFilter> kind) {
        return steps.stream().anyMatch(step -> kind.isInstance(step.filter()));
    }

    private static ListenerFilter.Step everywhere(ListenerFilter filter) {
        return new ListenerFilter.Step(filter, new ListenerFilter.PortPredicate.Never());
    }

    private static Listener.Direction direction(io.envoyproxy.envoy.config.listener.v3.Listener message) {
        return switch (message.getTrafficDirection()) {
            case INBOUND -> Listener.Direction.INBOUND;
            case OUTBOUND -> Listener.Direction.OUTBOUND;
            case UNSPECIFIED, UNRECOGNIZED -> Listener.Direction.UNSPECIFIED;
        };
    }
}
