package io.heddle.xds.server;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.heddle.xds.server.AdsService.Incoming;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The receiving half of one ADS stream: admits the proxy on its first request, then feeds the session and tells
/// [ProxyConnections] what came of it. gRPC calls it one call at a time.
///
/// @param <Q> the request message
final class AdsReceiver<Q> implements StreamObserver<Q> {
    private static final Logger LOG = LoggerFactory.getLogger(AdsReceiver.class);

    private final AdsStream<?> stream;
    private final Peer peer;
    private final ProxyConnections connections;
    private final Function<Q, Incoming> reader;
    private final AtomicBoolean reportGone = new AtomicBoolean();
    private boolean admitted;
    private boolean refused;

    AdsReceiver(AdsStream<?> stream, Peer peer, ProxyConnections connections, Function<Q, Incoming> reader) {
        this.stream = stream;
        this.peer = peer;
        this.connections = connections;
        this.reader = reader;
    }

    @Override
    public void onNext(Q message) {
        var incoming = reader.apply(message);
        if (refused || (!admitted && !admit(incoming))) {
            return;
        }
        if (incoming.typeUrl().equals(AdsService.HEALTH_INFORMATION)) {
            connections.healthReported(
                    stream, incoming.error().isEmpty(), incoming.error().orElse(""));
            return;
        }
        incoming.request()
                .ifPresentOrElse(
                        request -> stream.receive(request).forEach(this::report),
                        () -> LOG.atDebug()
                                .addKeyValue("session", stream.id())
                                .addKeyValue("type", incoming.typeUrl())
                                .log("request for a type that is not served"));
    }

    @Override
    public void onError(Throwable cause) {
        gone();
    }

    @Override
    public void onCompleted() {
        stream.complete();
        gone();
    }

    /// The stream is over, however it ended.
    void gone() {
        stream.gone();
        if (reportGone.compareAndSet(true, false)) {
            connections.disconnected(stream);
        }
    }

    private boolean admit(Incoming incoming) {
        if (incoming.node().isEmpty() || incoming.node().get().getId().isEmpty()) {
            return refuse(Status.INVALID_ARGUMENT.withDescription("the first request must carry node.id"));
        }
        var node = AdsService.connectedNode(incoming.node().get(), peer);
        var mismatch = NodeIdentity.mismatch(node, peer.secured());
        if (mismatch.isPresent()) {
            return refuse(mismatch.get());
        }
        return switch (connections.connected(node, stream)) {
            case Admission.Accepted() -> {
                admitted = true;
                reportGone.set(true);
                yield true;
            }
            case Admission.Refused(var reason) -> refuse(Status.PERMISSION_DENIED.withDescription(reason));
        };
    }

    private boolean refuse(Status status) {
        refused = true;
        LOG.atWarn()
                .addKeyValue("peer", peer.remoteAddress())
                .addKeyValue("status", status.getCode())
                .addKeyValue("reason", status.getDescription())
                .log("ADS stream refused");
        stream.fail(status);
        return false;
    }

    private void report(SessionEvent event) {
        switch (event) {
            case SessionEvent.Acknowledged(var type, var version) -> connections.acknowledged(stream, type, version);
            case SessionEvent.Rejected(var type, var version, var detail) -> {
                LOG.atWarn()
                        .addKeyValue("session", stream.id())
                        .addKeyValue("type", type)
                        .addKeyValue("detail", detail)
                        .log("xDS response refused by the proxy");
                connections.rejected(stream, type, version, detail);
            }
        }
    }
}
