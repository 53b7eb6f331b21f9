package io.heddle.xds.client;

import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.heddle.xds.resource.ResourceSet;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one delta ADS stream to the control plane open and feeds [AdsSubscriptions] from it.
///
/// Everything (also the calls to the [ConfigSink] and the [Watcher]) happens on one thread of its own, so nothing
/// here needs a lock. A lost stream is opened again after a random pause that grows from 100 ms to 5 s;
/// certificates are read anew each time. Thread-safe.
public final class AdsClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdsClient.class);
    private static final String HEALTH_INFORMATION = "type.googleapis.com/istio.v1.HealthInformation";
    private static final int UNAVAILABLE = 14; // google.rpc.Code
    private static final int MAX_RESPONSE_BYTES = 256 * 1024 * 1024;
    private static final int KEEPALIVE_SECONDS = 15;
    private static final int KEEPALIVE_TIMEOUT_SECONDS = 5;
    private static final long TICK_MILLIS = 1000;
    private static final Duration STANDING = Duration.ofSeconds(1);

    private final Options options;
    private final AdsSubscriptions subscriptions;
    private final Watcher watcher;
    private final Node node;
    private final Backoff backoff = new Backoff();
    private final ScheduledThreadPoolExecutor thread;
    private @Nullable ScheduledFuture<?> ticking;
    private @Nullable ScheduledFuture<?> reconnection;
    private @Nullable Connection connection;
    private @Nullable DeltaDiscoveryRequest health;
    private boolean closed;

    private AdsClient(Options options, AdsSubscriptions subscriptions, Watcher watcher) {
        this.options = options;
        this.subscriptions = subscriptions;
        this.watcher = watcher;
        this.node = options.node().message();
        this.thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("ads-client").daemon().factory());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /// Where to connect, and as whom.
    ///
    /// @param host the control plane's host; over TLS its certificate must be for this name or address
    /// @param port its port
    /// @param tls the identity; empty for plaintext
    /// @param node who this is
    public record Options(String host, int port, Optional<TlsFiles> tls, NodeInfo node) {}

    /// Learns how the stream fares.
    public interface Watcher {
        /// The stream is open: the control plane has answered on it, or has let it stand for a second, since it sends
        /// nothing to a client that has everything.
        void connected();

        /// The stream is gone, or could not be opened; it will be tried again.
        void disconnected(Loss loss);
    }

    /// Why there is no stream.
    ///
    /// @param reason one line: the status, and what caused it in the end
    /// @param refused whether the control plane was reached and does not take this client
    public record Loss(String reason, boolean refused) {
        static Loss of(Throwable cause) {
            var status = io.grpc.Status.fromThrowable(cause);
            boolean refused = status.getCode() == io.grpc.Status.Code.PERMISSION_DENIED
                    || status.getCode() == io.grpc.Status.Code.UNAUTHENTICATED;
            var reason = new StringBuilder(status.getCode().name());
            if (status.getDescription() != null) {
                reason.append(": ").append(status.getDescription());
            }
            if (status.getCause() != null) {
                var root = root(status.getCause());
                reason.append(": ")
                        .append(root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage());
            }
            return new Loss(oneLine(reason.toString()), refused);
        }

        private static Throwable root(Throwable cause) {
            var root = cause;
            // Bounded, because a chain of causes may be a ring.
            for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
                root = root.getCause();
            }
            return root;
        }

        private static String oneLine(String text) {
            return text.replaceAll("\\s*\\R\\s*", " ");
        }
    }

    private final class Connection implements StreamObserver<DeltaDiscoveryResponse> {
        private final ManagedChannel channel;
        private @Nullable StreamObserver<DeltaDiscoveryRequest> requests;
        private final Duration since = now();
        private boolean established;

        Connection(ManagedChannel channel) {
            this.channel = channel;
        }

        void open() {
            requests = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
            boolean first = true;
            for (var request : subscriptions.connected()) {
                send(first ? request.toBuilder().setNode(node).build() : request);
                first = false;
            }
            if (health != null) {
                send(health);
            }
        }

        void send(DeltaDiscoveryRequest request) {
            if (requests != null) {
                requests.onNext(request);
            }
        }

        @Override
        public void onNext(DeltaDiscoveryResponse response) {
            submit(() -> {
                if (connection == this) {
                    establish();
                    subscriptions.received(response, now()).forEach(this::send);
                }
            });
        }

        @Override
        public void onError(Throwable cause) {
            submit(() -> lost(this, Loss.of(cause)));
        }

        @Override
        public void onCompleted() {
            submit(() -> lost(this, new Loss("the control plane ended the stream", false)));
        }

        boolean reached() {
            return channel.getState(false) == ConnectivityState.READY;
        }

        void tick() {
            boolean standing = reached() && now().minus(since).compareTo(STANDING) >= 0;
            if (standing) {
                establish();
            }
            subscriptions.tick(now()).forEach(this::send);
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
    public static AdsClient start(Options options, AdsSubscriptions subscriptions, Watcher watcher) {
        var client = new AdsClient(options, subscriptions, watcher);
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
        var report = DeltaDiscoveryRequest.newBuilder().setTypeUrl(HEALTH_INFORMATION);
        if (!healthy) {
            report.setErrorDetail(Status.newBuilder().setCode(UNAVAILABLE).setMessage(detail));
        }
        submit(() -> {
            health = report.build();
            if (connection != null) {
                connection.send(health);
            }
        });
    }

    /// Goes on from `lastGood`, unless the control plane is reached or something was accepted meanwhile.
    ///
    /// @param lastGood called on the client's thread; makes the last good set the active one and answers it, or
    ///     answers empty when there is none
    public void resumeUnlessReached(Supplier<Optional<ResourceSet>> lastGood) {
        submit(() -> {
            if (connection == null || !connection.reached()) {
                resumeFrom(lastGood);
            }
        });
    }

    /// Goes on from `lastGood`, as [#resumeUnlessReached] does, even with the control plane there.
    public void resume(Supplier<Optional<ResourceSet>> lastGood) {
        submit(() -> resumeFrom(lastGood));
    }

    private void resumeFrom(Supplier<Optional<ResourceSet>> lastGood) {
        if (closed || subscriptions.hasAccepted()) {
            return;
        }
        lastGood.get().ifPresent(set -> {
            subscriptions.resume(set);
            if (connection != null) {
                // The server must hear what there is now, or it would never say what of it is gone.
                connection.channel.shutdownNow();
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
                connection.channel.shutdownNow();
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
        try {
            var opened = new Connection(channel());
            connection = opened;
            opened.open();
        } catch (IOException e) {
            lost(connection, new Loss(String.valueOf(e.getMessage()), false));
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("host", options.host()).log("cannot open the ADS stream");
            lost(connection, new Loss("internal error: " + e, false));
        }
    }

    private ManagedChannel channel() throws IOException {
        var builder = NettyChannelBuilder.forAddress(options.host(), options.port())
                .directExecutor()
                .maxInboundMessageSize(MAX_RESPONSE_BYTES)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (options.tls().isEmpty()) {
            return builder.usePlaintext().build();
        }
        var files = options.tls().get();
        return builder.sslContext(ClientTls.context(files.root(), Optional.of(files)))
                .build();
    }

    private void lost(@Nullable Connection which, Loss loss) {
        if (closed || connection != which) {
            return;
        }
        connection = null;
        if (which != null) {
            which.channel.shutdownNow();
        }
        var pause = backoff.next();
        LOG.atDebug()
                .addKeyValue("reason", loss.reason())
                .addKeyValue("retryMillis", pause.toMillis())
                .log("ADS stream lost");
        reconnection = thread.schedule(guarded(this::connect), pause.toMillis(), TimeUnit.MILLISECONDS);
        subscriptions.disconnected();
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
            LOG.atDebug().setCause(e).log("the ADS client is closed already");
        }
    }

    /// A bug in what is called from here ends the stream, loudly, and not the thread's further work.
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("the ADS client failed; the stream is opened anew");
                if (connection != null) {
                    lost(connection, new Loss("internal error: " + e, false));
                }
            }
        };
    }

    private static Duration now() {
        return Duration.ofNanos(System.nanoTime());
    }
}
