package io.heddle.xds.read;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteList;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.envoyproxy.envoy.extensions.compression.brotli.compressor.v3.Brotli;
import io.envoyproxy.envoy.extensions.compression.gzip.compressor.v3.Gzip;
import io.envoyproxy.envoy.extensions.compression.zstd.compressor.v3.Zstd;
import io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.Compressor;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.CompressorPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfPolicy;
import io.envoyproxy.envoy.extensions.filters.http.decompressor.v3.Decompressor;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.OnDemand;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.envoyproxy.envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost;
import io.envoyproxy.envoy.extensions.load_balancing_policies.pick_first.v3.PickFirst;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.FilterStateInput;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import io.envoyproxy.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.heddle.model.problem.Problem;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Fields.Fate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One field set somewhere in an otherwise empty resource: the shortest way from a resource to each kind of
/// message that is read, and then each field of that message that is not.
///
/// @param way from the resource down
/// @param field the field set at its end
record SetField(Way way, FieldDescriptor field) {
    private static final List<Message> ROOTS = List.of(
            Listener.getDefaultInstance(),
            RouteConfiguration.getDefaultInstance(),
            Cluster.getDefaultInstance(),
            ClusterLoadAssignment.getDefaultInstance(),
            Secret.getDefaultInstance(),
            Bootstrap.getDefaultInstance(),
            Runtime.getDefaultInstance());

    /// Fields in which extensions of a kind of their own stand.
    private static final Set<String> EXTENSIONS = Set.of(
            "load_balancing_policy",
            "session_state",
            "compressor_library",
            "decompressor_library",
            "event_logger",
            "stateful_formatter",
            "input",
            "action");

