package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A proxy as it is run, before a rate limit service that says what the user is called like.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GlobalLimitsTest {
    private static final MethodDescriptor<RateLimitRequest, RateLimitResponse> METHOD = MethodDescriptor.newBuilder(
                    ProtoUtils.marshaller(RateLimitRequest.getDefaultInstance()),
                    ProtoUtils.marshaller(RateLimitResponse.getDefaultInstance()))
            .setFullMethodName("envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit")
            .setType(MethodDescriptor.MethodType.UNARY)
            .build();

    private final AtomicInteger waiting = new AtomicInteger();
    private Server service;
    private FilteredProxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        service = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerServiceDefinition.builder("envoy.service.ratelimit.v3.RateLimitService")
                        .addMethod(METHOD, ServerCalls.asyncUnaryCall(this::answer))
                        .build())
                .build()
                .start();
        proxy = new FilteredProxy("global-limits.yaml", state, "@LIMITS@", Integer.toString(service.getPort()));
    }

    @AfterAll
    void stop() {
        proxy.close();
        service.shutdownNow();
    }

    private void answer(RateLimitRequest request, StreamObserver<RateLimitResponse> out) {
        var user = request.getDescriptors(0).getEntries(0).getValue();
        switch (user) {
            case "broken" -> out.onError(Status.INTERNAL.asRuntimeException());
            case "slow" -> {
                ((ServerCallStreamObserver<RateLimitResponse>) out).setOnCancelHandler(waiting::decrementAndGet);
                waiting.incrementAndGet();
            }
            default -> {
                boolean over = user.equals("over");
                var message = RateLimitResponse.newBuilder()
                        .setOverallCode(over ? RateLimitResponse.Code.OVER_LIMIT : RateLimitResponse.Code.OK)
                        .addRequestHeadersToAdd(
                                HeaderValue.newBuilder().setKey("x-domain").setValue(request.getDomain()))
                        .addResponseHeadersToAdd(
                                HeaderValue.newBuilder().setKey("x-counted").setValue(user));
                message.addStatusesBuilder()
                        .getCurrentLimitBuilder()
                        .setRequestsPerUnit(3)
                        .setUnit(RateLimitResponse.RateLimit.Unit.SECOND);
                out.onNext(message.build());
                out.onCompleted();
            }
        }
    }

    @Test
    void requests_within_go_on_with_what_the_service_adds() throws Exception {
        assertThat(proxy.ask("GET /", "host: a", "x-user: ann"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\nx-counted: ann\n", "\nx-domain: shop\n", "\nx-ratelimit-limit: 3, 3;w=1\n");
        assertThat(proxy.askHttp2("/", "x-user: ann")).startsWith("HTTP/2 200");
        assertThat(proxy.ask("GET /", "host: a")).as("counts as nothing").startsWith("HTTP/1.1 200 ");
        assertThat(proxy.metrics()).contains("envoy_cluster_ratelimit_ok{envoy_cluster_name=\"app\"} ");
    }

    @Test
    void requests_beyond_are_answered_here() throws Exception {
        assertThat(proxy.ask("POST /", "host: a", "x-user: over", "content-length: 0"))
                .startsWith("HTTP/1.1 429 ")
                .contains("\nx-envoy-ratelimited: true\n", "\nx-counted: over\n");
        assertThat(proxy.ask("POST /", "host: a", "x-user: over", "content-type: application/grpc"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\ngrpc-status: 14\n");
        assertThat(proxy.ask("GET /", "host: a", "x-user: broken")).startsWith("HTTP/1.1 500 ");
        assertThat(proxy.metrics())
                .contains("envoy_cluster_ratelimit_over_limit{envoy_cluster_name=\"app\"} 2\n")
                .contains("envoy_cluster_ratelimit_error{envoy_cluster_name=\"app\"} ");
    }

    @Test
    void a_call_is_given_up_when_the_client_goes() throws Exception {
        try (var client = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
            client.setSoLinger(true, 0);
            client.getOutputStream()
                    .write("GET / HTTP/1.1\r\nhost: a\r\nx-user: slow\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            await().until(() -> waiting.get() == 1);
        }
        await().until(() -> waiting.get() == 0);
    }
}
