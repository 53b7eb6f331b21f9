package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.proxy.grpc.Octets;
import io.heddle.proxy.observe.AccessLogs;
import io.heddle.proxy.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// grpc-java on both ends, two proxies in between: HTTP/2 without TLS, HTTP/2 over mTLS, HTTP/2 without TLS.
class GrpcPairTest {
    private static final String CATALOG = "spiffe://mesh.test/ns/shop/sa/catalog";
    private static final MethodDescriptor<byte[], byte[]> ECHO =
            Octets.method("shop.Catalog/Echo", MethodDescriptor.MethodType.UNARY);
    private static final MethodDescriptor<byte[], byte[]> MANY =
            Octets.method("shop.Catalog/Many", MethodDescriptor.MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<byte[], byte[]> TALK =
            Octets.method("shop.Catalog/Talk", MethodDescriptor.MethodType.BIDI_STREAMING);

    private final TestAuthority authority = TestAuthority.create("mesh");
    private final AtomicInteger cancelled = new AtomicInteger();
    private final Server server = server();
    private @Nullable Proxy inbound;
    private @Nullable Proxy outbound;
    private @Nullable ManagedChannel channel;

    @TempDir
    private Path state;

    private ManagedChannel channel() {
        return Objects.requireNonNull(channel);
    }

    private Proxy inbound() {
        return Objects.requireNonNull(inbound);
    }

    private Server server() {
        var service = ServerServiceDefinition.builder("shop.Catalog")
                .addMethod(ECHO, ServerCalls.asyncUnaryCall(GrpcPairTest::echo))
                .addMethod(MANY, ServerCalls.asyncServerStreamingCall(GrpcPairTest::many))
                .addMethod(TALK, ServerCalls.asyncBidiStreamingCall(this::talk))
                .build();
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .maxInboundMessageSize(16 << 20)
                .build();
    }

    private static void echo(byte[] request, StreamObserver<byte[]> answer) {
        if (request.length == 0) {
            var trailers = new Metadata();
            trailers.put(Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER), "empty");
            answer.onError(
                    Status.INVALID_ARGUMENT.withDescription("nothing to echo").asRuntimeException(trailers));
            return;
        }
        if (request[0] == 'w') {
            return; // It never answers.
        }
        answer.onNext(request);
        answer.onCompleted();
    }

    private static void many(byte[] request, StreamObserver<byte[]> answer) {
        for (int i = 0; i < request.length; i++) {
            answer.onNext(new byte[100_000]);
        }
        answer.onCompleted();
    }

    private StreamObserver<byte[]> talk(StreamObserver<byte[]> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                answer.onNext(value);
            }

