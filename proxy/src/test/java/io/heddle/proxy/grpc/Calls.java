package io.heddle.proxy.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.outside.GrpcService;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.health.OutlierPolicy;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.ConnectionOpening;
import io.heddle.traffic.runtime.HealthPolicy;
import io.heddle.traffic.runtime.Http1Options;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.ResponseLimits;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A client with one event loop and one cluster, `server`.
final class Calls implements AutoCloseable {
    static final int LARGEST = 1 << 20;

    final EventLoops loops = new EventLoops(1);
    final Upstreams upstreams;
    final GrpcClient client;

    Calls(int port, Cluster.Protocol protocol, Http2Options.KeepAlive keepAlive) {
        var endpoint = new Endpoint("127.0.0.1", port, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN);
        var standard = Http2Options.DEFAULT;
        var cluster = new Cluster(
                "server",
                Cluster.Discovery.STATIC,
                new EndpointSet(List.of(endpoint)),
                Duration.ofSeconds(2),
                new BalancerPolicy.RoundRobin(),
                BreakerLimits.DEFAULT,
                List.of(),
                protocol,
                Http1Options.DEFAULT,
                new Http2Options(
                        standard.headerTableSize(),
                        standard.maxConcurrentStreams(),
                        standard.streamWindow(),
                        standard.connectionWindow(),
                        false,
                        keepAlive),
                ConnectionLimits.DEFAULT,
                ResponseLimits.DEFAULT,
                ConnectionOpening.DEFAULT,
                new HealthPolicy(Optional.of(OutlierPolicy.DEFAULT), Optional.empty()),
                Cluster.ServiceTag.UNKNOWN);
        var config = new RuntimeConfig(Map.of(), Map.of(), Map.of("server", cluster), Map.of(), Map.of());
        upstreams = new Upstreams(
                loops,
                tls -> {
                    throw new IllegalArgumentException("no TLS here");
                },
                config);
        client = new GrpcClient(loops.workers().getFirst(), upstreams);
    }

    static GrpcService service(String cluster) {
        return new GrpcService(
                cluster, cluster, List.of(new GrpcService.Metadata("x-first", "one")), Duration.ZERO, LARGEST);
    }

    static GrpcRequest request(String method) {
        return GrpcRequest.stream(service("server"), "/shop.Catalog/" + method);
    }

    static GrpcRequest request(String method, Duration timeout) {
        return new GrpcRequest(
                service("server"),
                "/shop.Catalog/" + method,
                List.of(new GrpcService.Metadata("x-second", "two")),
                timeout);
    }

    <T> T onLoop(Supplier<T> task) throws Exception {
        return CompletableFuture.supplyAsync(task, client.worker().loop()).get(10, TimeUnit.SECONDS);
    }

    void onLoop(Runnable task) throws Exception {
        CompletableFuture.runAsync(task, client.worker().loop()).get(10, TimeUnit.SECONDS);
    }

    /// Calls with one message; the answer, or the status when there is none.
    private Stream called(GrpcRequest request, byte[] message) {
        var stream = new Stream();
        client.worker()
                .loop()
                .execute(() -> client.unary(request, message, new UnaryListener() {
                    @Override
                    public void answered(byte[] answer) {
                        stream.messages.add(answer);
                        stream.status.complete(new GrpcStatus(GrpcCode.OK, ""));
                    }

                    @Override
                    public void failed(GrpcStatus status) {
                        stream.status.complete(status);
                    }
                }));
        return stream;
    }

    byte[] unary(GrpcRequest request, byte[] message) throws Exception {
        var stream = called(request, message);
        assertThat(stream.end().isOk()).as("%s", stream.end()).isTrue();
        return stream.next();
    }

    GrpcStatus failure(GrpcRequest request, byte[] message) throws Exception {
        var stream = called(request, message);
        assertThat(stream.end().isOk()).isFalse();
        return stream.end();
    }

    /// Opens a call that keeps what comes.
    Stream open(GrpcRequest request) throws Exception {
        var stream = new Stream();
        stream.call = onLoop(() -> client.open(request, stream));
        return stream;
    }

    /// A call and what came of it.
    final class Stream implements GrpcListener {
        final LinkedBlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        final CompletableFuture<GrpcStatus> status = new CompletableFuture<>();
        final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Nullable
        GrpcCall call;

        GrpcCall call() {
            var made = call;
            if (made == null) {
                throw new IllegalStateException("not opened yet");
            }
            return made;
        }

        void send(byte[] message) throws Exception {
            onLoop(() -> call().send(message));
        }

        void want(int messages) throws Exception {
            onLoop(() -> call().request(messages));
        }

        byte[] next() throws InterruptedException {
            var message = messages.poll(20, TimeUnit.SECONDS);
            assertThat(message).as("status %s", status.getNow(null)).isNotNull();
            return message;
        }

        GrpcStatus end() throws Exception {
            return status.get(20, TimeUnit.SECONDS);
        }

        @Override
        public void opened() {
            events.add("opened");
        }

        @Override
        public void message(byte[] message) {
            messages.add(message);
        }

        @Override
        public void writable() {
            events.add("writable");
        }

        @Override
        public void closed(GrpcStatus ended) {
            status.complete(ended);
        }
    }

    @Override
    public void close() {
        loops.close();
    }
}