    /// Which messages stand in an `Any`, by the message that holds it.
    private static final Map<String, List<Message>> PACKED = Map.ofEntries(
            Map.entry(
                    "envoy.config.listener.v3.Filter",
                    List.of(
                            HttpConnectionManager.getDefaultInstance(),
                            TcpProxy.getDefaultInstance(),
                            ConnectionLimit.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDefaultInstance())),
            Map.entry(
                    "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
                    List.of(
                            RBAC.getDefaultInstance(),
                            HTTPFault.getDefaultInstance(),
                            Buffer.getDefaultInstance(),
                            Compressor.getDefaultInstance(),
                            BandwidthLimit.getDefaultInstance(),
                            GrpcWeb.getDefaultInstance(),
                            Decompressor.getDefaultInstance(),
                            Cors.getDefaultInstance(),
                            CsrfPolicy.getDefaultInstance(),
                            HeaderMutation.getDefaultInstance(),
                            LocalRateLimit.getDefaultInstance(),
                            RateLimit.getDefaultInstance(),
                            StatefulSession.getDefaultInstance(),
                            Router.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency
                                    .getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl
                                    .getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck
                                    .getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.http.set_metadata.v3.Config.getDefaultInstance(),
                            OnDemand.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.http.original_src.v3.OriginalSrc
                                    .getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig
                                    .getDefaultInstance())),
            Map.entry(
                    "xds.core.v3.TypedExtensionConfig",
                    List.of(
                            HttpRequestHeaderMatchInput.getDefaultInstance(),
                            FilterStateInput.getDefaultInstance(),
                            RouteList.getDefaultInstance())),
            Map.entry("envoy.config.route.v3.RouteConfiguration", List.of(FilterConfig.getDefaultInstance())),
            Map.entry(
                    "envoy.config.route.v3.FilterConfig",
                    List.of(
                            RBACPerRoute.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.http.set_metadata.v3.Config.getDefaultInstance(),
                            HTTPFault.getDefaultInstance(),
                            PerRouteConfig.getDefaultInstance(),
                            BufferPerRoute.getDefaultInstance(),
                            BandwidthLimit.getDefaultInstance(),
                            CompressorPerRoute.getDefaultInstance(),
                            CorsPolicy.getDefaultInstance(),
                            CsrfPolicy.getDefaultInstance(),
                            HeaderMutationPerRoute.getDefaultInstance(),
                            LocalRateLimit.getDefaultInstance(),
                            RateLimitPerRoute.getDefaultInstance(),
                            StatefulSessionPerRoute.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.PerRouteConfig
                                    .getDefaultInstance())),
            Map.entry(
                    "envoy.config.route.v3.RetryPolicy.RetryHostPredicate",
                    List.of(OmitHostMetadataConfig.getDefaultInstance())),
            Map.entry(
                    "envoy.config.route.v3.RetryPolicy.RetryPriority",
                    List.of(PreviousPrioritiesConfig.getDefaultInstance())),
            Map.entry(
                    "envoy.config.accesslog.v3.AccessLog",
                    List.of(FileAccessLog.getDefaultInstance(), StdoutAccessLog.getDefaultInstance())),
            Map.entry(
                    "envoy.config.core.v3.TransportSocket",
                    List.of(
                            DownstreamTlsContext.getDefaultInstance(),
                            UpstreamTlsContext.getDefaultInstance(),
                            ProxyProtocolUpstreamTransport.getDefaultInstance())),
            Map.entry("envoy.config.cluster.v3.Cluster", List.of(HttpProtocolOptions.getDefaultInstance())),
            Map.entry(
                    "envoy.config.listener.v3.ListenerFilter",
                    List.of(
                            TlsInspector.getDefaultInstance(),
                            ProxyProtocol.getDefaultInstance(),
                            OriginalSrc.getDefaultInstance())),
            Map.entry(
                    "envoy.config.overload.v3.ResourceMonitor",
                    List.of(DownstreamConnectionsConfig.getDefaultInstance(), FixedHeapConfig.getDefaultInstance())),
            Map.entry(
                    "envoy.config.core.v3.TypedExtensionConfig",
                    List.of(
                            CaresDnsResolverConfig.getDefaultInstance(),
                            GetAddrInfoDnsResolverConfig.getDefaultInstance(),
                            UriTemplateMatchConfig.getDefaultInstance(),
                            UriTemplateRewriteConfig.getDefaultInstance(),
                            AllowListedRoutesConfig.getDefaultInstance(),
                            Gzip.getDefaultInstance(),
                            Brotli.getDefaultInstance(),
                            Zstd.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.compression.gzip.decompressor.v3.Gzip.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.compression.brotli.decompressor.v3.Brotli
                                    .getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.compression.zstd.decompressor.v3.Zstd.getDefaultInstance(),
                            CookieBasedSessionState.getDefaultInstance(),
                            HeaderBasedSessionState.getDefaultInstance(),
                            RoundRobin.getDefaultInstance(),
                            LeastRequest.getDefaultInstance(),
                            Random.getDefaultInstance(),
                            PickFirst.getDefaultInstance(),
                            ClientSideWeightedRoundRobin.getDefaultInstance(),
                            TypedStruct.getDefaultInstance(),
                            RingHash.getDefaultInstance(),
                            Maglev.getDefaultInstance(),
                            WrrLocality.getDefaultInstance(),
                            Subset.getDefaultInstance(),
                            OverrideHost.getDefaultInstance(),
                            ClusterProvided.getDefaultInstance(),
                            PreserveCaseFormatterConfig.getDefaultInstance(),
                            HealthCheckEventFileSink.getDefaultInstance())),
            Map.entry(
                    "envoy.config.cluster.v3.Cluster.CustomClusterType",
                    List.of(
                            DnsCluster.getDefaultInstance(),
                            ClusterConfig.getDefaultInstance(),
                            io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig
                                    .getDefaultInstance())));

    /// A way into a resource.
    ///
    /// @param root the resource's kind
    /// @param steps the fields gone through
    /// @param end the kind of message at the end
    record Way(Descriptor root, List<Step> steps, Descriptor end) {
        Way through(FieldDescriptor field, Descriptor inside) {
            var longer = new ArrayList<>(steps);
            longer.add(new Step(field, inside));
            return new Way(root, longer, inside);
        }

