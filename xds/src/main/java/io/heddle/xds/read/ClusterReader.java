package io.heddle.xds.read;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.EndpointSet;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Reads clusters.
final class ClusterReader {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final String PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final String TLS = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
    private static final String RAW = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";

    private ClusterReader() {}

    /// The cluster; `discovered` finds the endpoints that EDS sent under a name.
    @SuppressWarnings("deprecation") // `http2_protocol_options` is still written
    static Cluster read(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message,
            Function<String, Optional<ClusterLoadAssignment>> discovered,
            Scope scope) {
        scope.knows(
                message,
                "name",
                "alt_stat_name",
                "type",
                "cluster_type",
                "eds_cluster_config",
                "connect_timeout",
                "lb_policy",
                "least_request_lb_config",
                "load_assignment",
                "circuit_breakers",
                "transport_socket",
                "transport_socket_matches",
                "typed_extension_protocol_options",
                "http2_protocol_options",
                "original_dst_lb_config",
                "metadata");
        var discovery = discovery(message, scope);
        return new Cluster(
                message.getName(),
                discovery,
                endpoints(message, discovery, discovered, scope),
                message.hasConnectTimeout()
                        ? Values.duration(message.getConnectTimeout(), CONNECT_TIMEOUT, scope.at("connect_timeout"))
                        : CONNECT_TIMEOUT,
                balancer(message, scope),
                limits(message.getCircuitBreakers(), scope.at("circuit_breakers")),
                transports(message, scope),
                message.hasHttp2ProtocolOptions() ? Cluster.Protocol.HTTP2 : protocol(message, scope),
                connections(message, scope),
                service(message.getMetadata()));
    }

    private static Cluster.Discovery discovery(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        if (message.hasClusterType()) {
            scope.at("cluster_type").error(Scope.NOT_SUPPORTED, "use type STATIC, EDS, STRICT_DNS or LOGICAL_DNS");
        }
        return switch (message.getType()) {
            case STATIC -> Cluster.Discovery.STATIC;
            case EDS -> Cluster.Discovery.EDS;
            case STRICT_DNS -> Cluster.Discovery.STRICT_DNS;
            case LOGICAL_DNS -> Cluster.Discovery.LOGICAL_DNS;
            case ORIGINAL_DST -> originalDestination(message, scope);
            case UNRECOGNIZED -> {
                scope.at("type").error(message.getType() + " is not supported", "use STATIC, EDS or STRICT_DNS");
                yield Cluster.Discovery.STATIC;
            }
        };
    }

    /// Envoy demands CLUSTER_PROVIDED and no endpoints. The destination is never taken from a header: what a client
    /// writes must not decide where its request goes.
    private static Cluster.Discovery originalDestination(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        if (message.getLbPolicy() != io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy.CLUSTER_PROVIDED) {
            scope.at("lb_policy").error("ORIGINAL_DST needs CLUSTER_PROVIDED", "set lb_policy: CLUSTER_PROVIDED");
        }
        if (message.hasLoadAssignment()) {
            scope.at("load_assignment").error("ORIGINAL_DST has no endpoints of its own", "remove it");
        }
        scope.at("original_dst_lb_config").demands(message.getOriginalDstLbConfig());
        return Cluster.Discovery.ORIGINAL_DST;
    }

    private static EndpointSet endpoints(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message,
            Cluster.Discovery discovery,
            Function<String, Optional<ClusterLoadAssignment>> discovered,
            Scope scope) {
        if (discovery != Cluster.Discovery.EDS) {
            return EndpointReader.read(message.getLoadAssignment(), scope.at("load_assignment"));
        }
        var eds = message.getEdsClusterConfig();
        if (!eds.getEdsConfig().hasAds() && !eds.getEdsConfig().hasSelf()) {
            scope.at("eds_cluster_config.eds_config").error("only ADS is supported", "use ads: {}");
        }
        var name = eds.getServiceName().isEmpty() ? message.getName() : eds.getServiceName();
        return discovered
                .apply(name)
                .map(found -> EndpointReader.read(found, scope.of("ClusterLoadAssignment " + name)))
                .orElse(EndpointSet.EMPTY);
    }

    private static BalancerPolicy balancer(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        return switch (message.getLbPolicy()) {
            case ROUND_ROBIN -> new BalancerPolicy.RoundRobin();
            case RANDOM -> new BalancerPolicy.Random();
            case LEAST_REQUEST -> {
                var config = message.getLeastRequestLbConfig();
                scope.at("least_request_lb_config").knows(config, "choice_count");
                int choices = config.hasChoiceCount() ? config.getChoiceCount().getValue() : 2;
                yield new BalancerPolicy.LeastRequest(Math.clamp(choices, 2, 16));
            }
            case CLUSTER_PROVIDED -> {
                if (message.getType() != io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType.ORIGINAL_DST) {
                    scope.at("lb_policy").error("CLUSTER_PROVIDED goes with type ORIGINAL_DST only", "use ROUND_ROBIN");
                }
                yield new BalancerPolicy.RoundRobin();
            }
            case RING_HASH, MAGLEV, LOAD_BALANCING_POLICY_CONFIG, UNRECOGNIZED -> {
                scope.at("lb_policy")
                        .warning(
                                message.getLbPolicy() + " is not supported; least request is used",
                                "use ROUND_ROBIN, LEAST_REQUEST or RANDOM");
                yield new BalancerPolicy.LeastRequest(2);
            }
        };
    }

