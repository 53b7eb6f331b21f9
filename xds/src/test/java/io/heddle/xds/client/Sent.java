package io.heddle.xds.client;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceType;

/// What a server sends.
final class Sent {
    private Sent() {}

    static DeltaDiscoveryResponse response(ResourceType type, String nonce, Message... messages) {
        var response =
                DeltaDiscoveryResponse.newBuilder().setTypeUrl(type.typeUrl()).setNonce(nonce);
        for (var message : messages) {
            var resource = NamedResource.of(message);
            response.addResources(Resource.newBuilder()
                    .setName(resource.name())
                    .setVersion(resource.version())
                    .setResource(resource.body()));
        }
        return response.build();
    }

    static DeltaDiscoveryResponse removal(ResourceType type, String nonce, String name) {
        return DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(type.typeUrl())
                .setNonce(nonce)
                .addRemovedResources(name)
                .build();
    }
}
