package io.heddle.xds.server;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One open stream: an [AdsSession] behind a lock, and the observer that its responses go to.
///
/// @param <R> the response message
final class AdsStream<R> implements AdsSession.Handle {
    private static final Logger LOG = LoggerFactory.getLogger(AdsStream.class);

    private final String id;
    private final AdsSession session;
    private final StreamObserver<R> out;
    private final Function<AdsResponse, R> writer;
    private final Object lock = new Object();
    private boolean closed;

    AdsStream(String id, AdsSession session, StreamObserver<R> out, Function<AdsResponse, R> writer) {
        this.id = id;
        this.session = session;
        this.out = out;
        this.writer = writer;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public void offer(ResourceSet next) {
        synchronized (lock) {
            if (!closed) {
                send(session.offer(next));
            }
        }
    }

    @Override
    public void close(String reason) {
        fail(Status.UNAVAILABLE.withDescription(reason));
    }

    @Override
    public Set<ResourceType> asked() {
        synchronized (lock) {
            return session.asked();
        }
    }

    @Override
    public Map<ResourceType, SyncState> states() {
        synchronized (lock) {
            return session.states();
        }
    }

    @Override
    public Map<ResourceType, Set<String>> unsettled() {
        synchronized (lock) {
            return session.unsettled();
        }
    }

    @Override
    public Map<ResourceType, Map<String, String>> refused() {
        synchronized (lock) {
            return session.refused();
        }
    }

    /// Takes a request and sends what follows from it.
    List<SessionEvent> receive(AdsRequest request) {
        synchronized (lock) {
            if (closed) {
                return List.of();
            }
            var reaction = session.receive(request);
            send(reaction.responses());
            return reaction.events();
        }
    }

    /// Ends the stream with an error, once.
    void fail(Status status) {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                out.onError(status.asRuntimeException());
            }
        }
    }

    /// Answers the client's end of the stream with ours.
    void complete() {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                out.onCompleted();
            }
        }
    }

    /// Notes that the client is gone: nothing can be sent any more.
    void gone() {
        synchronized (lock) {
            closed = true;
        }
    }

    private void send(List<AdsResponse> responses) {
        for (var response : responses) {
            LOG.atDebug()
                    .addKeyValue("session", id)
                    .addKeyValue("type", response.type())
                    .addKeyValue("version", response.version())
                    .addKeyValue("resources", response.resources().size())
                    .addKeyValue("removed", response.removed().size())
                    .log("xDS response");
            out.onNext(writer.apply(response));
        }
    }
}