        /// The field that it leads through in which extensions of a kind of their own stand; empty without.
        String extension() {
            return steps.stream()
                    .map(step -> step.field().getName())
                    .filter(EXTENSIONS::contains)
                    .findFirst()
                    .orElse("");
        }
    }

    /// One step down: a field, and the message in it, packed or not.
    record Step(FieldDescriptor field, Descriptor inside) {}

    /// Every field that is not read.
    static Stream<SetField> all() {
        var fields = new ArrayList<SetField>();
        var kinds = byKind();
        ways().forEach(way -> kinds.getOrDefault(way.end(), List.of()).stream()
                .filter(declared -> declares(declared, way))
                .forEach(declared -> way.end().getFields().stream()
                        .filter(field -> reported(declared.of(field.getName()).fate()))
                        .forEach(field -> fields.add(new SetField(way, field)))));
        return fields.stream();
    }

    /// The kinds of messages that are reached.
    static Set<Descriptor> reached() {
        var reached = new HashSet<Descriptor>();
        ways().forEach(way -> reached.add(way.end()));
        return reached;
    }

    private static boolean reported(Fate fate) {
        return fate == Fate.IGNORED || fate == Fate.REFUSED || fate == Fate.REJECTED;
    }

    private static Map<Descriptor, List<Fields<?>>> byKind() {
        var kinds = new HashMap<Descriptor, List<Fields<?>>>();
        EnvoyApi.fields()
                .forEach(fields -> kinds.computeIfAbsent(Messages.descriptor(fields), _ -> new ArrayList<>())
                        .add(fields));
        return kinds;
    }

    /// Of several declarations of one kind of message, the part that stands on this way.
    private static boolean declares(Fields<?> fields, Way way) {
        var here = byKind().getOrDefault(way.end(), List.of()).stream()
                .filter(declared -> way.root().equals(owner(declared)))
                .toList();
        return here.isEmpty() ? owner(fields) == null : here.contains(fields);
    }

    /// The only root under which a declaration counts; null where it counts under all that have none of their
    /// own.
    private static @Nullable Descriptor owner(Fields<?> fields) {
        if (standsIn("Secrets", fields)) {
            return Secret.getDescriptor();
        }
        if (standsIn("Sockets of listeners", fields)) {
            return Listener.getDescriptor();
        }
        if (standsIn("Circuit breakers of routes", fields)) {
            return RouteConfiguration.getDescriptor();
        }
        return standsIn("Connections of clusters", fields) ? Cluster.getDescriptor() : null;
    }

    private static boolean standsIn(String title, Fields<?> fields) {
        return EnvoyApi.PARTS.stream()
                .anyMatch(part -> part.title().equals(title) && part.fields().contains(fields));
    }

    private static Collection<Way> ways() {
        var kinds = byKind();
        var ways = new LinkedHashMap<List<Object>, Way>();
        var next = new ArrayDeque<Way>();
        ROOTS.forEach(root -> next.add(new Way(root.getDescriptorForType(), List.of(), root.getDescriptorForType())));
        while (!next.isEmpty()) {
            var way = next.remove();
            if (ways.putIfAbsent(List.of(way.root(), way.end(), way.extension()), way) != null) {
                continue;
            }
            for (var declared : kinds.getOrDefault(way.end(), List.of())) {
                if (!declares(declared, way)) {
                    continue;
                }
                way.end().getFields().stream()
                        .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                        .filter(field ->
                                Messages.entered(declared.of(field.getName()).fate()))
                        .forEach(field -> inside(way, field)
                                .filter(kinds::containsKey)
                                .filter(inside -> !isRoot(inside))
                                .forEach(inside -> next.add(way.through(field, inside))));
            }
        }
        return ways.values();
    }

