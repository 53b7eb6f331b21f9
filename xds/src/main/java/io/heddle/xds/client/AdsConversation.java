package io.heddle.xds.client;

import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What a client says and hears on an ADS stream, message by message and without a transport: bytes and the time
/// go in, bytes come out. Not thread-safe.
///
/// What it means is up to [AdsSubscriptions]; this puts it into the words of the chosen variant.
public final class AdsConversation {
    private static final String HEALTH_INFORMATION = "type.googleapis.com/istio.v1.HealthInformation";
    private static final int UNAVAILABLE = 14; // google.rpc.Code

    private final AdsSubscriptions subscriptions;
    private final RuntimeSubscriptions layers;
    private final Options options;
    private final AdsWire wire;
    private final Node node;
    private boolean introduced;
    private boolean begun;

    /// A conversation for `subscriptions`, which are of the same variant.
    public AdsConversation(AdsSubscriptions subscriptions, Options options) {
        this(subscriptions, RuntimeSink.NONE, options);
    }

    /// A conversation for layers of the runtime, too: they are asked for first, and the rest when they are settled.
    public AdsConversation(AdsSubscriptions subscriptions, RuntimeSink layers, Options options) {
        this.subscriptions = subscriptions;
        this.layers = new RuntimeSubscriptions(layers, subscriptions.variant());
        this.options = options;
        this.wire = AdsWire.of(subscriptions.variant());
        this.node = options.node().message();
    }

    /// How it is held.
    ///
    /// @param node who this is
    /// @param nodeOnce whether only the first message of a stream says so (`set_node_on_first_message_only`)
    public record Options(NodeInfo node, boolean nodeOnce) {}

    /// The path of the gRPC method.
    public String path() {
        return subscriptions.variant().path();
    }

    /// A new stream is open.
    ///
    /// @return the messages to begin it with, in order
    public List<byte[]> connected() {
        introduced = false;
        begun = false;
        wire.connected();
        return written(begin(layers.connected()));
    }

    /// The stream is gone; whatever was not accepted yet is dropped.
    public void disconnected() {
        subscriptions.disconnected();
    }

    /// A message arrived.
    ///
    /// @param now a time that only grows
    /// @return the messages to send, in order
    /// @throws IOException when it is none of ADS; then the stream is of no use
    public List<byte[]> received(byte[] message, Duration now) throws IOException {
        var response = wire.response(message, subscriptions::has);
        return written(begin(
                layers.takes(response) ? List.of(layers.received(response)) : subscriptions.received(response, now)));
    }

    /// Time has passed. To be called about every second.
    ///
    /// @return the messages to send, in order
    public List<byte[]> tick(Duration now) {
        return written(begin(begun ? subscriptions.tick(now) : List.of()));
    }

    /// `requests`, and those that begin the rest of the configuration where it is time for them.
    private List<DeltaDiscoveryRequest> begin(List<DeltaDiscoveryRequest> requests) {
        if (begun || !layers.isSettled()) {
            return requests;
        }
        begun = true;
        var all = new ArrayList<>(requests);
        all.addAll(subscriptions.connected());
        return all;
    }

    /// Says whether the workload can take requests (Istio's convention: a request of a type of its own).
    ///
    /// @param detail why it cannot; ignored when healthy
    /// @return the messages to send
    public List<byte[]> health(boolean healthy, String detail) {
        var report = DeltaDiscoveryRequest.newBuilder().setTypeUrl(HEALTH_INFORMATION);
        if (!healthy) {
            report.setErrorDetail(Status.newBuilder().setCode(UNAVAILABLE).setMessage(detail));
        }
        return written(List.of(report.build()));
    }

    /// Asks for resources that nothing refers to, and no longer for others; see [AdsSubscriptions#demand].
    ///
    /// @return the messages to send
    public List<byte[]> demand(ResourceType type, Collection<String> wanted, Collection<String> unwanted) {
        return written(subscriptions.demand(type, wanted, unwanted));
    }

    /// Whether anything was accepted.
    public boolean hasAccepted() {
        return subscriptions.hasAccepted();
    }

    /// Goes on as if `set`, with which the proxy runs, had been accepted. The stream must be opened anew then.
    public void resume(ResourceSet set) {
        subscriptions.resume(set);
    }

    private List<byte[]> written(List<DeltaDiscoveryRequest> requests) {
        var messages = new ArrayList<byte[]>(requests.size());
        for (var request : requests) {
            boolean says = !introduced || !options.nodeOnce();
            wire.request(request, says ? Optional.of(node) : Optional.empty()).ifPresent(message -> {
                messages.add(message);
                introduced = true;
            });
        }
        return messages;
    }
}
