package io.heddle.xds.server;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.AdsRequest.Resume;
import io.heddle.xds.server.AdsRequest.Subscription;
import java.util.Optional;

/// The delta variant's messages (`DeltaAggregatedResources`).
final class DeltaWire {
    private DeltaWire() {}

    static AdsRequest request(ResourceType type, DeltaDiscoveryRequest message) {
        var has = message.getInitialResourceVersionsMap();
        return new AdsRequest(
                type,
                new Subscription.Change(
                        message.getResourceNamesSubscribeList(), message.getResourceNamesUnsubscribeList()),
                has.isEmpty() ? new Resume.Nothing() : new Resume.Versions(has),
                message.getResponseNonce(),
                message.hasErrorDetail() ? Optional.of(message.getErrorDetail().getMessage()) : Optional.empty());
    }

    static DeltaDiscoveryResponse response(AdsResponse response) {
        var message = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(response.type().typeUrl())
                .setSystemVersionInfo(response.version())
                .setNonce(response.nonce())
                .addAllRemovedResources(response.removed());
        response.resources().forEach(resource -> message.addResources(resource(resource)));
        return message.build();
    }

    private static Resource resource(NamedResource resource) {
        return Resource.newBuilder()
                .setName(resource.name())
                .setVersion(resource.version())
                .setResource(resource.body())
                .build();
    }
}
