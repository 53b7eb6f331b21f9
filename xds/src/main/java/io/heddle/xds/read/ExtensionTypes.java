package io.heddle.xds.read;

import com.github.xds.type.v3.TypedStructProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.AlsProto;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StreamProto;
import io.envoyproxy.envoy.extensions.clusters.common.dns.v3.DnsProto;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsClusterProto;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheProto;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RatelimitProto;
import io.envoyproxy.envoy.extensions.early_data.v3.DefaultEarlyDataPolicyProto;
import io.envoyproxy.envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrencyProto;
import io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControlProto;
import io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimitProto;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferProto;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.CompressorProto;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsProto;
import io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfProto;
import io.envoyproxy.envoy.extensions.filters.http.decompressor.v3.DecompressorProto;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.DynamicForwardProxyProto;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzProto;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWebProto;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationProto;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheckProto;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimitProto;
import io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.OnDemandProto;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimitProto;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.RouterProto;
import io.envoyproxy.envoy.extensions.filters.http.set_metadata.v3.SetMetadataProto;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionProto;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspectorProto;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDstProto;
import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrcProto;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocolProto;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspectorProto;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimitProto;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManagerProto;
import io.envoyproxy.envoy.extensions.filters.network.sni_cluster.v3.SniClusterProto;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxyProto;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseProto;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieProto;
import io.envoyproxy.envoy.extensions.http.stateful_session.envelope.v3.EnvelopeProto;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderProto;
import io.envoyproxy.envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfigProto;
import io.envoyproxy.envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfigProto;
import io.envoyproxy.envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfigProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobinProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvidedProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequestProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.MaglevProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.override_host.v3.OverrideHostProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.pick_first.v3.PickFirstProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.RandomProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHashProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobinProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.SubsetProto;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocalityProto;
import io.envoyproxy.envoy.extensions.matching.common_inputs.environment_variable.v3.InputProto;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.NetworkInputsProto;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.SslInputsProto;
import io.envoyproxy.envoy.extensions.matching.common_inputs.stats.v3.StatsProto;
import io.envoyproxy.envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashingProto;
import io.envoyproxy.envoy.extensions.matching.input_matchers.ip.v3.IpProto;
import io.envoyproxy.envoy.extensions.matching.input_matchers.metadata.v3.MetadataProto;
import io.envoyproxy.envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFractionProto;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverProto;
import io.envoyproxy.envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetaddrinfoDnsResolverProto;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchProto;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteProto;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsProto;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapProto;
import io.envoyproxy.envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsProto;
import io.envoyproxy.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfigProto;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsProto;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfigProto;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.UpstreamProxyProtocolProto;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBufferProto;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SecretProto;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsProto;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSpiffeValidatorConfigProto;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptionsProto;
import io.envoyproxy.envoy.type.matcher.v3.HttpInputsProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The extension messages that can stand in an `Any` of a JSON or YAML text, each with the file that describes it. Only
/// the files of the types that a text really holds are loaded: descriptors are heavy.
final class ExtensionTypes {
    private static final String PREFIX = "type.googleapis.com/envoy.extensions.";
    /// What switches a filter off for a route, and routes in matchers.
    private static final String ROUTE_PARTS = "type.googleapis.com/envoy.config.route.v3.";
    /// What matchers look at.
    private static final String INPUTS = "type.googleapis.com/envoy.type.matcher.v3.Http";

    private static final String TYPED_STRUCT = "type.googleapis.com/xds.type.v3.TypedStruct";

