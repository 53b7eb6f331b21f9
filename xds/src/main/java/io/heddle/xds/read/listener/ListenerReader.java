package io.heddle.xds.read.listener;

import io.heddle.traffic.runtime.ChainIndex;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.ListenerFilter;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads listeners. What would let a connection into the wrong chain is an error.
public final class ListenerReader {
    private static final Fields<io.envoyproxy.envoy.config.listener.v3.Listener> LISTENER = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.listener.v3.Listener.class)
            .reads("name", "address", "additional_addresses", "socket_options", "stat_prefix", "traffic_direction")
            .reads("access_log")
            .reads("filter_chains", "default_filter_chain", "listener_filters", "listener_filters_timeout")
            .reads("continue_on_listener_filters_timeout", "use_original_dst", "bind_to_port", "transparent")
            .reads(
                    "freebind",
                    "enable_reuse_port",
                    "tcp_backlog_size",
                    "ignore_global_conn_limit",
                    "bypass_overload_manager")
            .reads("max_connections_to_accept_per_socket_event")
            .limits("per_connection_buffer_limit_bytes", "1,024 or more")
            .limits("deprecated_v1", "`bind_to_port`")
            .accepts("reuse_port", "`enable_reuse_port` took its place")
            .ignores("connection_balance_config")
            .refuses("filter_chain_matcher", "fcds_config", "udp_listener_config", "api_listener")
            .refuses("internal_listener");

    /// What of listeners is read.
    static final List<Fields<?>> FIELDS = List.of(LISTENER);

    private ListenerReader() {}

    /// The listener; empty, and an error, where it has no address or no filter chain that can be used.
    public static Optional<Listener> read(io.envoyproxy.envoy.config.listener.v3.Listener message, Scope scope) {
        scope.check(message, LISTENER);
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
        var logs = AccessLogReader.read(message.getAccessLogList(), scope);
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
                        otherwise,
                        logs));
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