            @Override
            public void onError(Throwable error) {
                cancelled.incrementAndGet();
            }

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    @BeforeEach
    void start() throws Exception {
        write("web", authority.issue(TestAuthority.uri("spiffe://mesh.test/ns/shop/sa/web")));
        write("catalog", authority.issue(TestAuthority.uri(CATALOG)));
        Files.writeString(state.resolve("root.pem"), authority.rootPem());
        server.start();
        var explicit = options("explicit_http_config: {http2_protocol_options: {}}");
        inbound = proxy("inbound", """
                {transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext,
                  require_client_certificate: true,
                  common_tls_context: {
                    alpn_protocols: [h2, http/1.1],
                    tls_certificates: [
                      {certificate_chain: {filename: "%1$s/catalog.pem"}, private_key: {filename: "%1$s/catalog.key"}}],
                    validation_context: {trusted_ca: {filename: "%1$s/root.pem"}}}}},
                """.formatted(state), server.getPort(), explicit);
        var mutual = """
                transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext,
                  common_tls_context: {
                    tls_certificates: [
                      {certificate_chain: {filename: "%1$s/web.pem"}, private_key: {filename: "%1$s/web.key"}}],
                    validation_context: {
                      trusted_ca: {filename: "%1$s/root.pem"},
                      match_typed_subject_alt_names: [{san_type: URI, matcher: {exact: "%2$s"}}]}}}},
                """.formatted(state, CATALOG);
        outbound = proxy("outbound", "{", port(inbound()), mutual + options("auto_config: {}"));
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port(Objects.requireNonNull(outbound)))
                .usePlaintext()
                .maxInboundMessageSize(16 << 20)
                .build();
    }

    private void write(String name, TestAuthority.Issued issued) throws IOException {
        Files.writeString(state.resolve(name + ".pem"), issued.chain());
        Files.writeString(state.resolve(name + ".key"), issued.key());
    }

    private static String options(String config) {
        return """
                typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {
                  "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions,
                  %s}},
                """.formatted(config);
    }

    private Proxy proxy(String name, String chain, int upstream, String cluster) throws Exception {
        var text = """
                static_resources: {
                listeners: [{name: in, address: {socket_address: {address: 127.0.0.1, port_value: 0}},
                  filter_chains: [%s filters: [{name: envoy.filters.network.http_connection_manager, typed_config: {
                    "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                    stat_prefix: %s,
                    route_config: {name: all, virtual_hosts: [{name: all, domains: ["*"], routes: [
                      {match: {prefix: /shop.Catalog/Denied}, direct_response: {status: 403, body: {inline_string: "no 100%%"}}},
                      {match: {prefix: /}, route: {cluster: next, timeout: 0s,
                        max_stream_duration: {grpc_timeout_header_max: 0s}}}]}]},
                    http_filters: [{name: envoy.filters.http.router, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}]}]}],
                clusters: [{name: next, type: STATIC, connect_timeout: 1s, %s
                  load_assignment: {cluster_name: next, endpoints: [{lb_endpoints: [
                    {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}}]}
                """.formatted(chain, name, cluster, upstream);
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state.resolve(name))
                .withAccessLog(
                        new AccessLogs.Settings(state.resolve(name + ".log").toString(), "json"));
        var proxy = Proxy.start(options);
        proxy.ready().get(5, TimeUnit.SECONDS);
        return proxy;
    }

    private static int port(Proxy proxy) {
        return Objects.requireNonNull(proxy.ports().get("in")).getPort();
    }

    @AfterEach
    void stop() {
        channel().shutdownNow();
        Objects.requireNonNull(outbound).close();
        inbound().close();
        server.shutdownNow();
    }

    private byte[] call(byte[] request, CallOptions options) {
        return ClientCalls.blockingUnaryCall(channel(), ECHO, options.withDeadlineAfter(20, TimeUnit.SECONDS), request);
    }

    private static Status status(Throwable failure) {
        return ((StatusRuntimeException) failure).getStatus();
    }

    @Test
    void unary_calls_pass_with_their_errors_and_trailers() throws IOException {
        assertThat(call(new byte[] {1, 2, 3}, CallOptions.DEFAULT)).containsExactly(1, 2, 3);
        var large = new byte[4 << 20];
        large[large.length - 1] = 7;
        assertThat(call(large, CallOptions.DEFAULT)).isEqualTo(large);
        assertThatThrownBy(() -> call(new byte[0], CallOptions.DEFAULT)).satisfies(failure -> {
            assertThat(status(failure).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(status(failure).getDescription()).isEqualTo("nothing to echo");
            var trailers = Objects.requireNonNull(Status.trailersFromThrowable(failure));
            assertThat(trailers.get(Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo("empty");
        });
        // A request is logged once it has ended, which may be after its caller has its answer.
        await().until(() -> Files.readAllLines(state.resolve("inbound.log")).size() == 3);
        assertThat(Files.readAllLines(state.resolve("inbound.log")))
                .allSatisfy(line -> assertThat(line).contains("\"protocol\":\"HTTP/2\""));
    }

    @Test
    void a_stream_of_answers_larger_than_every_window_passes() {
        var answers = ClientCalls.blockingServerStreamingCall(channel(), MANY, CallOptions.DEFAULT, new byte[80]);
        long bytes = 0;
        while (answers.hasNext()) {
            bytes += answers.next().length;
        }
        assertThat(bytes).isEqualTo(8_000_000);
    }

    @Test
    void both_sides_talk_at_once_and_a_cancelled_call_is_cancelled_at_the_server() {
        List<byte[]> heard = Collections.synchronizedList(new ArrayList<>());
        var ended = new AtomicInteger();
        var call = channel().newCall(TALK, CallOptions.DEFAULT);
        var say = ClientCalls.asyncBidiStreamingCall(call, new StreamObserver<byte[]>() {
            @Override
            public void onNext(byte[] value) {
                heard.add(value);
            }

            @Override
            public void onError(Throwable error) {
                ended.incrementAndGet();
            }

            @Override
            public void onCompleted() {
                ended.incrementAndGet();
            }
        });
        for (int i = 1; i <= 20; i++) {
            int said = i;
            say.onNext(new byte[i]);
            await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() == said);
        }
        call.cancel("enough", null);
        await().atMost(Duration.ofSeconds(10)).until(() -> cancelled.get() == 1 && ended.get() == 1);
    }

    @Test
    void a_deadline_ends_the_call_at_the_proxy_too() {
        var options = CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS);
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel(), ECHO, options, new byte[] {'w'}))
                .satisfies(failure -> assertThat(status(failure).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Files.readAllLines(state.resolve("outbound.log")).size() == 1);
    }

    @Test
    void what_the_proxy_answers_itself_is_an_answer_of_grpc() {
        var denied = Octets.method("shop.Catalog/Denied", MethodDescriptor.MethodType.UNARY);
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel(), denied, CallOptions.DEFAULT, new byte[1]))
                .satisfies(failure -> {
                    assertThat(status(failure).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
                    assertThat(status(failure).getDescription()).isEqualTo("no 100%");
                });
        server.shutdownNow();
        inbound().close();
        assertThatThrownBy(() -> call(new byte[1], CallOptions.DEFAULT))
                .satisfies(failure -> assertThat(status(failure).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }
}
