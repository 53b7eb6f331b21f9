package io.heddle.xds.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// The state-of-the-world variant: a request has all names of its type, and what a response of clusters or
/// listeners lacks is gone. Of the other types a response may bring a part, and cannot say that something is
/// gone.
///
/// A new stream claims to have no version. A version speaks of all that was acknowledged, and with it of resources
/// whose set may have been refused since; so the server sends everything once more.
final class StateOfTheWorldWire implements AdsWire {
    private final Map<String, TypeState> types = new HashMap<>();

    /// What was said and heard of one type on this stream.
    private static final class TypeState {
        /// The names asked for.
        final Set<String> names = new TreeSet<>();
        /// The names that came last.
        final Set<String> came = new HashSet<>();
        /// Nonce and version of the response heard last.
        String nonce = "";
        String offered = "";
        /// The version acknowledged last.
        String version = "";
    }

    private TypeState type(String url) {
        return types.computeIfAbsent(url, _ -> new TypeState());
    }

    @Override
    public void connected() {
        types.clear();
    }

    @Override
    public Optional<byte[]> request(DeltaDiscoveryRequest request, Optional<Node> node) {
        var state = type(request.getTypeUrl());
        state.names.addAll(request.getResourceNamesSubscribeList());
        state.names.removeAll(request.getResourceNamesUnsubscribeList());
        boolean answers = !request.getResponseNonce().isEmpty();
        if (answers && !request.getResponseNonce().equals(state.nonce)) {
            return Optional.empty(); // A later response takes its place, and will be answered.
        }
        if (answers && !request.hasErrorDetail()) {
            state.version = state.offered;
        }
        var message = DiscoveryRequest.newBuilder()
                .setTypeUrl(request.getTypeUrl())
                .setVersionInfo(state.version)
                .setResponseNonce(state.nonce)
                .addAllResourceNames(state.names);
        if (request.hasErrorDetail()) {
            message.setErrorDetail(request.getErrorDetail());
        }
        node.ifPresent(message::setNode);
        return Optional.of(message.build().toByteArray());
    }

    @Override
    public DeltaDiscoveryResponse response(byte[] message, Function<ResourceType, Set<String>> has)
            throws InvalidProtocolBufferException {
        var response = DiscoveryResponse.parseFrom(message);
        var state = type(response.getTypeUrl());
        state.nonce = response.getNonce();
        state.offered = response.getVersionInfo();
        var delta = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setNonce(response.getNonce())
                .setSystemVersionInfo(response.getVersionInfo());
        for (var any : response.getResourcesList()) {
            delta.addResources(resource(any));
        }
        ResourceType.ofTypeUrl(response.getTypeUrl())
                .filter(ResourceType::wildcardByDefault)
                .ifPresent(type -> removals(type, has.apply(type), state, delta));
        return delta.build();
    }

    /// The resource; a server may have put it into a wrapper with its name (xRFC TP2).
    private static Resource resource(Any any) throws InvalidProtocolBufferException {
        return any.is(Resource.class)
                ? any.unpack(Resource.class).toBuilder().clearVersion().build()
                : Resource.newBuilder().setResource(any).build();
    }

    /// What the client has, or was sent last and may have refused, and is not sent any more.
    private static void removals(
            ResourceType type, Set<String> has, TypeState state, DeltaDiscoveryResponse.Builder delta) {
        var sent = new HashSet<String>();
        for (var resource : delta.getResourcesList()) {
            try {
                sent.add(
                        resource.hasResource()
                                ? NamedResource.read(type, "", resource.getResource())
                                        .name()
                                : resource.getName());
            } catch (InvalidProtocolBufferException _) {
                return; // The response will be refused, and then nothing of it is gone.
            }
        }
        var gone = new TreeSet<>(has);
        gone.addAll(state.came);
        gone.removeAll(sent);
        delta.addAllRemovedResources(gone);
        state.came.clear();
        state.came.addAll(sent);
    }
}
