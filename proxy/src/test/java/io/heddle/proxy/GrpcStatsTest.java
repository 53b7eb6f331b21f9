package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
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
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is counted of gRPC calls between grpc-java's client and server.
final class GrpcStatsTest {
    private static final String LISTENER = """
              - name: @NAME@
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      access_log:
                      - name: file
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                          path: @LOG@
                          log_format: {text_format_source: {inline_string: "%REQ(:PATH)% %FILTER_STATE(envoy.filters.http.grpc_stats:PLAIN)% %FILTER_STATE(envoy.filters.http.grpc_stats:TYPED)%\\n"}}
                      http_filters:
                      - name: envoy.filters.http.grpc_stats
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.grpc_stats.v3.FilterConfig, @STATS@}
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes: [{match: {prefix: /}, route: {cluster: to-@NAME@}}]
            """;
    private static final String CLUSTER = """
              - name: to-@NAME@
                type: STATIC
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
                load_assignment:
                  cluster_name: to-@NAME@
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
            """;

    private final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
    private Server server;
    private Proxy proxy;
    private Path log;

    @BeforeEach
    void start(@TempDir Path state) throws Exception {
        var service = ServerServiceDefinition.builder("shop.Catalog")
                .addMethod(
                        Octets.method("shop.Catalog/Echo", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall(GrpcStatsTest::echo))
                .addMethod(
                        Octets.method("shop.Catalog/Chat", MethodDescriptor.MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(GrpcStatsTest::chat))
                .build();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .build()
                .start();
        log = state.resolve("calls.log");
        var listed = "emit_filter_state: true, enable_upstream_stats: true, individual_method_stats_allowlist:"
                + " {services: [{name: shop.Catalog, method_names: [Echo, Chat]}]}";
        var every = "stats_for_all_methods: true, replace_dots_in_grpc_service_name: true";
        var bootstrap = "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n"
                + "static_resources:\n  listeners:\n"
                + LISTENER.replace("@NAME@", "listed").replace("@STATS@", listed)
                + LISTENER.replace("@NAME@", "every").replace("@STATS@", every)
                + "  clusters:\n"
                + CLUSTER.replace("@NAME@", "listed")
                + CLUSTER.replace("@NAME@", "every");
        bootstrap = bootstrap.replace("@LOG@", log.toString()).replace("@APP@", Integer.toString(server.getPort()));
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state));
        proxy.ready().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.shutdownNow();
    }

    private static void echo(byte[] request, StreamObserver<byte[]> answer) {
        if (request.length == 0) {
            answer.onError(Status.INVALID_ARGUMENT.asRuntimeException());
            return;
        }
        answer.onNext(request);
        answer.onCompleted();
    }

    /// Two answers for each message.
    private static StreamObserver<byte[]> chat(StreamObserver<byte[]> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                answer.onNext(value);
                answer.onNext(value);
            }

            @Override
            public void onError(Throwable gone) {
                // The caller has gone.
            }

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    private int port(String name) {
        return Objects.requireNonNull(proxy.ports().get(name)).getPort();
    }

    private static void unary(ManagedChannel channel, String method, int size) {
        ClientCalls.blockingUnaryCall(
                channel,
                Octets.method("shop.Catalog/" + method, MethodDescriptor.MethodType.UNARY),
                CallOptions.DEFAULT,
                new byte[size]);
    }

