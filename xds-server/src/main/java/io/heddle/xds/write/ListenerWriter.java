package io.heddle.xds.write;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Writes the two listeners: one that takes the application's own requests, and one that takes requests of other
/// sidecars for it.
final class ListenerWriter {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager";

    private static final Duration INSPECTION = Duration.ofSeconds(5);

    private ListenerWriter() {}

    static List<Listener> write(ProxyView view) {
        var listeners = new ArrayList<Listener>();
        if (view.node().ports().outbound() != 0) {
            listeners.add(
                    view.node().interception().isTransparent()
                            ? new InterceptedOutbound(view).write()
                            : outbound(view));
        }
        InboundPort.of(view).ifPresent(port -> listeners.add(inbound(view, port)));
        return listeners;
    }

    private static Listener outbound(ProxyView view) {
        return Listener.newBuilder()
                .setName(Names.OUTBOUND_LISTENER)
                .setAddress(EndpointWriter.address(LOOPBACK, view.node().ports().outbound()))
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                .addFilterChains(FilterChain.newBuilder().addFilters(outboundManager(Names.OUTBOUND_ROUTES)))
                .build();
    }

    /// The connection manager of the application's own requests.
    static Filter outboundManager(String routes) {
        // The fault filter always stands: a fault then needs no new listener.
        return network(manager("outbound")
                .setRds(Rds.newBuilder().setRouteConfigName(routes).setConfigSource(ConfigSources.ADS))
                .addHttpFilters(filter(Faults.FILTER, HTTPFault.getDefaultInstance()))
                .addHttpFilters(filter("envoy.filters.http.router", Router.getDefaultInstance())));
    }

    private static Listener inbound(ProxyView view, InboundPort port) {
        var interception = view.node().interception();
        var chain = FilterChain.newBuilder()
                .addAllFilters(
                        port.relayed() ? inboundRelay(view, port) : List.of(network(inboundManager(view, port))));
        var match = FilterChainMatch.newBuilder();
        if (interception.isTransparent()) {
            // Any other port, the listener's own among them, has no chain: such a connection is closed.
            match.setDestinationPort(UInt32Value.of(port.applicationPort()));
            chain.setFilterChainMatch(match);
        }
        var mutual = chain.clone()
                .setName("mtls")
                .setTransportSocket(TransportSocket.newBuilder()
                        .setName("envoy.transport_sockets.tls")
                        .setTypedConfig(Any.pack(mutualTls(port))));
        var listener = Listener.newBuilder()
                .setName(Names.INBOUND_LISTENER)
                .setAddress(EndpointWriter.address(view.node().address(), port.listenerPort()))
                .setTrafficDirection(TrafficDirection.INBOUND);
        if (interception.isTransparent()) {
            Interceptions.listen(listener, interception, "0.0.0.0", "::", port.listenerPort());
        }
        if (interception.mode() == ProxyNode.Mode.TPROXY) {
            listener.setTransparent(BoolValue.of(true));
            Interceptions.keepSource(listener);
        }
        switch (view.inbound().mode()) {
            case STRICT, UNSET -> listener.addFilterChains(mutual); // UNSET is never in a view; closed if it were
            case DISABLE -> listener.addFilterChains(chain.setName("plaintext"));
            case PERMISSIVE ->
                // A client that says nothing is taken for plaintext: it may be idle, and is bounded by the chain.
                listener.setListenerFiltersTimeout(Durations.of(INSPECTION))
                        .setContinueOnListenerFiltersTimeout(true)
                        .addListenerFilters(ListenerFilter.newBuilder()
                                .setName("envoy.filters.listener.tls_inspector")
                                .setTypedConfig(Any.pack(TlsInspector.getDefaultInstance())))
                        .addFilterChains(mutual.setFilterChainMatch(match.setTransportProtocol("tls")))
                        .addFilterChains(chain.setName("plaintext")
                                .setFilterChainMatch(match.setTransportProtocol("raw_buffer")));
        }
        return listener.build();
    }

    /// Who may connect, then the relay.
    private static List<Filter> inboundRelay(ProxyView view, InboundPort port) {
        var filters = new ArrayList<Filter>();
        for (var rules : new AccessWriter(port).writeConnections(view.inbound().policies())) {
            filters.add(Filter.newBuilder()
                    .setName("envoy.filters.network.rbac")
                    .setTypedConfig(Any.pack(rules))
                    .build());
        }
        filters.add(InterceptedOutbound.relay(port.cluster(), port.cluster()));
        return filters;
    }

    private static HttpConnectionManager.Builder inboundManager(ProxyView view, InboundPort port) {
        var manager = manager("inbound")
                .setForwardClientCertDetails(ForwardClientCertDetails.SANITIZE_SET)
                .setSetCurrentClientCertDetails(
                        SetCurrentClientCertDetails.newBuilder().setUri(true))
                .setRouteConfig(RouteConfiguration.newBuilder()
                        .setName(port.cluster())
                        .addVirtualHosts(VirtualHost.newBuilder()
                                .setName("inbound|http|" + port.applicationPort())
                                .addDomains("*")
                                .addRoutes(Route.newBuilder()
                                        .setName("default")
                                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                        .setRoute(RouteAction.newBuilder()
                                                .setCluster(port.cluster())
                                                .setTimeout(Durations.ZERO)))));
        var access = new AccessWriter(port);
        access.write(view.inbound().policies())
                .forEach(rules -> manager.addHttpFilters(filter(AccessWriter.FILTER, rules)));
        return manager.addHttpFilters(filter("envoy.filters.http.router", Router.getDefaultInstance()));
    }

    /// Where bytes are relayed nothing is agreed on by ALPN: what is spoken is between client and application.
    private static DownstreamTlsContext mutualTls(InboundPort port) {
        var protocols = port.relayed() ? List.<String>of() : List.of(ProtocolWriter.HTTP2, ProtocolWriter.HTTP1);
        return DownstreamTlsContext.newBuilder()
                .setRequireClientCertificate(BoolValue.of(true))
                .setCommonTlsContext(CommonTlsContext.newBuilder()
                        .setTlsParams(TlsParameters.newBuilder()
                                .setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
                                .setTlsMaximumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3))
                        .addAllAlpnProtocols(protocols)
                        .addTlsCertificateSdsSecretConfigs(ConfigSources.secret(Names.OWN_CERTIFICATE))
                        .setValidationContextSdsSecretConfig(ConfigSources.secret(Names.ROOT_BUNDLE)))
                .build();
    }

    private static HttpConnectionManager.Builder manager(String statPrefix) {
        // Paths are normalised first: policies and routes must see the path that the application will see.
        return HttpConnectionManager.newBuilder()
                .setStatPrefix(statPrefix)
                .setNormalizePath(BoolValue.of(true))
                .setMergeSlashes(true)
                .setServerHeaderTransformation(ServerHeaderTransformation.PASS_THROUGH)
                .addUpgradeConfigs(UpgradeConfig.newBuilder().setUpgradeType("websocket"))
                .setHttp2ProtocolOptions(Http2ProtocolOptions.newBuilder().setAllowConnect(true))
                .addAccessLog(AccessLog.newBuilder()
                        .setName("envoy.access_loggers.file")
                        .setTypedConfig(Any.pack(FileAccessLog.newBuilder()
                                .setPath("/dev/stdout")
                                .build())));
    }

    private static Filter network(HttpConnectionManager.Builder manager) {
        return Filter.newBuilder()
                .setName(CONNECTION_MANAGER)
                .setTypedConfig(Any.pack(manager.build()))
                .build();
    }

    private static HttpFilter filter(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Any.pack(config))
                .build();
    }
}
