package io.heddle.xds.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.heddle.xds.resource.ResourceType;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// How one variant of ADS writes what [AdsSubscriptions] says and reads what it hears, which is all in the words
/// of the delta variant. Not thread-safe.
sealed interface AdsWire permits DeltaWire, StateOfTheWorldWire {
    /// A new stream is open.
    void connected();

    /// The request's message, with `node` if it is to stand in it; empty when there is nothing to say.
    Optional<byte[]> request(DeltaDiscoveryRequest request, Optional<Node> node);

    /// The response that a message is.
    ///
    /// @param has the names that the client has of a type
    DeltaDiscoveryResponse response(byte[] message, Function<ResourceType, Set<String>> has)
            throws InvalidProtocolBufferException;

    static AdsWire of(AdsVariant variant) {
        return switch (variant) {
            case DELTA -> new DeltaWire();
            case STATE_OF_THE_WORLD -> new StateOfTheWorldWire();
        };
    }
}
