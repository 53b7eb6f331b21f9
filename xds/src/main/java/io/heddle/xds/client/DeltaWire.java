package io.heddle.xds.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.heddle.xds.resource.ResourceType;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// The delta variant, as it is.
final class DeltaWire implements AdsWire {
    @Override
    public void connected() {
        // Nothing is remembered.
    }

    @Override
    public Optional<byte[]> request(DeltaDiscoveryRequest request, Optional<Node> node) {
        var message = node.map(who -> request.toBuilder().setNode(who).build()).orElse(request);
        return Optional.of(message.toByteArray());
    }

    @Override
    public DeltaDiscoveryResponse response(byte[] message, Function<ResourceType, Set<String>> has)
            throws InvalidProtocolBufferException {
        return DeltaDiscoveryResponse.parseFrom(message);
    }
}
