package io.heddle.xds.read.cluster;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HttpProtocols;
import io.heddle.xds.read.core.LabelReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.UpstreamProtocols;
import io.heddle.xds.read.core.Values;
import io.heddle.xds.read.tls.TlsReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Reads clusters.
public final class ClusterReader {
    private static final Fields<io.envoyproxy.envoy.config.cluster.v3.Cluster> CLUSTER = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.cluster.v3.Cluster.class)
            .reads("name", "connect_timeout", "load_assignment", "circuit_breakers")
            .reads("transport_socket", "transport_socket_matches", "upstream_bind_config", "preconnect_policy")
            .reads("upstream_connection_options")
            .accepts("alt_stat_name", "metrics have the cluster's name")
            .limits("type", "`STATIC`, `EDS`, `STRICT_DNS`, `LOGICAL_DNS`, `ORIGINAL_DST`")
            .limits("eds_cluster_config", "over ADS, or in a file")
            .limits("lb_policy", "`CLUSTER_PROVIDED` where the type of cluster provides it")
            .reads("round_robin_lb_config", "least_request_lb_config", "ring_hash_lb_config", "maglev_lb_config")
            .reads("common_lb_config", "lb_subset_config", "load_balancing_policy")
            .reads("original_dst_lb_config")
            .limits("typed_extension_protocol_options", "`envoy.extensions.upstreams.http.v3.HttpProtocolOptions` only")
            .reads("http2_protocol_options", "upstream_http_protocol_options", "common_http_protocol_options")
            .reads("max_requests_per_connection", "protocol_selection", "http_protocol_options")
            .limits("metadata", "`istio`: `services`, for metrics")
            .reads("cluster_type", "outlier_detection")
            .limits("health_checks", "one, over HTTP or TCP")
            .limits("ignore_health_on_host_removal", "taken to be true: hosts that are removed go at once")
            .limits("dns_refresh_rate", "more than 1 ms")
            .limits("wait_for_warm_on_init", "clusters whose hosts are found by name")
            .reads("dns_failure_refresh_rate", "respect_dns_ttl", "dns_jitter", "dns_lookup_family")
            .reads("typed_dns_resolver_config")
            .refuses("dns_resolvers", "dns_resolution_config", "use_tcp_for_dns_lookups")
            .refuses("filters", "upstream_config")
            .refuses("connection_pool_per_downstream_connection");
    private static final Fields<io.envoyproxy.envoy.config.cluster.v3.Cluster.EdsClusterConfig> EDS =
            Fields.ignoringOthers(io.envoyproxy.envoy.config.cluster.v3.Cluster.EdsClusterConfig.class)
                    .reads("eds_config", "service_name");
    private static final Fields<io.envoyproxy.envoy.config.cluster.v3.Cluster.TransportSocketMatch> SOCKET_MATCH =
            Fields.refusingOthers(io.envoyproxy.envoy.config.cluster.v3.Cluster.TransportSocketMatch.class)
                    .accepts("name", "for people")
                    .reads("match", "transport_socket");

    /// What of a cluster is read.
    static final List<Fields<?>> FIELDS = List.of(CLUSTER, SOCKET_MATCH, EDS, OriginalDestinationReader.FIELDS);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final String TLS = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
    private static final String PROXY_PROTOCOL =
            "envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport";
    private static final String RAW = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";

    private ClusterReader() {}

    /// The cluster; `discovered` finds the endpoints that EDS sent under a name.
    public static Cluster read(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message,
            Function<String, Optional<ClusterLoadAssignment>> discovered,
            Scope scope) {
        scope.check(message, CLUSTER);
        var discovery = discovery(message, scope);
        if (!(discovery instanceof Cluster.Discovery.OriginalDestination)) {
            OriginalDestinationReader.elsewhere(message, scope);
        }
        if (!(discovery instanceof Cluster.Discovery.DynamicForward)) {
            UpstreamProtocols.names(message, scope)
                    .ifPresent(
                            names -> DynamicForwardReader.elsewhere(names, scope.at("upstream_http_protocol_options")));
        }
        boolean own = !(discovery instanceof Cluster.Discovery.Aggregate
                || discovery instanceof Cluster.Discovery.DynamicForward);
        if (!own && message.hasLoadAssignment()) {
            scope.at("load_assignment").error("this type of cluster has no endpoints of its own", "remove it");
        }
        var upstream = UpstreamProtocols.upstream(message, scope);
        ClusterRules.check(message, discovery, scope);
        var balancer = BalancerReader.read(message, scope);
        if (upstream.protocol() == Cluster.Protocol.HTTP1
                && balancer.innermost() instanceof BalancerPolicy.ClientWeighted weighted
                && weighted.asksEvery().isPresent()) {
            scope.at("load_balancing_policy")
                    .error(
                            "needs a cluster that speaks HTTP/2, and this one speaks HTTP/1.1",
                            "leave enable_oob_load_report out, or set http2_protocol_options");
        }
        var opening = OpeningReader.read(message, scope);
        if (opening.predictive() > 1 && !balancer.isPredictable()) {
            scope.at("preconnect_policy.predictive_preconnect_ratio")
                    .warning("has no effect: this policy cannot say which host comes next", "balance by ROUND_ROBIN");
        }
        return new Cluster(
                message.getName(),
                discovery,
                endpoints(message, discovery, discovered, scope),
                message.hasConnectTimeout()
                        ? Values.duration(message.getConnectTimeout(), CONNECT_TIMEOUT, scope.at("connect_timeout"))
                        : CONNECT_TIMEOUT,
                balancer,
                BreakerReader.read(message.getCircuitBreakers(), scope.at("circuit_breakers")),
                transports(message, upstream.protocol(), scope),
                upstream.protocol(),
                upstream.http1(),
                upstream.http2(),
                upstream.connections(),
                upstream.responses(),
                opening,
                HealthReader.read(message, discovery, scope),
                service(message.getMetadata()));
    }

    private static Cluster.Discovery discovery(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        var dns = DnsReader.cluster(message, scope);
        if (message.hasClusterType()) {
            var custom = ClusterTypeReader.read(
                    message.getClusterType(), UpstreamProtocols.names(message, scope), scope.at("cluster_type"));
            return custom instanceof Cluster.Discovery.Dns(var logical, var policy, var _)
                    ? new Cluster.Discovery.Dns(logical, policy, isAwaited(message))
                    : custom;
        }
        return switch (message.getType()) {
            case STATIC -> Cluster.Discovery.STATIC;
            case EDS -> Cluster.Discovery.EDS;
            case STRICT_DNS -> new Cluster.Discovery.Dns(false, dns, isAwaited(message));
            case LOGICAL_DNS -> new Cluster.Discovery.Dns(true, dns, isAwaited(message));
            case ORIGINAL_DST -> OriginalDestinationReader.read(message, scope);
            case UNRECOGNIZED -> {
                scope.at("type")
                        .error(message.getType() + " is not supported", "use STATIC, EDS, STRICT_DNS or LOGICAL_DNS");
                yield Cluster.Discovery.STATIC;
            }
        };
    }

    private static boolean isAwaited(io.envoyproxy.envoy.config.cluster.v3.Cluster message) {
        return !message.hasWaitForWarmOnInit() || message.getWaitForWarmOnInit().getValue();
    }

    private static EndpointSet endpoints(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message,
            Cluster.Discovery discovery,
            Function<String, Optional<ClusterLoadAssignment>> discovered,
            Scope scope) {
        if (!(discovery instanceof Cluster.Discovery.Eds)) {
            boolean named = !(discovery instanceof Cluster.Discovery.Static);
            return EndpointReader.read(message.getLoadAssignment(), named, scope.at("load_assignment"));
        }
        var eds = message.getEdsClusterConfig();
        var here = scope.at("eds_cluster_config");
        here.check(eds, EDS);
        Values.overAdsOrFile(eds.getEdsConfig(), here.at("eds_config"));
        var name = eds.getServiceName().isEmpty() ? message.getName() : eds.getServiceName();
        return discovered
                .apply(name)
                .map(found -> EndpointReader.read(found, false, scope.of("ClusterLoadAssignment " + name)))
                .orElse(EndpointSet.EMPTY);
    }

    private static List<Cluster.Transport> transports(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message, Cluster.Protocol protocol, Scope scope) {
        var transports = new ArrayList<Cluster.Transport>();
        for (int i = 0; i < message.getTransportSocketMatchesCount(); i++) {
            var found = message.getTransportSocketMatches(i);
            var here = scope.at("transport_socket_matches", i);
            here.check(found, SOCKET_MATCH);
            var match = LabelReader.labels(found.getMatch());
            transports.add(transport(match, found.getTransportSocket(), protocol, here.at("transport_socket")));
        }
        transports.add(
                message.hasTransportSocket()
                        ? transport(Map.of(), message.getTransportSocket(), protocol, scope.at("transport_socket"))
                        : Cluster.Transport.PLAINTEXT);
        return transports;
    }

    private static Cluster.Transport transport(
            Map<String, LabelValue> match, TransportSocket message, Cluster.Protocol protocol, Scope scope) {
        scope.check(message, TlsReader.TRANSPORT_SOCKET);
        var any = message.getTypedConfig();
        if (!Scope.type(any).equals(PROXY_PROTOCOL)) {
            return new Cluster.Transport(match, tls(message, protocol, scope));
        }
        var here = scope.at("typed_config");
        var found = scope.unpack(any, ProxyProtocolUpstreamTransport.parser());
        if (found.isEmpty()) {
            return new Cluster.Transport(match, Optional.empty());
        }
        var announcement = OpeningReader.announcement(found.get(), here);
        var inner = found.get().getTransportSocket();
        var within = here.at("transport_socket");
        within.check(inner, TlsReader.TRANSPORT_SOCKET);
        return new Cluster.Transport(match, tls(inner, protocol, within), announcement);
    }

    private static Optional<ClientTls> tls(TransportSocket message, Cluster.Protocol protocol, Scope scope) {
        var any = message.getTypedConfig();
        return switch (Scope.type(any)) {
            case TLS ->
                scope.unpack(any, UpstreamTlsContext.parser())
                        .map(context -> TlsReader.client(context, scope.at("typed_config")))
                        .map(tls -> HttpProtocols.offered(tls, protocol));
            case RAW -> Optional.empty();
            default -> {
                if (!message.getName().equals("envoy.transport_sockets.raw_buffer")) {
                    scope.error("transport socket " + message.getName() + " is not supported", "use TLS or none");
                }
                yield Optional.empty();
            }
        };
    }

    private static Cluster.ServiceTag service(Metadata message) {
        var istio = message.getFilterMetadataMap().get("istio");
        if (istio == null || !istio.getFieldsMap().containsKey("services")) {
            return Cluster.ServiceTag.UNKNOWN;
        }
        var services = istio.getFieldsOrThrow("services").getListValue();
        if (services.getValuesCount() == 0) {
            return Cluster.ServiceTag.UNKNOWN;
        }
        var fields = services.getValues(0).getStructValue().getFieldsMap();
        Function<String, String> text = key -> {
            var value = fields.get(key);
            return value == null || value.getStringValue().isEmpty() ? "unknown" : value.getStringValue();
        };
        return new Cluster.ServiceTag(text.apply("host"), text.apply("name"), text.apply("namespace"));
    }
}
