package io.heddle.xds.read;

import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.ServerTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/// Reads listeners and their filter chains. What would let a connection into the wrong chain is an error.
final class ListenerReader {
    private static final String TLS = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
    private static final String TLS_INSPECTOR = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";
    private static final String HTTP_INSPECTOR = "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector";
    private static final String HTTP =
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    private static final String TCP = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
    private static final Duration TCP_IDLE = Duration.ofHours(1);

    private ListenerReader() {}

    static Optional<Listener> read(io.envoyproxy.envoy.config.listener.v3.Listener message, Scope scope) {
        scope.knows(
                message,
                "name",
                "address",
                "filter_chains",
                "default_filter_chain",
                "listener_filters",
                "traffic_direction",
                "stat_prefix",
                "use_original_dst",
                "bind_to_port");
        if (message.getUseOriginalDst().getValue()
                || (message.hasBindToPort() && !message.getBindToPort().getValue())) {
            scope.error("redirected connections are not supported", "bind to a port and drop use_original_dst");
        }
        boolean inspect = inspectsTls(message, scope);
        var chains = new ArrayList<ListenerChain>();
        for (int i = 0; i < message.getFilterChainsCount(); i++) {
            chain(message.getFilterChains(i), scope.at("filter_chains", i)).ifPresent(chains::add);
        }
        if (message.hasDefaultFilterChain()) {
            chain(message.getDefaultFilterChain(), scope.at("default_filter_chain"))
                    .map(chain -> new ListenerChain(chain.name(), ListenerChain.Match.ANY, chain.tls(), chain.filter()))
                    .ifPresent(chains::add);
        }
        boolean matches = chains.stream().anyMatch(chain -> !chain.match().equals(ListenerChain.Match.ANY));
        return Values.address(message.getAddress(), scope.at("address"))
                .map(address ->
                        new Listener(message.getName(), address.host(), address.port(), inspect || matches, chains));
    }

    private static boolean inspectsTls(io.envoyproxy.envoy.config.listener.v3.Listener message, Scope scope) {
        boolean inspects = false;
        for (int i = 0; i < message.getListenerFiltersCount(); i++) {
            var filter = message.getListenerFilters(i);
            var here = scope.at("listener_filters", i);
            switch (Scope.type(filter.getTypedConfig())) {
                case TLS_INSPECTOR -> inspects = true;
                case HTTP_INSPECTOR -> here.warning(Scope.NOT_SUPPORTED, "remove it; it has no effect");
                default -> here.error("listener filter " + filter.getName() + " is not supported", "remove it");
            }
        }
        return inspects;
    }

    private static Optional<ListenerChain> chain(FilterChain message, Scope scope) {
        scope.knows(message, "name", "filter_chain_match", "filters", "transport_socket", "metadata");
        var match = message.getFilterChainMatch();
        scope.at("filter_chain_match").demands(match, "transport_protocol", "server_names", "application_protocols");
        Optional<ServerTls> tls = message.hasTransportSocket()
                ? tls(message.getTransportSocket(), scope.at("transport_socket"))
                : Optional.empty();
        if (message.getFiltersCount() != 1) {
            scope.at("filters").error("one network filter is supported, not " + message.getFiltersCount(), "keep one");
            return Optional.empty();
        }
        return filter(message.getFilters(0), scope.at("filters", 0))
                .map(filter -> new ListenerChain(
                        message.getName(),
                        new ListenerChain.Match(
                                match.getTransportProtocol(),
                                match.getServerNamesList(),
                                match.getApplicationProtocolsList()),
                        tls,
                        filter));
    }

    private static Optional<ServerTls> tls(TransportSocket message, Scope scope) {
        if (Scope.type(message.getTypedConfig()).equals(TLS)) {
            return scope.unpack(message.getTypedConfig(), DownstreamTlsContext.parser())
                    .map(context -> TlsReader.server(context, scope.at("typed_config")));
        }
        if (!message.getName().equals("envoy.transport_sockets.raw_buffer")) {
            scope.error("transport socket " + message.getName() + " is not supported", "use TLS or none");
        }
        return Optional.empty();
    }

    private static Optional<NetworkFilter> filter(Filter message, Scope scope) {
        var here = scope.at("typed_config");
        return switch (Scope.type(message.getTypedConfig())) {
            case HTTP ->
                here.unpack(message.getTypedConfig(), HttpConnectionManager.parser())
                        .map(manager -> HttpConnectionReader.read(manager, here));
            case TCP -> here.unpack(message.getTypedConfig(), TcpProxy.parser()).map(proxy -> tcp(proxy, here));
            default -> {
                scope.error("network filter " + message.getName() + " is not supported", "remove it");
                yield Optional.empty();
            }
        };
    }

    private static NetworkFilter tcp(TcpProxy message, Scope scope) {
        scope.knows(message, "stat_prefix", "cluster", "idle_timeout", "weighted_clusters");
        if (message.getCluster().isEmpty()) {
            scope.at("cluster").error("is missing", "name one cluster");
        }
        return new NetworkFilter.Tcp(
                message.getStatPrefix(),
                message.getCluster(),
                message.hasIdleTimeout()
                        ? Values.duration(message.getIdleTimeout(), TCP_IDLE, scope.at("idle_timeout"))
                        : TCP_IDLE);
    }
}