    private String metrics() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port("admin"))) {
            socket.setSoTimeout(10_000);
            var request = "GET /stats/prometheus HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /// The samples of gRPC calls at `cluster`, without what all names begin with and without the cluster.
    private List<String> samples(String cluster) throws IOException {
        var label = "envoy_cluster_name=\"" + cluster + "\"";
        return metrics()
                .lines()
                .filter(line -> line.startsWith("envoy_cluster_grpc_") && line.contains(label))
                .map(line -> line.substring("envoy_cluster_grpc_".length()).replace(label, ""))
                .toList();
    }

    private static String of(String service, String method) {
        return "{,envoy_grpc_bridge_service=\"" + service + "\",envoy_grpc_bridge_method=\"" + method + "\"} ";
    }

    @Test
    void counts_calls_and_messages_of_the_methods_that_are_listed_and_of_the_others_together() throws Exception {
        var channel = NettyChannelBuilder.forAddress("127.0.0.1", port("listed"))
                .usePlaintext()
                .build();
        unary(channel, "Echo", 100_000);
        unary(channel, "Echo", 1);
        assertThatThrownBy(() -> unary(channel, "Echo", 0)).isInstanceOf(StatusRuntimeException.class);
        assertThatThrownBy(() -> unary(channel, "Unknown", 3)).isInstanceOf(StatusRuntimeException.class);
        var echo = of("shop.Catalog", "Echo");
        await().untilAsserted(() -> assertThat(samples("to-listed"))
                .contains(
                        "success" + echo + 2,
                        "failure" + echo + 1,
                        "total" + echo + 3,
                        "0" + echo + 2,
                        "3" + echo + 1,
                        "request_message_count" + echo + 3,
                        "response_message_count" + echo + 2,
                        "upstream_rq_time_count" + echo + 3,
                        "failure{} 1",
                        "success{} 0",
                        "12{} 1",
                        "request_message_count{} 1"));
        assertThat(samples("to-every")).isEmpty();
        channel.shutdownNow();
    }

    @Test
    void counts_messages_of_a_stream_as_they_come_and_tells_them_in_the_log_at_its_end() throws Exception {
        var channel = NettyChannelBuilder.forAddress("127.0.0.1", port("listed"))
                .usePlaintext()
                .build();
        var call = channel.newCall(
                Octets.method("shop.Catalog/Chat", MethodDescriptor.MethodType.BIDI_STREAMING), CallOptions.DEFAULT);
        var requests = ClientCalls.asyncBidiStreamingCall(call, new StreamObserver<byte[]>() {
            @Override
            public void onNext(byte[] value) {
                answers.add(value);
            }

            @Override
            public void onError(Throwable failure) {
                answers.add(new byte[0]);
            }

            @Override
            public void onCompleted() {
                answers.add(new byte[] {1, 2, 3});
            }
        });
        requests.onNext(new byte[] {1});
        assertThat(answers.poll(10, TimeUnit.SECONDS)).containsExactly(1);
        assertThat(answers.poll(10, TimeUnit.SECONDS)).containsExactly(1);
        var chat = of("shop.Catalog", "Chat");
        assertThat(samples("to-listed"))
                .contains("request_message_count" + chat + 1, "response_message_count" + chat + 2, "total" + chat + 0);
        requests.onNext(new byte[] {2});
        requests.onCompleted();
        for (int expected : new int[] {1, 1, 3}) {
            assertThat(answers.poll(10, TimeUnit.SECONDS)).hasSize(expected);
        }
        await().untilAsserted(
                        () -> assertThat(samples("to-listed")).contains("total" + chat + 1, "success" + chat + 1));
        await().untilAsserted(() -> assertThat(Files.readString(log))
                .startsWith("/shop.Catalog/Chat 2,4 {") // quotes are escaped in texts
                .contains("request_message_count\\\":2", "response_message_count\\\":4"));
        channel.shutdownNow();
    }

    @Test
    void tells_all_methods_apart_where_it_is_to() throws Exception {
        var channel = NettyChannelBuilder.forAddress("127.0.0.1", port("every"))
                .usePlaintext()
                .build();
        unary(channel, "Echo", 5);
        assertThatThrownBy(() -> unary(channel, "Unknown", 3)).isInstanceOf(StatusRuntimeException.class);
        await().untilAsserted(() -> assertThat(samples("to-every"))
                .contains("success" + of("shop_Catalog", "Echo") + 1, "12" + of("shop_Catalog", "Unknown") + 1)
                .noneMatch(line -> line.contains("upstream_rq_time") || line.contains("{}")));
        assertThat(Files.readString(log)).doesNotContain("1,1");
        channel.shutdownNow();
    }
}
