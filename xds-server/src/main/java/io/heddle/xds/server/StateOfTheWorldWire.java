package io.heddle.xds.server;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.AdsRequest.Resume;
import io.heddle.xds.server.AdsRequest.Subscription;
import java.util.Optional;

/// The state-of-the-world variant's messages (`StreamAggregatedResources`).
final class StateOfTheWorldWire {
    private StateOfTheWorldWire() {}

    static AdsRequest request(ResourceType type, DiscoveryRequest message) {
        var has = message.getVersionInfo();
        return new AdsRequest(
                type,
                new Subscription.Exactly(message.getResourceNamesList()),
                has.isEmpty() ? new Resume.Nothing() : new Resume.Whole(has),
                message.getResponseNonce(),
                message.hasErrorDetail() ? Optional.of(message.getErrorDetail().getMessage()) : Optional.empty());
    }

    static DiscoveryResponse response(AdsResponse response) {
        return DiscoveryResponse.newBuilder()
                .setTypeUrl(response.type().typeUrl())
                .setVersionInfo(response.version())
                .setNonce(response.nonce())
                .addAllResources(
                        response.resources().stream().map(NamedResource::body).toList())
                .build();
    }
}