    private static boolean isRoot(Descriptor kind) {
        return ROOTS.stream().anyMatch(root -> root.getDescriptorForType().equals(kind));
    }

    private static Stream<Descriptor> inside(Way way, FieldDescriptor field) {
        var inside = Messages.inside(field);
        if (!inside.equals(Any.getDescriptor())) {
            return Stream.of(inside);
        }
        boolean listener = way.root().equals(Listener.getDescriptor());
        return PACKED.getOrDefault(way.end().getFullName(), List.of()).stream()
                .map(Message::getDescriptorForType)
                .filter(kind -> way.extension().equals(standsIn(kind)))
                .filter(kind -> !kind.equals(UpstreamTlsContext.getDescriptor()) || !listener)
                .filter(kind -> !kind.equals(ProxyProtocolUpstreamTransport.getDescriptor()) || !listener)
                .filter(kind -> !kind.equals(DownstreamTlsContext.getDescriptor()) || listener)
                .filter(kind -> isOfRoute(kind) == isRouted(way) || !isExtension(way));
    }

    private static boolean isExtension(Way way) {
        return way.end().getFullName().equals("envoy.config.core.v3.TypedExtensionConfig");
    }

    /// Whether the extension at the end of this way belongs to a route.
    private static boolean isRouted(Way way) {
        return way.steps().stream().anyMatch(step -> step.inside().getName().equals("Route"));
    }

    private static boolean isOfRoute(Descriptor kind) {
        return kind.equals(UriTemplateMatchConfig.getDescriptor())
                || kind.equals(UriTemplateRewriteConfig.getDescriptor())
                || kind.equals(AllowListedRoutesConfig.getDescriptor());
    }

    /// The field in which extensions of that kind stand, where they have one of their own.
    private static String standsIn(Descriptor kind) {
        if (kind.getFullName().startsWith("envoy.extensions.load_balancing_policies.")
                || kind.equals(TypedStruct.getDescriptor())) {
            return "load_balancing_policy";
        }
        if (kind.getFullName().startsWith("envoy.extensions.compression.")) {
            return kind.getFullName().contains(".compressor.") ? "compressor_library" : "decompressor_library";
        }
        if (kind.equals(HttpRequestHeaderMatchInput.getDescriptor()) || kind.equals(FilterStateInput.getDescriptor())) {
            return "input";
        }
        if (kind.equals(RouteList.getDescriptor())) {
            return "action";
        }
        if (kind.equals(HealthCheckEventFileSink.getDescriptor())) {
            return "event_logger";
        }
        var name = kind.getFullName();
        var http = name.startsWith("envoy.extensions.http.stateful_session.") ? "session_state" : "";
        return name.startsWith("envoy.extensions.http.header_formatters.") ? "stateful_formatter" : http;
    }

    Fate fate() {
        return byKind().getOrDefault(way.end(), List.of()).stream()
                .filter(declared -> declares(declared, way))
                .findFirst()
                .orElseThrow()
                .of(field.getName())
                .fate();
    }

    boolean isNamedBy(Problem problem) {
        var last = problem.path().substring(problem.path().lastIndexOf('.') + 1);
        int index = last.indexOf('[');
        return (index < 0 ? last : last.substring(0, index)).equals(field.getName());
    }

    /// What the readers say of it.
    List<Problem> problems() {
        var message = Messages.with(DynamicMessage.newBuilder(way.end()), field, Messages.value(field));
        for (var step : way.steps().reversed()) {
            var above = DynamicMessage.newBuilder(step.field().getContainingType());
            boolean packed = Messages.inside(step.field()).equals(Any.getDescriptor());
            message = Messages.with(above, step.field(), packed ? Messages.pack(message) : message);
        }
        try {
            return RootReader.read(way.root().getName(), message.toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        var text = new StringBuilder(way.root().getName());
        way.steps().forEach(step -> text.append('.').append(step.field().getName()));
        return text.append('.').append(field.getName()).toString();
    }
}
