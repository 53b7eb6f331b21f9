package io.heddle.proxy.ads;

import io.heddle.proxy.grpc.GrpcCall;
import io.heddle.proxy.grpc.GrpcClient;
import io.heddle.proxy.grpc.GrpcCode;
import io.heddle.proxy.grpc.GrpcListener;
import io.heddle.proxy.grpc.GrpcRequest;
import io.heddle.proxy.grpc.GrpcStatus;
import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.xds.client.AdsConversation;
import io.heddle.xds.resource.ResourceSet;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one ADS stream to the control plane open and holds an [AdsConversation] on it.
///
/// The bytes travel on an event loop; what they say is worked on by one thread of its own, because making a
/// configuration the active one takes its time. Everything that is called from here (the conversation's sink, the
/// [Watcher]) is called on that thread, so nothing here needs a lock. The next message is asked for when one has
/// been worked on. A lost stream is opened again after a random pause that grows from 100 ms to 5 s. Thread-safe.
public final class AdsClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AdsClient.class);
    private static final long TICK_MILLIS = 1000;
    private static final long NAMES_MILLIS = 50;
    private static final Duration STANDING = Duration.ofSeconds(1);

    private final GrpcClient grpc;
    private final AdsTarget target;
    private final AdsConversation conversation;
    private final Watcher watcher;
    private final Backoff backoff = new Backoff();
    private final ScheduledThreadPoolExecutor thread;
    private final DemandQueue demands = new DemandQueue();
    private @Nullable ScheduledFuture<?> ticking;
    private @Nullable ScheduledFuture<?> reconnection;
    private @Nullable Connection connection;
    private @Nullable Health health;
    private @Nullable Duration hostlessSince;
    private boolean closed;

    private AdsClient(GrpcClient grpc, AdsTarget target, AdsConversation conversation, Watcher watcher) {
        this.grpc = grpc;
        this.target = target;
        this.conversation = conversation;
        this.watcher = watcher;
        this.thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("ads-client").daemon().factory());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private record Health(boolean healthy, String detail) {}

    /// Learns how the stream fares.
    public interface Watcher {
        /// The stream is open: the control plane has answered on it, or has let it stand for a second, since it
        /// sends nothing to a client that has everything.
        void connected();

        /// The stream is gone, or could not be opened; it will be tried again.
        void disconnected(Loss loss);
    }

    /// Why there is no stream.
    ///
    /// @param reason one line: the status of gRPC and what it says
    /// @param refused whether the control plane was reached and does not take this client
    public record Loss(String reason, boolean refused) {
        static Loss of(GrpcStatus status) {
            if (status.isOk()) {
                return new Loss("the control plane ended the stream", false);
            }
            boolean refused = status.code() == GrpcCode.PERMISSION_DENIED || status.code() == GrpcCode.UNAUTHENTICATED;
            return new Loss(status.toString().replaceAll("\\s*\\R\\s*", " "), refused);
        }
    }

    /// One stream. What is marked as the loop's is touched on the event loop alone.
    private final class Connection implements GrpcListener {
        private @Nullable GrpcCall call; // the loop's
        private @Nullable Duration openedAt;
        private boolean established;
        private boolean heard;

        void open() {
            var first = conversation.connected();
            onLoop(() -> {
                var opened = grpc.open(GrpcRequest.stream(target.service(), conversation.path()), this);
                call = opened;
                first.forEach(opened::send);
                opened.request(1);
            });
            var known = health;
            if (known != null) {
                send(conversation.health(known.healthy, known.detail));
            }
        }

        void send(List<byte[]> messages) {
            if (messages.isEmpty()) {
                return;
            }
            onLoop(() -> {
                if (call != null) {
                    messages.forEach(call::send);
                }
            });
        }

        /// A bug in what runs there ends this stream, loudly, and not the event loop.
        private void onLoop(Runnable task) {
            try {
                grpc.worker().loop().execute(() -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        log.atError().setCause(e).log("the ADS stream failed; it is opened anew");
                        submit(() -> lost(this, new Loss("internal error: " + e, false)));
                    }
                });
            } catch (RejectedExecutionException e) {
                log.atDebug().setCause(e).log("the event loop is closed already");
            }
        }

        void cancel() {
            onLoop(() -> {
                if (call != null) {
                    call.cancel();
                }
            });
        }

        @Override
        public void opened() {
            submit(() -> openedAt = now());
        }

        @Override
        public void message(byte[] message) {
            submit(() -> {
                if (isCurrent()) {
                    received(message);
                }
            });
        }

        private void received(byte[] message) {
            heard = true;
            establish();
            try {
                send(conversation.received(message, now()));
            } catch (IOException malformed) {
                cancel();
                lost(this, new Loss("what the control plane sends is not ADS: " + malformed.getMessage(), false));
                return;
            }
            onLoop(() -> {
                if (call != null) {
                    call.request(1);
                }
            });
        }

        @Override
        public void closed(GrpcStatus status) {
            submit(() -> lost(this, Loss.of(status)));
        }

        @SuppressWarnings("ReferenceEquality") // Connections are compared as the objects they are.
        private boolean isCurrent() {
            return connection == this;
        }

        void tick() {
            var since = openedAt;
            if (since != null && now().minus(since).compareTo(STANDING) >= 0) {
                establish();
            }
            send(conversation.tick(now()));
        }

        private void establish() {
            if (!established) {
                established = true;
                backoff.reset();
                watcher.connected();
            }
        }
    }

    /// Starts connecting; returns at once.
    public static AdsClient start(GrpcClient grpc, AdsTarget target, AdsConversation conversation, Watcher watcher) {
        var client = new AdsClient(grpc, target, conversation, watcher);
        client.submit(() -> {
            client.ticking = client.thread.scheduleWithFixedDelay(
                    client.guarded(client::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
            client.connect();
        });
        return client;
    }

    /// Tells the control plane whether this workload can take requests, now and after each reconnection.
    ///
    /// @param detail why it cannot; ignored when healthy
    public void reportHealth(boolean healthy, String detail) {
        submit(() -> {
            health = new Health(healthy, detail);
            if (connection != null) {
                connection.send(conversation.health(healthy, detail));
            }
        });
    }

    /// Asks for a resource that nothing refers to; the conversation's sink hears the answer.
    void demand(OnDemand.Key key) {
        if (demands.ask(key)) {
            submit(this::sayDemands);
        }
    }

    /// Nobody waits for a demanded resource any more.
    void withdraw(OnDemand.Key key) {
        if (demands.withdraw(key)) {
            submit(this::sayDemands);
        }
    }

    private void sayDemands() {
        demands.take().forEach((type, names) -> send(conversation.demand(type, names.wanted(), names.unwanted())));
    }

    /// What is to be said without a stream is said when there is one.
    private void send(List<byte[]> messages) {
        if (connection != null) {
            connection.send(messages);
        }
    }

    /// What was waited for may be there.
    public void goOn() {
        submit(this::tick);
    }

    /// Goes on from `lastGood`, unless the control plane has said something or something was accepted meanwhile. That
    /// it took a connection, or the stream, is not enough: one that hangs does that, too.
    ///
    /// @param lastGood called on the client's thread; makes the last good set the active one and answers it, or
    ///     answers empty when there is none
    public void resumeUnlessHeard(Supplier<Optional<ResourceSet>> lastGood) {
        submit(() -> {
            if (connection == null || !connection.heard) {
                resumeFrom(lastGood);
            }
        });
    }

    /// Goes on from `lastGood`, as [#resumeUnlessHeard] does, even with the control plane there.
    public void resume(Supplier<Optional<ResourceSet>> lastGood) {
        submit(() -> resumeFrom(lastGood));
    }

    private void resumeFrom(Supplier<Optional<ResourceSet>> lastGood) {
        if (closed || conversation.hasAccepted()) {
            return;
        }
        lastGood.get().ifPresent(set -> {
            conversation.resume(set);
            if (connection != null) {
                // The server must hear what there is now, or it would never say what of it is gone.
                connection.cancel();
                connection = null;
                connect();
            }
        });
    }

    /// Ends the stream and waits for the thread to finish what it is doing, at most two seconds.
    @Override
    public void close() {
        submit(() -> {
            closed = true;
            if (ticking != null) {
                ticking.cancel(false);
            }
            if (reconnection != null) {
                reconnection.cancel(false);
            }
            if (connection != null) {
                connection.cancel();
                connection = null;
            }
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException _) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        if (awaitsNames()) {
            reconnection = thread.schedule(guarded(this::connect), NAMES_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        var opened = new Connection();
        connection = opened;
        opened.open();
    }

    /// Whether the cluster has no host and may get one soon: its names are asked for when the proxy starts, and
    /// that a control plane is away is known only when there was an answer, or none for long enough.
    private boolean awaitsNames() {
        if (grpc.hasHosts(target.service().cluster())) {
            hostlessSince = null;
            return false;
        }
        if (hostlessSince == null) {
            hostlessSince = now();
        }
        return now().minus(hostlessSince).compareTo(target.patience()) < 0;
    }

    @SuppressWarnings("ReferenceEquality") // Connections are compared as the objects they are.
    private void lost(Connection which, Loss loss) {
        if (closed || connection != which) {
            return;
        }
        connection = null;
        var pause = backoff.next();
        log.atDebug()
                .addKeyValue("reason", loss.reason())
                .addKeyValue("retryMillis", pause.toMillis())
                .log("ADS stream lost");
        reconnection = thread.schedule(guarded(this::connect), pause.toMillis(), TimeUnit.MILLISECONDS);
        conversation.disconnected();
        watcher.disconnected(loss);
    }

    private void tick() {
        if (connection != null) {
            connection.tick();
        }
    }

    private void submit(Runnable task) {
        try {
            thread.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            log.atDebug().setCause(e).log("the ADS client is closed already");
        }
    }

    /// A bug in what is called from here ends the stream, loudly, and not the thread's further work.
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                log.atError().setCause(e).log("the ADS client failed; the stream is opened anew");
                var broken = connection;
                if (broken != null) {
                    broken.cancel();
                    lost(broken, new Loss("internal error: " + e, false));
                }
            }
        };
    }

    private static Duration now() {
        return Duration.ofNanos(System.nanoTime());
    }
}
