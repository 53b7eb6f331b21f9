package io.heddle.xds.server;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.model.name.Entitlement;
import io.heddle.model.name.LabelGrant;
import io.heddle.xds.resource.ResourceType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// The two ADS methods. Each stream becomes an [AdsStream] and an [AdsReceiver] that feeds it.
final class AdsService implements BindableService {
    /// Istio's convention: a request of this type is a health report, not a subscription.
    static final String HEALTH_INFORMATION = "type.googleapis.com/istio.v1.HealthInformation";

    private final ProxyConnections connections;
    private final AtomicLong streams = new AtomicLong();

    AdsService(ProxyConnections connections) {
        this.connections = connections;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder(Methods.ADS)
                .addMethod(Methods.DELTA, ServerCalls.asyncBidiStreamingCall(this::deltaAggregatedResources))
                .addMethod(
                        Methods.STATE_OF_THE_WORLD, ServerCalls.asyncBidiStreamingCall(this::streamAggregatedResources))
                .build();
    }

    private StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(StreamObserver<DeltaDiscoveryResponse> out) {
        return open(AdsSession.Variant.DELTA, out, DeltaWire::response, AdsService::incoming);
    }

    private StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> out) {
        return open(AdsSession.Variant.STATE_OF_THE_WORLD, out, StateOfTheWorldWire::response, AdsService::incoming);
    }

    private <Q, R> StreamObserver<Q> open(
            AdsSession.Variant variant,
            StreamObserver<R> out,
            Function<AdsResponse, R> writer,
            Function<Q, Incoming> reader) {
        var id = "ads-" + streams.incrementAndGet();
        var stream = new AdsStream<>(id, new AdsSession(variant), out, writer);
        var receiver = new AdsReceiver<Q>(stream, Peer.current(), connections, reader);
        var call = (ServerCallStreamObserver<R>) out;
        call.setOnCancelHandler(receiver::gone);
        call.setOnCloseHandler(receiver::gone);
        return receiver;
    }

    private static Incoming incoming(DeltaDiscoveryRequest message) {
        return new Incoming(
                message.hasNode() ? Optional.of(message.getNode()) : Optional.empty(),
                message.getTypeUrl(),
                message.hasErrorDetail() ? Optional.of(message.getErrorDetail().getMessage()) : Optional.empty(),
                ResourceType.ofTypeUrl(message.getTypeUrl()).map(type -> DeltaWire.request(type, message)));
    }

    private static Incoming incoming(DiscoveryRequest message) {
        return new Incoming(
                message.hasNode() ? Optional.of(message.getNode()) : Optional.empty(),
                message.getTypeUrl(),
                message.hasErrorDetail() ? Optional.of(message.getErrorDetail().getMessage()) : Optional.empty(),
                ResourceType.ofTypeUrl(message.getTypeUrl()).map(type -> StateOfTheWorldWire.request(type, message)));
    }

    /// A request of either variant.
    ///
    /// @param request empty when the type is not one that is served
    record Incoming(Optional<Node> node, String typeUrl, Optional<String> error, Optional<AdsRequest> request) {}

    /// Who a node is.
    static ConnectedNode connectedNode(Node node, Peer peer) {
        var build = node.getUserAgentBuildVersion().getVersion();
        var version = node.getUserAgentVersion().isEmpty()
                ? build.getMajorNumber() + "." + build.getMinorNumber() + "." + build.getPatch()
                : node.getUserAgentVersion();
        return new ConnectedNode(
                node.getId(),
                node.getCluster(),
                plain(node.getMetadata()),
                peer.proved().map(Entitlement::identity),
                peer.proved().map(Entitlement::labels).orElse(LabelGrant.NONE),
                peer.remoteAddress(),
                node.getUserAgentName().isEmpty() ? "" : node.getUserAgentName() + " " + version);
    }

    private static Map<String, Object> plain(Struct struct) {
        var plain = new LinkedHashMap<String, Object>();
        struct.getFieldsMap().forEach((name, value) -> plain(value).ifPresent(converted -> plain.put(name, converted)));
        return plain;
    }

    private static Optional<Object> plain(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> Optional.of(value.getStringValue());
            case NUMBER_VALUE -> Optional.of(value.getNumberValue());
            case BOOL_VALUE -> Optional.of(value.getBoolValue());
            case STRUCT_VALUE -> Optional.of(plain(value.getStructValue()));
            case LIST_VALUE ->
                Optional.of(value.getListValue().getValuesList().stream()
                        .flatMap(item -> plain(item).stream())
                        .toList());
            case NULL_VALUE, KIND_NOT_SET -> Optional.empty();
        };
    }
}
