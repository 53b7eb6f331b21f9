package io.heddle.proxy.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.traffic.grpc.GrpcMethod;
import io.heddle.traffic.resilience.health.EjectionType;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Http2Options;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Calls to grpc-java's server.
class GrpcCallTest {

    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger read = new AtomicInteger();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private volatile @Nullable ServerCallStreamObserver<byte[]> slow;
    private Server server = server();
    private Calls calls = new Calls(1, Cluster.Protocol.HTTP2, Http2Options.KeepAlive.NONE);

    @BeforeEach
    void start() throws IOException {
        server.start();
        calls.close();
        calls = new Calls(server.getPort(), Cluster.Protocol.HTTP2, Http2Options.KeepAlive.NONE);
    }

    @AfterEach
    void stop() {
        calls.close();
        server.shutdownNow();
    }

    private Server server() {
        var service = ServerServiceDefinition.builder("shop.Catalog")
                .addMethod(
                        Octets.method("shop.Catalog/Echo", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall(this::echo))
                .addMethod(
                        Octets.method("shop.Catalog/Many", MethodDescriptor.MethodType.SERVER_STREAMING),
                        ServerCalls.asyncServerStreamingCall(this::many))
                .addMethod(
                        Octets.method("shop.Catalog/Sum", MethodDescriptor.MethodType.CLIENT_STREAMING),
                        ServerCalls.asyncClientStreamingCall(GrpcCallTest::sum))
                .addMethod(
                        Octets.method("shop.Catalog/Talk", MethodDescriptor.MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(this::talk))
                .addMethod(
                        Octets.method("shop.Catalog/Slow", MethodDescriptor.MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(this::slow))
                .build();
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerInterceptors.intercept(service, new Heads()))
                .maxInboundMessageSize(64 << 20)
                .flowControlWindow(64 * 1024)
                .build();
    }

    private final class Heads implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            heads.add(call.getAuthority() + " " + headers);
            return Contexts.interceptCall(Context.current(), call, headers, next);
        }
    }

    private void echo(byte[] request, StreamObserver<byte[]> answer) {
        var text = new String(request, StandardCharsets.UTF_8);
        switch (text) {
            case "wait" -> ((ServerCallStreamObserver<byte[]>) answer).setOnCancelHandler(cancelled::incrementAndGet);
            case "refuse" ->
                answer.onError(Status.FAILED_PRECONDITION
                        .withDescription("50% of ünits\nmissing")
                        .asRuntimeException());
            default -> {
                answer.onNext(request);
                answer.onCompleted();
            }
        }
    }

    private void many(byte[] request, StreamObserver<byte[]> answer) {
        var call = (ServerCallStreamObserver<byte[]>) answer;
        call.setOnReadyHandler(() -> {
            while (call.isReady() && written.get() < 2000) {
                written.incrementAndGet();
                call.onNext(new byte[10_000]);
            }
            if (written.get() == 2000) {
                written.incrementAndGet();
                call.onCompleted();
            }
        });
        call.setOnCancelHandler(cancelled::incrementAndGet);
    }

    private static StreamObserver<byte[]> sum(StreamObserver<byte[]> answer) {
        var total = new AtomicInteger();
        return observer(message -> total.addAndGet(message.length), () -> {
            answer.onNext(Integer.toString(total.get()).getBytes(StandardCharsets.US_ASCII));
            answer.onCompleted();
        });
    }

    private StreamObserver<byte[]> talk(StreamObserver<byte[]> answer) {
        ((ServerCallStreamObserver<byte[]>) answer).setOnCancelHandler(cancelled::incrementAndGet);
        return observer(answer::onNext, answer::onCompleted);
    }

    /// Reads nothing until it is told to.
    private StreamObserver<byte[]> slow(StreamObserver<byte[]> answer) {
        var call = (ServerCallStreamObserver<byte[]>) answer;
        call.disableAutoRequest();
        slow = call;
        return observer(
                _ -> {
                    read.incrementAndGet();
                    call.request(1);
                },
                answer::onCompleted);
    }

    private interface Taker {
        void take(byte[] message);
    }

