package io.heddle.xds.read.listener;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.rbac.ConnectionRbac;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HttpProtocols;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import io.heddle.xds.read.filter.RbacReader;
import io.heddle.xds.read.tls.TlsReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads filter chains and what they match. Nothing of a match may be left out: the chain would take too much.
final class FilterChainReader {
    private static final Fields<FilterChain> CHAIN = Fields.ignoringOthers(FilterChain.class)
            .reads("name", "filter_chain_match", "transport_socket", "transport_socket_connect_timeout")
            .limits(
                    "filters",
                    "connection limits and access rules (`rbac`), and at the end the HTTP connection manager or the TCP proxy")
            .accepts("metadata", "says nothing that the proxy needs")
            .refuses("use_proxy_proto");
    private static final Fields<FilterChainMatch> MATCH = Fields.refusingOthers(FilterChainMatch.class)
            .reads("destination_port", "prefix_ranges", "server_names", "transport_protocol", "application_protocols")
            .reads("direct_source_prefix_ranges", "source_type", "source_prefix_ranges", "source_ports");
    private static final Fields<Filter> FILTER =
            Fields.refusingOthers(Filter.class).reads("name").limits("typed_config", "the filters of this page");
    private static final Fields<ConnectionLimit> CONNECTION_LIMIT = Fields.ignoringOthers(ConnectionLimit.class)
            .reads("stat_prefix", "max_connections", "delay", "runtime_enabled");

    /// What of filter chains is read.
    static final List<Fields<?>> FIELDS = List.of(CHAIN, MATCH, FILTER, CONNECTION_LIMIT);

    private static final String TLS = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
    private static final String RAW = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";
    private static final String LIMIT = "envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit";
    private static final String RBAC = "envoy.extensions.filters.network.rbac.v3.RBAC";
    private static final int LARGEST_PORT = 65_535;

    private FilterChainReader() {}

    /// `matched` tells whether the chain's match counts; a default chain's does not.
    static Optional<ListenerChain> read(FilterChain message, boolean matched, Scope scope) {
        scope.check(message, CHAIN);
        var match = matched
                ? match(message.getFilterChainMatch(), scope.at("filter_chain_match"))
                : ListenerChain.Match.ANY;
        Optional<ServerTls> tls = message.hasTransportSocket()
                ? tls(message.getTransportSocket(), scope.at("transport_socket"))
                : Optional.empty();
        var limit = limit(message, scope);
        var access = access(message, scope);
        var handshake = message.hasTransportSocketConnectTimeout()
                ? Values.duration(
                        message.getTransportSocketConnectTimeout(),
                        ListenerChain.HANDSHAKE_TIMEOUT,
                        scope.at("transport_socket_connect_timeout"))
                : ListenerChain.HANDSHAKE_TIMEOUT;
        return filter(message, scope)
                .map(filter -> new ListenerChain(
                        message.getName(),
                        match,
                        tls.map(offered -> HttpProtocols.offered(
                                offered, filter, scope.at("transport_socket.typed_config.common_tls_context"))),
                        handshake,
                        limit,
                        access,
                        filter));
    }

    private static ListenerChain.Match match(FilterChainMatch message, Scope scope) {
        scope.check(message, MATCH);
        if (message.hasDestinationPort()) {
            port(message.getDestinationPort().getValue(), scope.at("destination_port"));
        }
        for (int i = 0; i < message.getSourcePortsCount(); i++) {
            port(message.getSourcePorts(i), scope.at("source_ports", i));
        }
        for (int i = 0; i < message.getServerNamesCount(); i++) {
            serverName(message.getServerNames(i), scope.at("server_names", i));
        }
        return new ListenerChain.Match(
                message.getDestinationPort().getValue(),
                ranges(message.getPrefixRangesList(), scope, "prefix_ranges"),
                message.getServerNamesList(),
                message.getTransportProtocol(),
                message.getApplicationProtocolsList(),
                ranges(message.getDirectSourcePrefixRangesList(), scope, "direct_source_prefix_ranges"),
                sourceType(message, scope),
                ranges(message.getSourcePrefixRangesList(), scope, "source_prefix_ranges"),
                message.getSourcePortsList());
    }

    private static void port(int port, Scope scope) {
        if (port < 1 || port > LARGEST_PORT) {
            scope.error("is no port: " + Integer.toUnsignedString(port), "write 1 to 65535");
        }
    }

    private static void serverName(String name, Scope scope) {
        if (name.isEmpty() || name.equals("*")) {
            scope.error("would match every name", "leave server_names out to match all");
        } else if (name.lastIndexOf('*') > 0 || (name.startsWith("*") && !name.startsWith("*."))) {
            scope.error("partial wildcards are not supported: " + name, "write a name, or *. and a suffix");
        }
    }

