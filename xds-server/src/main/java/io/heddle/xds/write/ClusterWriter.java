package io.heddle.xds.write;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.heddle.model.name.Port;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.resource.Service;
import io.heddle.model.view.EndpointView;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import io.heddle.model.view.ServiceView;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Writes one cluster for each port of each service, and one for the proxy's own application.
final class ClusterWriter {
    /// Istio's default: long enough for a handshake with an instance that is just starting.
    private static final Duration CONNECT_TIMEOUT =
            Duration.newBuilder().setSeconds(10).build();
    private static final String APPLICATION_ADDRESS = "127.0.0.1";
    private static final String APPLICATION_ADDRESS_IPV6 = "::1";

    private ClusterWriter() {}

    static List<Cluster> write(ProxyView view) {
        var clusters = new ArrayList<Cluster>();
        for (var service : view.services()) {
            for (var port : service.service().ports()) {
                clusters.add(outbound(service, port.port(), view));
            }
        }
        InboundPort.of(view).ifPresent(inbound -> clusters.add(application(inbound, view)));
        if (view.node().interception().isTransparent()) {
            clusters.add(toOriginalDestination(Names.PASSTHROUGH_CLUSTER).build());
            clusters.add(Cluster.newBuilder()
                    .setName(Names.BLACK_HOLE_CLUSTER)
                    .setType(Cluster.DiscoveryType.STATIC)
                    .setConnectTimeout(CONNECT_TIMEOUT)
                    .build());
        }
        return clusters;
    }

    private static Cluster.Builder toOriginalDestination(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.ORIGINAL_DST)
                .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                .setConnectTimeout(CONNECT_TIMEOUT);
    }

    private static Cluster outbound(ServiceView service, Port served, ProxyView view) {
        var mesh = view.mesh();
        int port = served.number();
        var host = Names.host(service.service(), mesh);
        var name = Names.outbound(port, host);
        var endpoints = EndpointWriter.endpoints(service, port);
        if (service.service().resolution() == Service.Resolution.NONE
                && view.node().interception().isTransparent()) {
            return toOriginalDestination(name)
                    .setMetadata(Metadatas.service(service.service(), mesh))
                    .build();
        }
        var cluster = Cluster.newBuilder()
                .setName(name)
                .setConnectTimeout(CONNECT_TIMEOUT)
                .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
                .setMetadata(Metadatas.service(service.service(), mesh));
        switch (discovery(service.service(), endpoints)) {
            case STATIC ->
                cluster.setType(Cluster.DiscoveryType.EDS)
                        .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder()
                                .setEdsConfig(ConfigSources.ADS)
                                .setServiceName(name));
            case DNS, NONE ->
                cluster.setType(Cluster.DiscoveryType.STRICT_DNS)
                        .setLoadAssignment(
                                endpoints.isEmpty()
                                        ? byOwnHost(name, host, port)
                                        : EndpointWriter.assignment(name, endpoints, mesh));
        }
        var mutual = endpoints.stream().filter(EndpointView::tls).toList();
        boolean all = !mutual.isEmpty() && mutual.size() == endpoints.size();
        if (all && served.protocol().isHttp()) {
            // Envoy takes `auto_config` only where every host has TLS: among others there is nothing to agree by.
            ProtocolWriter.agreed(cluster);
            var offered = List.of(ProtocolWriter.HTTP2, ProtocolWriter.HTTP1);
            return cluster.setTransportSocket(mutualTls(service.service(), port, mutual, mesh, offered))
                    .build();
        }
        ProtocolWriter.plain(cluster, served.protocol());
        if (!mutual.isEmpty()) {
            boolean http2 = served.protocol() == Port.Protocol.HTTP2;
            var offered = List.of(http2 ? ProtocolWriter.HTTP2 : ProtocolWriter.HTTP1);
            cluster.addTransportSocketMatches(Cluster.TransportSocketMatch.newBuilder()
                    .setName("tlsMode-istio")
                    .setMatch(Metadatas.mutualTls())
                    .setTransportSocket(mutualTls(service.service(), port, mutual, mesh, offered)));
        }
        return cluster.build();
    }

    /// How the endpoints are found: by DNS also those of a service that lists workloads, where one is at a name.
    private static Service.Resolution discovery(Service service, List<EndpointView> endpoints) {
        boolean listed = service.resolution() == Service.Resolution.STATIC;
        return listed && EndpointWriter.isNamed(endpoints) ? Service.Resolution.DNS : service.resolution();
    }

    private static ClusterLoadAssignment byOwnHost(String cluster, String host, int port) {
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(cluster);
        if (!host.contains("*")) {
            assignment.addEndpoints(LocalityLbEndpoints.newBuilder()
                    .addLbEndpoints(LbEndpoint.newBuilder()
                            .setEndpoint(Endpoint.newBuilder().setAddress(EndpointWriter.address(host, port)))));
        }
        return assignment.build();
    }

    private static TransportSocket mutualTls(
            Service service, int port, List<EndpointView> endpoints, MeshSettings mesh, List<String> offered) {
        var accepted = new TreeSet<String>();
        for (var endpoint : endpoints) {
            // An instance without an account runs as `default`; without any name the peer could be anybody.
            accepted.add(endpoint.identity()
                    .orElseGet(() -> new SpiffeId(mesh.trustDomain(), endpoint.namespace(), "default").toString()));
        }
        var validation = CertificateValidationContext.newBuilder();
        for (var identity : accepted) {
            validation.addMatchTypedSubjectAltNames(SubjectAltNameMatcher.newBuilder()
                    .setSanType(SubjectAltNameMatcher.SanType.URI)
                    .setMatcher(StringMatcher.newBuilder().setExact(identity)));
        }
        var context = UpstreamTlsContext.newBuilder()
                .setSni(Names.serverName(port, Names.host(service, mesh)))
                .setCommonTlsContext(CommonTlsContext.newBuilder()
                        .addAllAlpnProtocols(offered)
                        .addTlsCertificateSdsSecretConfigs(ConfigSources.secret(Names.OWN_CERTIFICATE))
                        .setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                                .setDefaultValidationContext(validation)
                                .setValidationContextSdsSecretConfig(ConfigSources.secret(Names.ROOT_BUNDLE))));
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Any.pack(context.build()))
                .build();
    }

    /// Under TPROXY the application is called from its clients' addresses, so it has one of each of their families.
    private static Cluster application(InboundPort inbound, ProxyView view) {
        var endpoint = Endpoint.newBuilder()
                .setAddress(EndpointWriter.address(APPLICATION_ADDRESS, inbound.applicationPort()));
        var interception = view.node().interception();
        if (interception.mode() == ProxyNode.Mode.TPROXY && interception.ipv6()) {
            endpoint.addAdditionalAddresses(Endpoint.AdditionalAddress.newBuilder()
                    .setAddress(EndpointWriter.address(APPLICATION_ADDRESS_IPV6, inbound.applicationPort())));
        }
        var cluster = Cluster.newBuilder()
                .setName(inbound.cluster())
                .setType(Cluster.DiscoveryType.STATIC)
                .setConnectTimeout(CONNECT_TIMEOUT)
                .setMetadata(inbound.metadata())
                .setLoadAssignment(ClusterLoadAssignment.newBuilder()
                        .setClusterName(inbound.cluster())
                        .addEndpoints(LocalityLbEndpoints.newBuilder()
                                .addLbEndpoints(LbEndpoint.newBuilder().setEndpoint(endpoint))));
        ProtocolWriter.plain(cluster, inbound.protocol());
        return cluster.build();
    }
}
