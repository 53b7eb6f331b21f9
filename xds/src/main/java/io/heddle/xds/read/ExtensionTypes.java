package io.heddle.xds.read;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TypeRegistry;
import java.util.List;
import java.util.function.Supplier;

/// The extension messages that can stand in an `Any` of a JSON or YAML text, each with the file that describes it. Only
/// the files of the types that a text really holds are loaded: descriptors are heavy.
final class ExtensionTypes {
    private static final String PREFIX = "type.googleapis.com/envoy.extensions.";

    private static final List<Described> FILES = List.of(
            new Described(
                    "access_loggers.file.v3",
                    io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileProto::getDescriptor),
            new Described(
                    "access_loggers.grpc.v3",
                    io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.AlsProto::getDescriptor),
            new Described(
                    "access_loggers.stream.v3",
                    io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StreamProto::getDescriptor),
            new Described(
                    "clusters.aggregate.v3",
                    io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterProto::getDescriptor),
            new Described(
                    "clusters.dynamic_forward_proxy.v3",
                    io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterProto::getDescriptor),
            new Described(
                    "common.dynamic_forward_proxy.v3",
                    io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheProto::getDescriptor),
            new Described(
                    "common.ratelimit.v3",
                    io.envoyproxy.envoy.extensions.common.ratelimit.v3.RatelimitProto::getDescriptor),
            new Described(
                    "compression.brotli.compressor.v3",
                    io.envoyproxy.envoy.extensions.compression.brotli.compressor.v3.BrotliProto::getDescriptor),
            new Described(
                    "compression.brotli.decompressor.v3",
                    io.envoyproxy.envoy.extensions.compression.brotli.decompressor.v3.BrotliProto::getDescriptor),
            new Described(
                    "compression.gzip.compressor.v3",
                    io.envoyproxy.envoy.extensions.compression.gzip.compressor.v3.GzipProto::getDescriptor),
            new Described(
                    "compression.gzip.decompressor.v3",
                    io.envoyproxy.envoy.extensions.compression.gzip.decompressor.v3.GzipProto::getDescriptor),
            new Described(
                    "compression.zstd.compressor.v3",
                    io.envoyproxy.envoy.extensions.compression.zstd.compressor.v3.ZstdProto::getDescriptor),
            new Described(
                    "compression.zstd.decompressor.v3",
                    io.envoyproxy.envoy.extensions.compression.zstd.decompressor.v3.ZstdProto::getDescriptor),
            new Described(
                    "early_data.v3",
                    io.envoyproxy.envoy.extensions.early_data.v3.DefaultEarlyDataPolicyProto::getDescriptor),
            new Described(
                    "filters.common.fault.v3",
                    io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultProto::getDescriptor),
            new Described(
                    "filters.http.adaptive_concurrency.v3",
                    io.envoyproxy.envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrencyProto
                            ::getDescriptor),
            new Described(
                    "filters.http.admission_control.v3",
                    io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControlProto
                            ::getDescriptor),
            new Described(
                    "filters.http.bandwidth_limit.v3",
                    io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimitProto::getDescriptor),
            new Described(
                    "filters.http.buffer.v3",
                    io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferProto::getDescriptor),
            new Described(
                    "filters.http.compressor.v3",
                    io.envoyproxy.envoy.extensions.filters.http.compressor.v3.CompressorProto::getDescriptor),
            new Described(
                    "filters.http.cors.v3",
                    io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsProto::getDescriptor),
            new Described(
                    "filters.http.csrf.v3",
                    io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfProto::getDescriptor),
            new Described(
                    "filters.http.decompressor.v3",
                    io.envoyproxy.envoy.extensions.filters.http.decompressor.v3.DecompressorProto::getDescriptor),
            new Described(
                    "filters.http.dynamic_forward_proxy.v3",
                    io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.DynamicForwardProxyProto
                            ::getDescriptor),
            new Described(
                    "filters.http.ext_authz.v3",
                    io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzProto::getDescriptor),
            new Described(
                    "filters.http.fault.v3",
                    io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultProto::getDescriptor),
            new Described(
                    "filters.http.grpc_stats.v3",
                    io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.ConfigProto::getDescriptor),
            new Described(
                    "filters.http.grpc_web.v3",
                    io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWebProto::getDescriptor),
            new Described(
                    "filters.http.header_mutation.v3",
                    io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationProto::getDescriptor),
            new Described(
                    "filters.http.health_check.v3",
                    io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheckProto::getDescriptor),
            new Described(
                    "filters.http.jwt_authn.v3",
                    io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.ConfigProto::getDescriptor),
            new Described(
                    "filters.http.local_ratelimit.v3",
                    io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimitProto::getDescriptor),
            new Described(
                    "filters.http.on_demand.v3",
                    io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.OnDemandProto::getDescriptor),
            new Described(
                    "filters.http.ratelimit.v3",
                    io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimitProto::getDescriptor),
            new Described(
                    "filters.http.rbac.v3",
                    io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RbacProto::getDescriptor),
            new Described(
                    "filters.http.router.v3",
                    io.envoyproxy.envoy.extensions.filters.http.router.v3.RouterProto::getDescriptor),
            new Described(
                    "filters.http.set_metadata.v3",
                    io.envoyproxy.envoy.extensions.filters.http.set_metadata.v3.SetMetadataProto::getDescriptor),
            new Described(
                    "filters.http.stateful_session.v3",
                    io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionProto
                            ::getDescriptor),
            new Described(
                    "filters.listener.http_inspector.v3",
                    io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspectorProto
                            ::getDescriptor),
            new Described(
                    "filters.listener.original_dst.v3",
                    io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDstProto::getDescriptor),
            new Described(
                    "filters.listener.proxy_protocol.v3",
                    io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocolProto
                            ::getDescriptor),
            new Described(
                    "filters.listener.tls_inspector.v3",
                    io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspectorProto::getDescriptor),
            new Described(
                    "filters.network.http_connection_manager.v3",
                    io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManagerProto
                            ::getDescriptor),
            new Described(
                    "filters.network.rbac.v3",
                    io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RbacProto::getDescriptor),
            new Described(
                    "filters.network.sni_cluster.v3",
                    io.envoyproxy.envoy.extensions.filters.network.sni_cluster.v3.SniClusterProto::getDescriptor),
            new Described(
                    "filters.network.tcp_proxy.v3",
                    io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxyProto::getDescriptor),
            new Described(
                    "health_check.event_sinks.file.v3",
                    io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.FileProto::getDescriptor),
            new Described(
                    "http.stateful_session.cookie.v3",
                    io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieProto::getDescriptor),
            new Described(
                    "http.stateful_session.envelope.v3",
                    io.envoyproxy.envoy.extensions.http.stateful_session.envelope.v3.EnvelopeProto::getDescriptor),
            new Described(
                    "http.stateful_session.header.v3",
                    io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderProto::getDescriptor),
            new Described(
                    "internal_redirect.allow_listed_routes.v3",
                    io.envoyproxy.envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfigProto
                            ::getDescriptor),
            new Described(
                    "internal_redirect.previous_routes.v3",
                    io.envoyproxy.envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfigProto
                            ::getDescriptor),
            new Described(
                    "internal_redirect.safe_cross_scheme.v3",
                    io.envoyproxy.envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfigProto
                            ::getDescriptor),
            new Described(
                    "load_balancing_policies.client_side_weighted_round_robin.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3
                                    .ClientSideWeightedRoundRobinProto::getDescriptor),
            new Described(
                    "load_balancing_policies.cluster_provided.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvidedProto
                            ::getDescriptor),
            new Described(
                    "load_balancing_policies.common.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.CommonProto::getDescriptor),
            new Described(
                    "load_balancing_policies.least_request.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequestProto
                            ::getDescriptor),
            new Described(
                    "load_balancing_policies.maglev.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.MaglevProto::getDescriptor),
            new Described(
                    "load_balancing_policies.override_host.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.override_host.v3.OverrideHostProto
                            ::getDescriptor),
            new Described(
                    "load_balancing_policies.pick_first.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.pick_first.v3.PickFirstProto::getDescriptor),
            new Described(
                    "load_balancing_policies.random.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.RandomProto::getDescriptor),
            new Described(
                    "load_balancing_policies.ring_hash.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHashProto::getDescriptor),
            new Described(
                    "load_balancing_policies.round_robin.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobinProto
                            ::getDescriptor),
            new Described(
                    "load_balancing_policies.subset.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.SubsetProto::getDescriptor),
            new Described(
                    "load_balancing_policies.wrr_locality.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocalityProto
                            ::getDescriptor),
            new Described(
                    "matching.common_inputs.environment_variable.v3",
                    io.envoyproxy.envoy.extensions.matching.common_inputs.environment_variable.v3.InputProto
                            ::getDescriptor),
            new Described(
                    "matching.common_inputs.network.v3",
                    io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.NetworkInputsProto::getDescriptor),
            new Described(
                    "matching.common_inputs.ssl.v3",
                    io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.SslInputsProto::getDescriptor),
            new Described(
                    "matching.common_inputs.stats.v3",
                    io.envoyproxy.envoy.extensions.matching.common_inputs.stats.v3.StatsProto::getDescriptor),
            new Described(
                    "matching.input_matchers.consistent_hashing.v3",
                    io.envoyproxy.envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashingProto
                            ::getDescriptor),
            new Described(
                    "matching.input_matchers.ip.v3",
                    io.envoyproxy.envoy.extensions.matching.input_matchers.ip.v3.IpProto::getDescriptor),
            new Described(
                    "matching.input_matchers.metadata.v3",
                    io.envoyproxy.envoy.extensions.matching.input_matchers.metadata.v3.MetadataProto::getDescriptor),
            new Described(
                    "matching.input_matchers.runtime_fraction.v3",
                    io.envoyproxy.envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFractionProto
                            ::getDescriptor),
            new Described(
                    "path.match.uri_template.v3",
                    io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchProto::getDescriptor),
            new Described(
                    "path.rewrite.uri_template.v3",
                    io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteProto::getDescriptor),
            new Described(
                    "retry.host.omit_canary_hosts.v3",
                    io.envoyproxy.envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsProto::getDescriptor),
            new Described(
                    "retry.host.omit_host_metadata.v3",
                    io.envoyproxy.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfigProto
                            ::getDescriptor),
            new Described(
                    "retry.host.previous_hosts.v3",
                    io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsProto::getDescriptor),
            new Described(
                    "retry.priority.previous_priorities.v3",
                    io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfigProto
                            ::getDescriptor),
            new Described(
                    "transport_sockets.proxy_protocol.v3",
                    io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.UpstreamProxyProtocolProto
                            ::getDescriptor),
            new Described(
                    "transport_sockets.raw_buffer.v3",
                    io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBufferProto::getDescriptor),
            new Described(
                    "transport_sockets.tls.v3",
                    io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonProto::getDescriptor),
            new Described(
                    "transport_sockets.tls.v3",
                    io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsProto::getDescriptor),
            new Described(
                    "transport_sockets.tls.v3",
                    io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SecretProto::getDescriptor),
            new Described(
                    "transport_sockets.tls.v3",
                    io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSpiffeValidatorConfigProto
                            ::getDescriptor),
            new Described(
                    "upstreams.http.v3",
                    io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptionsProto::getDescriptor));

    private ExtensionTypes() {}

    /// A file of a package; the package stands without `envoy.extensions.`.
    private record Described(String name, Supplier<FileDescriptor> file) {
        boolean covers(String typeUrl) {
            return typeUrl.startsWith(PREFIX + name + ".");
        }
    }

    /// Whether the type's package is known here.
    static boolean knows(String typeUrl) {
        return FILES.stream().anyMatch(described -> described.covers(typeUrl));
    }

    /// The registry of these types; unknown ones are passed over.
    static TypeRegistry registry(List<String> typeUrls) {
        var registry = TypeRegistry.newBuilder();
        FILES.stream()
                .filter(described -> typeUrls.stream().anyMatch(described::covers))
                .forEach(described -> registry.add(described.file().get().getMessageTypes()));
        return registry.build();
    }
}