    private static ListenerChain.SourceType sourceType(FilterChainMatch message, Scope scope) {
        return switch (message.getSourceType()) {
            case ANY -> ListenerChain.SourceType.ANY;
            case SAME_IP_OR_LOOPBACK -> ListenerChain.SourceType.SAME_IP_OR_LOOPBACK;
            case EXTERNAL -> ListenerChain.SourceType.EXTERNAL;
            case UNRECOGNIZED -> {
                scope.at("source_type").error("is not known", "write ANY, SAME_IP_OR_LOOPBACK or EXTERNAL");
                yield ListenerChain.SourceType.ANY;
            }
        };
    }

    private static List<AddressMatcher> ranges(List<CidrRange> messages, Scope scope, String field) {
        var ranges = new ArrayList<AddressMatcher>();
        for (int i = 0; i < messages.size(); i++) {
            MatcherReader.addresses(messages.get(i), scope.at(field, i)).ifPresent(ranges::add);
        }
        return ranges;
    }

    private static Optional<ServerTls> tls(TransportSocket message, Scope scope) {
        scope.check(message, TlsReader.TRANSPORT_SOCKET);
        var type = Scope.type(message.getTypedConfig());
        if (type.equals(TLS)) {
            return scope.unpack(message.getTypedConfig(), DownstreamTlsContext.parser())
                    .map(context -> TlsReader.server(context, scope.at("typed_config")));
        }
        if (!type.equals(RAW) && !message.getName().equals("envoy.transport_sockets.raw_buffer")) {
            scope.error("transport socket " + message.getName() + " is not supported", "use TLS or none");
        }
        return Optional.empty();
    }

    /// The chain's limit of connections: the first filters may be one.
    private static Optional<ListenerChain.ConnectionLimit> limit(FilterChain message, Scope scope) {
        var limits = new ArrayList<ListenerChain.ConnectionLimit>();
        for (int i = 0; i < message.getFiltersCount(); i++) {
            var config = message.getFilters(i).getTypedConfig();
            if (Scope.type(config).equals(LIMIT)) {
                var here = scope.at("filters", i).at("typed_config");
                here.unpack(config, ConnectionLimit.parser())
                        .map(found -> limit(found, here))
                        .ifPresent(limits::add);
            }
        }
        if (limits.size() > 1) {
            scope.at("filters").error("has more than one connection limit", "keep one");
        }
        return limits.stream().findFirst();
    }

    /// Who may connect. One that cannot be read is an error, so the configuration is refused.
    private static List<ConnectionRbac> access(FilterChain message, Scope scope) {
        var access = new ArrayList<ConnectionRbac>();
        for (int i = 0; i < message.getFiltersCount(); i++) {
            var config = message.getFilters(i).getTypedConfig();
            if (Scope.type(config).equals(RBAC)) {
                var here = scope.at("filters", i).at("typed_config");
                here.unpack(config, io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.parser())
                        .map(found -> RbacReader.connection(found, here))
                        .ifPresent(access::add);
            }
        }
        return access;
    }

    private static boolean isAhead(Filter filter) {
        var type = Scope.type(filter.getTypedConfig());
        return type.equals(LIMIT) || type.equals(RBAC);
    }

    private static ListenerChain.ConnectionLimit limit(ConnectionLimit message, Scope scope) {
        scope.check(message, CONNECTION_LIMIT);
        long most = message.getMaxConnections().getValue();
        if (most < 1) {
            scope.at("max_connections").error("is less than 1 or missing", "write how many connections at once");
        }
        return new ListenerChain.ConnectionLimit(
                message.getStatPrefix(),
                most,
                Values.duration(message.getDelay(), Duration.ZERO, scope.at("delay")),
                Values.flag(message.getRuntimeEnabled(), scope.at("runtime_enabled")));
    }

    /// The filter that reads the connection: the last one. Before it there may be limits and access rules
    /// only.
    private static Optional<NetworkFilter> filter(FilterChain message, Scope scope) {
        Optional<NetworkFilter> reader = Optional.empty();
        int last = message.getFiltersCount() - 1;
        for (int i = 0; i <= last; i++) {
            var filter = message.getFilters(i);
            var here = scope.at("filters", i);
            here.check(filter, FILTER);
            if (isAhead(filter)) {
                continue;
            }
            reader = NetworkFilterReader.read(filter, here);
            if (i < last) {
                here.error("reads the connection but is not the last filter", "move it to the end, or remove the rest");
            }
        }
        if (last < 0 || isAhead(message.getFilters(last))) {
            scope.at("filters")
                    .error("nothing reads the connection", "end with an HTTP connection manager or tcp_proxy");
            return Optional.empty();
        }
        return reader;
    }
}