    private static StreamObserver<byte[]> observer(Taker taker, Runnable completed) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                taker.take(message);
            }

            @Override
            public void onError(Throwable cause) {
                assertThat(cause).isNotNull();
            }

            @Override
            public void onCompleted() {
                completed.run();
            }
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_unary_call_is_answered_and_says_what_it_should() throws Exception {
        assertThat(calls.unary(Calls.request("Echo", Duration.ofSeconds(9)), bytes("hello")))
                .isEqualTo(bytes("hello"));
        assertThat(heads.getFirst())
                .startsWith("server ")
                .contains("x-first=one")
                .contains("x-second=two")
                .contains("grpc-timeout=9000000u");
    }

    @Test
    void large_and_empty_messages_pass_both_ways() throws Exception {
        var large = new byte[Calls.LARGEST];
        large[Calls.LARGEST - 1] = 7;
        assertThat(calls.unary(Calls.request("Echo"), large)).isEqualTo(large);
        assertThat(calls.unary(Calls.request("Echo"), new byte[0])).isEmpty();
    }

    @Test
    void a_message_larger_than_allowed_ends_the_call() throws Exception {
        var status = calls.failure(Calls.request("Echo"), new byte[Calls.LARGEST + 1]);
        assertThat(status.code()).isEqualTo(GrpcCode.RESOURCE_EXHAUSTED);
        assertThat(status.message()).contains("larger than " + Calls.LARGEST);
    }

    @Test
    void the_servers_status_and_words_come_through() throws Exception {
        assertThat(calls.failure(Calls.request("Echo"), bytes("refuse")))
                .isEqualTo(new GrpcStatus(GrpcCode.FAILED_PRECONDITION, "50% of ünits\nmissing"));
        assertThat(calls.failure(Calls.request("None"), bytes("x")).code()).isEqualTo(GrpcCode.UNIMPLEMENTED);
    }

    @Test
    void calls_are_counted_by_method_and_status() throws Exception {
        var method = new GrpcMethod("server", "shop.Catalog", "Echo");
        calls.unary(Calls.request("Echo"), bytes("hello"));
        calls.unary(Calls.request("Echo"), bytes("again"));
        calls.failure(Calls.request("Echo"), bytes("refuse"));
        calls.failure(Calls.request("Echo", Duration.ofMillis(50)), bytes("wait"));
        calls.failure(Calls.request("None"), bytes("x"));
        var stream = calls.open(Calls.request("Talk"));
        stream.send(bytes("a"));
        stream.want(1);
        assertThat(stream.next()).isEqualTo(bytes("a"));
        var echo = calls.upstreams.calls().of(method);
        assertThat(echo.started()).isEqualTo(4);
        assertThat(echo.success()).isEqualTo(2);
        assertThat(echo.failure()).isEqualTo(2);
        assertThat(echo.status(GrpcCode.FAILED_PRECONDITION.number())).isEqualTo(1);
        assertThat(echo.status(GrpcCode.DEADLINE_EXCEEDED.number()) + echo.status(GrpcCode.CANCELLED.number()))
                .as("the server sees the deadline, too, and may reset the stream first")
                .isEqualTo(1);
        assertThat(echo.requestMessages()).isEqualTo(4);
        assertThat(echo.responseMessages()).isEqualTo(2);
        var talk = calls.upstreams.calls().of(new GrpcMethod("server", "shop.Catalog", "Talk"));
        assertThat(talk.started()).isEqualTo(1);
        assertThat(talk.success() + talk.failure()).isZero();
        calls.onLoop(() -> stream.call().cancel());
        assertThat(talk.status(GrpcCode.CANCELLED.number())).isEqualTo(1);
        assertThat(calls.upstreams
                        .calls()
                        .of(new GrpcMethod("server", "shop.Catalog", "None"))
                        .status(GrpcCode.UNIMPLEMENTED.number()))
                .isEqualTo(1);
    }

    @Test
    void outlier_detection_hears_of_statuses_and_deadlines() throws Exception {
        for (int i = 0; i < 5; i++) {
            calls.failure(Calls.request("None"), bytes("x"));
        }
        var detector = Objects.requireNonNull(calls.upstreams.outliers().get("server"));
        assertThat(detector.detected(EjectionType.CONSECUTIVE_5XX))
                .as("UNIMPLEMENTED is 501, whatever the status of HTTP")
                .isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            calls.failure(Calls.request("Echo", Duration.ofMillis(50)), bytes("wait"));
        }
        assertThat(detector.detected(EjectionType.CONSECUTIVE_GATEWAY_FAILURE)).isEqualTo(1);
    }

    @Test
    void a_deadline_ends_the_call_here_and_there() throws Exception {
        var status = calls.failure(Calls.request("Echo", Duration.ofMillis(200)), bytes("wait"));
        assertThat(status.code()).isEqualTo(GrpcCode.DEADLINE_EXCEEDED);
        await().untilAsserted(() -> assertThat(cancelled).hasValue(1));
    }

    @Test
    void a_cancelled_call_is_cancelled_at_the_server_and_says_nothing_more() throws Exception {
        var stream = calls.open(Calls.request("Talk"));
        stream.send(bytes("a"));
        stream.want(10);
        assertThat(stream.next()).isEqualTo(bytes("a"));
        calls.onLoop(() -> stream.call().cancel());
        await().untilAsserted(() -> assertThat(cancelled).hasValue(1));
        assertThat(stream.status).isNotDone();
    }

    @Test
    void a_conversation_goes_both_ways_until_both_have_ended() throws Exception {
        var stream = calls.open(Calls.request("Talk"));
        for (int i = 0; i < 100; i++) {
            stream.send(bytes("message " + i));
            stream.want(1);
            assertThat(stream.next()).isEqualTo(bytes("message " + i));
        }
        calls.onLoop(() -> stream.call().halfClose());
        stream.want(1);
        assertThat(stream.end().isOk()).isTrue();
        assertThat(stream.events).contains("opened");
    }

    @Test
    void what_a_client_streams_is_summed_up() throws Exception {
        var stream = calls.open(Calls.request("Sum"));
        for (int i = 0; i < 50; i++) {
            stream.send(new byte[1000]);
        }
        calls.onLoop(() -> stream.call().halfClose());
        stream.want(2);
        assertThat(stream.next()).isEqualTo(bytes("50000"));
        assertThat(stream.end().isOk()).isTrue();
    }

    @Test
    void a_server_is_held_up_by_a_client_that_asks_for_nothing() throws Exception {
        var stream = calls.open(Calls.request("Many"));
        stream.send(bytes("go"));
        calls.onLoop(() -> stream.call().halfClose());
        stream.want(1);
        stream.next();
        await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(10)).until(() -> written.get() < 1000);
        assertThat(stream.messages).isEmpty();
        stream.want(3000);
        assertThat(stream.end().isOk()).isTrue();
        assertThat(stream.messages).hasSize(1999);
    }

    @Test
    void a_client_is_told_when_a_server_takes_no_more_and_when_it_does_again() throws Exception {
        var stream = calls.open(Calls.request("Slow"));
        await().until(() -> slow != null);
        int sent = 0;
        while (calls.onLoop(() -> stream.call().isWritable())) {
            stream.send(new byte[10_000]);
            sent++;
            assertThat(sent).isLessThan(1000);
        }
        assertThat(read).hasValue(0);
        stream.events.clear();
        Objects.requireNonNull(slow).request(1);
        assertThat(stream.events.poll(10, TimeUnit.SECONDS)).isEqualTo("writable");
        int all = sent;
        await().untilAsserted(() -> assertThat(read).hasValue(all));
        calls.onLoop(() -> stream.call().halfClose());
        stream.want(1);
        assertThat(stream.end().isOk()).isTrue();
    }

    @Test
    void a_server_that_is_not_there_is_unavailable_with_the_reason() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (var nobody = new Calls(port, Cluster.Protocol.HTTP2, Http2Options.KeepAlive.NONE)) {
            var status = nobody.failure(Calls.request("Echo"), bytes("x"));
            assertThat(status.code()).isEqualTo(GrpcCode.UNAVAILABLE);
            assertThat(status.message()).contains("refused");
        }
    }

    @Test
    void a_server_that_goes_away_ends_its_calls() throws Exception {
        var stream = calls.open(Calls.request("Talk"));
        stream.send(bytes("a"));
        stream.want(2);
        stream.next();
        server.shutdownNow();
        assertThat(stream.end().code()).isIn(GrpcCode.UNAVAILABLE, GrpcCode.CANCELLED);
    }

    @Test
    void a_silent_server_is_found_out_by_pings() throws Exception {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var pinging = new Calls(
                        silent.getLocalPort(),
                        Cluster.Protocol.HTTP2,
                        new Http2Options.KeepAlive(Duration.ofMillis(100), Duration.ofMillis(200)))) {
            var status = pinging.failure(Calls.request("Echo"), bytes("x"));
            assertThat(status.code()).isEqualTo(GrpcCode.UNAVAILABLE);
        }
    }

    @Test
    void clusters_that_are_not_there_or_speak_http_1_are_told_apart() throws Exception {
        var missing = GrpcRequest.stream(Calls.service("nowhere"), "/a.B/C");
        assertThat(calls.failure(missing, bytes("x")).toString()).isEqualTo("UNAVAILABLE: there is no cluster nowhere");
        try (var old = new Calls(server.getPort(), Cluster.Protocol.HTTP1, Http2Options.KeepAlive.NONE)) {
            assertThat(old.failure(Calls.request("Echo"), bytes("x")).message()).contains("gRPC needs HTTP/2");
        }
    }
}