    private static BreakerLimits limits(CircuitBreakers message, Scope scope) {
        scope.knows(message, "thresholds");
        for (int i = 0; i < message.getThresholdsCount(); i++) {
            var found = message.getThresholds(i);
            var here = scope.at("thresholds", i);
            if (found.getPriority() != RoutingPriority.DEFAULT) {
                here.warning("priority HIGH is not supported", "remove it");
                continue;
            }
            here.knows(found, "priority", "max_connections", "max_pending_requests", "max_requests", "max_retries");
            var standard = BreakerLimits.DEFAULT;
            return new BreakerLimits(
                    found.hasMaxConnections() ? count(found.getMaxConnections().getValue()) : standard.connections(),
                    found.hasMaxPendingRequests()
                            ? count(found.getMaxPendingRequests().getValue())
                            : standard.pending(),
                    found.hasMaxRequests() ? count(found.getMaxRequests().getValue()) : standard.requests(),
                    found.hasMaxRetries() ? count(found.getMaxRetries().getValue()) : standard.retries());
        }
        return BreakerLimits.DEFAULT;
    }

    private static int count(int unsigned) {
        return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
    }

    private static List<Cluster.Transport> transports(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        var transports = new ArrayList<Cluster.Transport>();
        for (int i = 0; i < message.getTransportSocketMatchesCount(); i++) {
            var found = message.getTransportSocketMatches(i);
            var here = scope.at("transport_socket_matches", i);
            var match = new HashMap<String, String>();
            found.getMatch().getFieldsMap().forEach((key, value) -> {
                if (value.hasStringValue()) {
                    match.put(key, value.getStringValue());
                } else {
                    here.at("match." + key).error("is no text", "write a text");
                }
            });
            transports.add(new Cluster.Transport(match, tls(found.getTransportSocket(), here.at("transport_socket"))));
        }
        transports.add(new Cluster.Transport(
                Map.of(),
                message.hasTransportSocket()
                        ? tls(message.getTransportSocket(), scope.at("transport_socket"))
                        : Optional.empty()));
        return transports;
    }

    private static Optional<ClientTls> tls(TransportSocket message, Scope scope) {
        var any = message.getTypedConfig();
        return switch (Scope.type(any)) {
            case TLS ->
                scope.unpack(any, UpstreamTlsContext.parser())
                        .map(context -> TlsReader.client(context, scope.at("typed_config")));
            case RAW -> Optional.empty();
            default -> {
                if (!message.getName().equals("envoy.transport_sockets.raw_buffer")) {
                    scope.error("transport socket " + message.getName() + " is not supported", "use TLS or none");
                }
                yield Optional.empty();
            }
        };
    }

    private static Cluster.Protocol protocol(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        var protocol = Cluster.Protocol.HTTP1;
        for (Map.Entry<String, Any> entry :
                message.getTypedExtensionProtocolOptionsMap().entrySet()) {
            var here = scope.at("typed_extension_protocol_options", entry.getKey());
            if (!Scope.type(entry.getValue()).equals(PROTOCOL_OPTIONS)) {
                here.warning(Scope.NOT_SUPPORTED, "remove it");
                continue;
            }
            var options = here.unpack(entry.getValue(), HttpProtocolOptions.parser());
            if (options.isPresent()) {
                protocol = protocol(options.get(), here);
            }
        }
        return protocol;
    }

    private static ConnectionLimits connections(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        var any = message.getTypedExtensionProtocolOptionsMap().get(PROTOCOL_OPTIONS);
        if (any == null || !Scope.type(any).equals(PROTOCOL_OPTIONS)) {
            return ConnectionLimits.DEFAULT;
        }
        var here = scope.at("typed_extension_protocol_options", PROTOCOL_OPTIONS);
        return here.unpack(any, HttpProtocolOptions.parser())
                .map(options -> ConnectionLimitsReader.read(
                        options.getCommonHttpProtocolOptions(), here.at("common_http_protocol_options")))
                .orElse(ConnectionLimits.DEFAULT);
    }

    private static Cluster.Protocol protocol(HttpProtocolOptions message, Scope scope) {
        scope.knows(
                message,
                "common_http_protocol_options",
                "explicit_http_config",
                "use_downstream_protocol_config",
                "auto_config");
        return switch (message.getUpstreamProtocolOptionsCase()) {
            case EXPLICIT_HTTP_CONFIG -> {
                var explicit = message.getExplicitHttpConfig();
                scope.at("explicit_http_config").knows(explicit, "http_protocol_options", "http2_protocol_options");
                yield explicit.hasHttp2ProtocolOptions() ? Cluster.Protocol.HTTP2 : Cluster.Protocol.HTTP1;
            }
            case USE_DOWNSTREAM_PROTOCOL_CONFIG, AUTO_CONFIG -> {
                scope.warning("the protocol is always HTTP/1.1 unless named", "use explicit_http_config");
                yield Cluster.Protocol.HTTP1;
            }
            case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> Cluster.Protocol.HTTP1;
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
