package io.heddle.xds.write;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Port;
import io.heddle.model.resource.Service;
import io.heddle.model.view.ProxyView;
import io.heddle.model.view.ServiceView;
import java.util.List;
import java.util.Optional;

/// Where a proxy takes requests for its application.
///
/// @param listenerPort where other sidecars connect
/// @param applicationPort where the application answers
/// @param destinationPort the port that connections name: the application's when they are intercepted, else the
///     listener's
/// @param relayed whether connections are relayed as they are: the application speaks TCP and they are intercepted
/// @param cluster the name of the application's cluster
/// @param protocol what the application speaks
/// @param metadata the cluster's metadata: which service it is
record InboundPort(
        int listenerPort,
        int applicationPort,
        int destinationPort,
        boolean relayed,
        String cluster,
        Port.Protocol protocol,
        Metadata metadata) {
    /// Empty when the proxy's application only calls.
    static Optional<InboundPort> of(ProxyView view) {
        var ports = view.node().ports();
        if (view.node().service().isEmpty() || ports.inbound() == 0 || ports.application() == 0) {
            return Optional.empty();
        }
        var name = view.node().service().get();
        var service = view.services().stream()
                .map(ServiceView::service)
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseGet(() -> new Service(
                        new ObjectName("Service", name.namespace(), name.name()),
                        name,
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Service.Location.MESH_INTERNAL,
                        Service.Resolution.STATIC,
                        List.of()));
        var cluster = Names.inbound(ports.application(), Names.host(service, view.mesh()));
        var protocol = ProtocolWriter.application(service, ports.application());
        boolean intercepted = view.node().interception().isTransparent();
        return Optional.of(new InboundPort(
                ports.inbound(),
                ports.application(),
                intercepted ? ports.application() : ports.inbound(),
                intercepted && protocol == Port.Protocol.TCP,
                cluster,
                protocol,
                Metadatas.service(service, view.mesh())));
    }
}
