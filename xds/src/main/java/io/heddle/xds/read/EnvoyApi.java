package io.heddle.xds.read;

import java.util.List;
import java.util.stream.Stream;

/// Every kind of message that is read, in the order of `docs/reference/envoy-api.md`.
final class EnvoyApi {
    /// A group of messages.
    ///
    /// @param title of its part of the page
    /// @param fields one entry for each kind of message
    record Part(String title, List<Fields<?>> fields) {}

    static final List<Part> PARTS = List.of(
            new Part("Bootstrap", BootstrapReader.FIELDS),
            new Part("gRPC services", GrpcServiceReader.FIELDS),
            new Part("Overload manager", OverloadReader.FIELDS),
            new Part("Listeners", ListenerReader.FIELDS),
            new Part("Sockets of listeners", SocketReader.FIELDS),
            new Part("Listener filters", ListenerFilterReader.FIELDS),
            new Part("Filter chains", FilterChainReader.FIELDS),
            new Part("Network filters", NetworkFilterReader.FIELDS),
            new Part("HTTP connection manager", HttpConnectionReader.FIELDS),
            new Part("Heads in the HTTP connection manager", HeadOptionsReader.FIELDS),
            new Part("Access logs", AccessLogReader.FIELDS),
            new Part("Answers made here", LocalReplyReader.FIELDS),
            new Part("Which answers made here are meant", ReplyConditionReader.FIELDS),
            new Part("HTTP filters", FilterReaders.FIELDS),
            new Part("Health checks of the proxy", HealthFilterReader.FIELDS),
            new Part("Adaptive concurrency and admission control", ControllerReader.FIELDS),
            new Part("Dynamic metadata", MetadataReader.FIELDS),
            new Part("Role-based access control", RbacReader.FIELDS),
            new Part("Fault injection", FaultReader.FIELDS),
            new Part("Cross-origin requests", CorsReader.FIELDS),
            new Part("Header mutation", HeaderMutationReader.FIELDS),
            new Part("Buffering of requests", BufferReader.FIELDS),
            new Part("Bandwidth limits", BandwidthReader.FIELDS),
            new Part("Figures of gRPC calls", GrpcStatsReader.FIELDS),
            new Part("Compression", CompressionReader.FIELDS),
            new Part("Compression libraries", CodingReader.FIELDS),
            new Part("Local rate limits", LocalRateLimitReader.FIELDS),
            new Part("Global rate limits", RateLimitFilterReader.FIELDS),
            new Part("Stateful sessions", SessionReader.FIELDS),
            new Part("Route configurations", RouteReader.FIELDS),
            new Part("Matchers of virtual hosts", RouteTreeReader.FIELDS),
            new Part("Matches of routes", RouteMatchReader.FIELDS),
            new Part("Actions of routes", RouteActionReader.FIELDS),
            new Part("Clusters of routes", ClusterChoiceReader.FIELDS),
            new Part("Rewrites", RewriteReader.FIELDS),
            new Part("Mirrors", MirrorReader.FIELDS),
            new Part("Internal redirects", InternalRedirectReader.FIELDS),
            new Part("What of a request is hashed", HashPolicyReader.FIELDS),
            new Part("What of a request is counted", RateLimitReader.FIELDS),
            new Part("Header changes", HeaderEditReader.FIELDS),
            new Part("Timeouts of routes", TimeoutsReader.FIELDS),
            new Part("Retries", RetryReader.FIELDS),
            new Part("Hosts of retries", FurtherHostsReader.FIELDS),
            new Part("Matchers", MatcherReader.FIELDS),
            new Part("Clusters", ClusterReader.FIELDS),
            new Part("Circuit breakers", BreakerReader.FIELDS),
            new Part("Health of hosts", HealthReader.FIELDS),
            new Part("Active health checks", HealthCheckReader.FIELDS),
            new Part("Balancing", BalancerReader.FIELDS),
            new Part("Balancing policies", BalancingPolicyReader.FIELDS),
            new Part("Balancing by load and latency", LoadAwareReader.FIELDS),
            new Part("Subsets", SubsetReader.FIELDS),
            new Part("Types of clusters", ClusterTypeReader.FIELDS),
            new Part("Dynamic forward proxies", DynamicForwardReader.FIELDS),
            new Part("On-demand discovery", OnDemandReader.FIELDS),
            new Part("Resolution of names", DnsReader.FIELDS),
            new Part("Connections of clusters", ConnectionLimitsReader.FIELDS),
            new Part("Opening of connections", OpeningReader.FIELDS),
            new Part("HTTP/2, and which HTTP clusters speak", HttpProtocols.FIELDS),
            new Part("Endpoints", EndpointReader.FIELDS),
            new Part("TLS", TlsReader.FIELDS),
            new Part("TLS parameters", TlsParametersReader.FIELDS),
            new Part("Verification of peers", ValidationReader.FIELDS),
            new Part("Secrets", SecretReader.FIELDS),
            new Part("Small values", Values.FIELDS));

    private EnvoyApi() {}

    static Stream<Fields<?>> fields() {
        return PARTS.stream().flatMap(part -> part.fields().stream());
    }
}