    /// Package after `envoy.extensions.` → its files.
    private static final Map<String, List<Source>> FILES = Map.ofEntries(
            files(
                    "access_loggers.file.v3",
                    io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileProto::getDescriptor),
            files("access_loggers.grpc.v3", AlsProto::getDescriptor),
            files("access_loggers.stream.v3", StreamProto::getDescriptor),
            files(
                    "clusters.aggregate.v3",
                    io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterProto::getDescriptor),
            files(
                    "clusters.dynamic_forward_proxy.v3",
                    io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterProto::getDescriptor),
            files("clusters.common.dns.v3", DnsProto::getDescriptor),
            files("clusters.dns.v3", DnsClusterProto::getDescriptor),
            files("common.dynamic_forward_proxy.v3", DnsCacheProto::getDescriptor),
            files("common.ratelimit.v3", RatelimitProto::getDescriptor),
            files(
                    "compression.brotli.compressor.v3",
                    io.envoyproxy.envoy.extensions.compression.brotli.compressor.v3.BrotliProto::getDescriptor),
            files(
                    "compression.brotli.decompressor.v3",
                    io.envoyproxy.envoy.extensions.compression.brotli.decompressor.v3.BrotliProto::getDescriptor),
            files(
                    "compression.gzip.compressor.v3",
                    io.envoyproxy.envoy.extensions.compression.gzip.compressor.v3.GzipProto::getDescriptor),
            files(
                    "compression.gzip.decompressor.v3",
                    io.envoyproxy.envoy.extensions.compression.gzip.decompressor.v3.GzipProto::getDescriptor),
            files(
                    "compression.zstd.compressor.v3",
                    io.envoyproxy.envoy.extensions.compression.zstd.compressor.v3.ZstdProto::getDescriptor),
            files(
                    "compression.zstd.decompressor.v3",
                    io.envoyproxy.envoy.extensions.compression.zstd.decompressor.v3.ZstdProto::getDescriptor),
            files("early_data.v3", DefaultEarlyDataPolicyProto::getDescriptor),
            files(
                    "filters.common.fault.v3",
                    io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultProto::getDescriptor),
            files("filters.http.adaptive_concurrency.v3", AdaptiveConcurrencyProto::getDescriptor),
            files("filters.http.admission_control.v3", AdmissionControlProto::getDescriptor),
            files("filters.http.bandwidth_limit.v3", BandwidthLimitProto::getDescriptor),
            files("filters.http.buffer.v3", BufferProto::getDescriptor),
            files("filters.http.compressor.v3", CompressorProto::getDescriptor),
            files("filters.http.cors.v3", CorsProto::getDescriptor),
            files("filters.http.csrf.v3", CsrfProto::getDescriptor),
            files("filters.http.decompressor.v3", DecompressorProto::getDescriptor),
            files("filters.http.dynamic_forward_proxy.v3", DynamicForwardProxyProto::getDescriptor),
            files("filters.http.ext_authz.v3", ExtAuthzProto::getDescriptor),
            files(
                    "filters.http.fault.v3",
                    io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultProto::getDescriptor),
            files(
                    "filters.http.grpc_stats.v3",
                    io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.ConfigProto::getDescriptor),
            files("filters.http.grpc_web.v3", GrpcWebProto::getDescriptor),
            files("filters.http.header_mutation.v3", HeaderMutationProto::getDescriptor),
            files("filters.http.health_check.v3", HealthCheckProto::getDescriptor),
            files(
                    "filters.http.jwt_authn.v3",
                    io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.ConfigProto::getDescriptor),
            files("filters.http.local_ratelimit.v3", LocalRateLimitProto::getDescriptor),
            files("filters.http.on_demand.v3", OnDemandProto::getDescriptor),
            files(
                    "filters.http.original_src.v3",
                    io.envoyproxy.envoy.extensions.filters.http.original_src.v3.OriginalSrcProto::getDescriptor),
            files("filters.http.ratelimit.v3", RateLimitProto::getDescriptor),
            files("filters.http.rbac.v3", io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RbacProto::getDescriptor),
            files("filters.http.router.v3", RouterProto::getDescriptor),
            files("filters.http.set_metadata.v3", SetMetadataProto::getDescriptor),
            files("filters.http.stateful_session.v3", StatefulSessionProto::getDescriptor),
            files("filters.listener.http_inspector.v3", HttpInspectorProto::getDescriptor),
            files("filters.listener.original_dst.v3", OriginalDstProto::getDescriptor),
            files("filters.listener.original_src.v3", OriginalSrcProto::getDescriptor),
            files("filters.listener.proxy_protocol.v3", ProxyProtocolProto::getDescriptor),
            files("filters.listener.tls_inspector.v3", TlsInspectorProto::getDescriptor),
            files("filters.network.connection_limit.v3", ConnectionLimitProto::getDescriptor),
            files("filters.network.http_connection_manager.v3", HttpConnectionManagerProto::getDescriptor),
            files(
                    "filters.network.rbac.v3",
                    io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RbacProto::getDescriptor),
            files("filters.network.sni_cluster.v3", SniClusterProto::getDescriptor),
            files("filters.network.tcp_proxy.v3", TcpProxyProto::getDescriptor),
            files(
                    "health_check.event_sinks.file.v3",
                    io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.FileProto::getDescriptor),
            files("http.header_formatters.preserve_case.v3", PreserveCaseProto::getDescriptor),
            files("http.stateful_session.cookie.v3", CookieProto::getDescriptor),
            files("http.stateful_session.envelope.v3", EnvelopeProto::getDescriptor),
            files("http.stateful_session.header.v3", HeaderProto::getDescriptor),
            files("internal_redirect.allow_listed_routes.v3", AllowListedRoutesConfigProto::getDescriptor),
            files("internal_redirect.previous_routes.v3", PreviousRoutesConfigProto::getDescriptor),
            files("internal_redirect.safe_cross_scheme.v3", SafeCrossSchemeConfigProto::getDescriptor),
            files(
                    "load_balancing_policies.client_side_weighted_round_robin.v3",
                    ClientSideWeightedRoundRobinProto::getDescriptor),
            files("load_balancing_policies.cluster_provided.v3", ClusterProvidedProto::getDescriptor),
            files(
                    "load_balancing_policies.common.v3",
                    io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.CommonProto::getDescriptor),
            files("load_balancing_policies.least_request.v3", LeastRequestProto::getDescriptor),
            files("load_balancing_policies.maglev.v3", MaglevProto::getDescriptor),
            files("load_balancing_policies.override_host.v3", OverrideHostProto::getDescriptor),
            files("load_balancing_policies.pick_first.v3", PickFirstProto::getDescriptor),
            files("load_balancing_policies.random.v3", RandomProto::getDescriptor),
            files("load_balancing_policies.ring_hash.v3", RingHashProto::getDescriptor),
            files("load_balancing_policies.round_robin.v3", RoundRobinProto::getDescriptor),
            files("load_balancing_policies.subset.v3", SubsetProto::getDescriptor),
            files("load_balancing_policies.wrr_locality.v3", WrrLocalityProto::getDescriptor),
            files("matching.common_inputs.environment_variable.v3", InputProto::getDescriptor),
            files("matching.common_inputs.network.v3", NetworkInputsProto::getDescriptor),
            files("matching.common_inputs.ssl.v3", SslInputsProto::getDescriptor),
            files("matching.common_inputs.stats.v3", StatsProto::getDescriptor),
            files("matching.input_matchers.consistent_hashing.v3", ConsistentHashingProto::getDescriptor),
            files("matching.input_matchers.ip.v3", IpProto::getDescriptor),
            files("matching.input_matchers.metadata.v3", MetadataProto::getDescriptor),
            files("matching.input_matchers.runtime_fraction.v3", RuntimeFractionProto::getDescriptor),
            files("network.dns_resolver.cares.v3", CaresDnsResolverProto::getDescriptor),
            files("network.dns_resolver.getaddrinfo.v3", GetaddrinfoDnsResolverProto::getDescriptor),
            files("path.match.uri_template.v3", UriTemplateMatchProto::getDescriptor),
            files("path.rewrite.uri_template.v3", UriTemplateRewriteProto::getDescriptor),
            files("resource_monitors.downstream_connections.v3", DownstreamConnectionsProto::getDescriptor),
            files("resource_monitors.fixed_heap.v3", FixedHeapProto::getDescriptor),
            files("retry.host.omit_canary_hosts.v3", OmitCanaryHostsProto::getDescriptor),
            files("retry.host.omit_host_metadata.v3", OmitHostMetadataConfigProto::getDescriptor),
            files("retry.host.previous_hosts.v3", PreviousHostsProto::getDescriptor),
            files("retry.priority.previous_priorities.v3", PreviousPrioritiesConfigProto::getDescriptor),
            files("transport_sockets.proxy_protocol.v3", UpstreamProxyProtocolProto::getDescriptor),
            files("transport_sockets.raw_buffer.v3", RawBufferProto::getDescriptor),
            files(
                    "transport_sockets.tls.v3",
                    io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonProto::getDescriptor,
                    TlsProto::getDescriptor,
                    SecretProto::getDescriptor,
                    TlsSpiffeValidatorConfigProto::getDescriptor),
            files("upstreams.http.v3", HttpProtocolOptionsProto::getDescriptor));

    private ExtensionTypes() {}

    /// Where a file's description comes from; nothing is loaded before it is asked for.
    private interface Source {
        FileDescriptor file();
    }

    private static Map.Entry<String, List<Source>> files(String packageName, Source... files) {
        return Map.entry(packageName, List.of(files));
    }

    /// The description of the type; empty when it is in none of these packages.
    static Optional<Descriptor> message(String typeUrl) {
        return descriptors(typeUrl)
                .flatMap(file -> Stream.ofNullable(file.findMessageTypeByName(simpleName(typeUrl))))
                .findFirst();
    }

    private static Stream<FileDescriptor> descriptors(String typeUrl) {
        if (typeUrl.equals(TYPED_STRUCT)) {
            return Stream.of(TypedStructProto.getDescriptor());
        }
        if (typeUrl.startsWith(ROUTE_PARTS)) {
            return Stream.of(FilterConfig.getDescriptor().getFile());
        }
        if (typeUrl.startsWith(INPUTS)) {
            return Stream.of(HttpInputsProto.getDescriptor());
        }
        if (!typeUrl.startsWith(PREFIX)) {
            return Stream.empty();
        }
        var packageName = typeUrl.substring(PREFIX.length(), Math.max(PREFIX.length(), typeUrl.lastIndexOf('.')));
        return FILES.getOrDefault(packageName, List.of()).stream().map(Source::file);
    }

    private static String simpleName(String typeUrl) {
        return typeUrl.substring(typeUrl.lastIndexOf('.') + 1);
    }
}
