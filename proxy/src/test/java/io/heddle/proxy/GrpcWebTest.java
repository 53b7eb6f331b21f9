package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.proxy.grpc.Octets;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What a browser's gRPC-Web client sends and reads, byte by byte, before a real gRPC server.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GrpcWebTest {
    private static final String BOOTSTRAP = """
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
            static_resources:
              listeners:
              - name: in
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      http_filters:
                      - name: envoy.filters.http.cors
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}
                      - name: envoy.filters.http.grpc_web
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb}
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          typed_per_filter_config:
                            envoy.filters.http.cors:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy
                              allow_origin_string_match: [{exact: "https://shop.example"}]
                              expose_headers: grpc-status,grpc-message
                          routes:
                          - {match: {prefix: /gone}, route: {cluster: gone}}
                          - {match: {prefix: /shop.Flaky}, route: {cluster: flaky}}
                          - {match: {prefix: /}, route: {cluster: app, max_grpc_timeout: 20s, grpc_timeout_offset: 0.9s}}
              clusters:
              - {name: gone, type: STATIC}
              - name: flaky
                type: STATIC
                outlier_detection: {consecutive_5xx: 1, max_ejection_percent: 100}
                common_lb_config: {healthy_panic_threshold: {value: 0}}
                http2_protocol_options: {}
                load_assignment:
                  cluster_name: flaky
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
              - name: app
                type: STATIC
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
                load_assignment:
                  cluster_name: app
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
            """;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Server server;
    private Proxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        var service = ServerServiceDefinition.builder("shop.Catalog")
                .addMethod(
                        Octets.method("shop.Catalog/Echo", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall(GrpcWebTest::echo))
                .addMethod(
                        Octets.method("shop.Catalog/Many", MethodDescriptor.MethodType.SERVER_STREAMING),
                        ServerCalls.asyncServerStreamingCall(GrpcWebTest::many))
                .addMethod(
                        Octets.method("shop.Catalog/Silent", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall((_, _) -> {}))
                .build();
        var flaky = ServerServiceDefinition.builder("shop.Flaky")
                .addMethod(
                        Octets.method("shop.Flaky/Fail", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall((_, answer) -> answer.onError(
                                Status.UNAVAILABLE.withDescription("down").asRuntimeException())))
                .build();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .addService(flaky)
                .build()
                .start();
        var bootstrap = BOOTSTRAP.replace("@APP@", Integer.toString(server.getPort()));
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state));
        proxy.ready().get(10, TimeUnit.SECONDS);
    }

    @AfterAll
    void stop() {
        proxy.close();
        server.shutdownNow();
    }

    private static void echo(byte[] request, StreamObserver<byte[]> answer) {
        if (request.length == 0) {
            var trailers = new Metadata();
            trailers.put(Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER), "empty");
            answer.onError(Status.INVALID_ARGUMENT.withDescription("nothing").asRuntimeException(trailers));
            return;
        }
        answer.onNext(request);
        answer.onCompleted();
    }

    private static void many(byte[] request, StreamObserver<byte[]> answer) {
        for (int i = 0; i < request.length; i++) {
            answer.onNext(new byte[] {request[i], (byte) i});
        }
        answer.onCompleted();
    }

    private static byte[] frame(int kind, String message) {
        var bytes = message.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(5 + bytes.length)
                .put((byte) kind)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private HttpResponse<byte[]> call(String path, String type, String accept, byte[] body) throws Exception {
        int port = Objects.requireNonNull(proxy.ports().get("in")).getPort();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("content-type", type)
                .header("accept", accept)
                .header("origin", "https://shop.example")
                .header("x-grpc-web", "1")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    /// The frames of a body: their kind and what is in them.
    private static List<String> frames(byte[] body) {
        var frames = new ArrayList<String>();
        var bytes = ByteBuffer.wrap(body);
        while (bytes.hasRemaining()) {
            int kind = bytes.get() & 0xff;
            var message = new byte[bytes.getInt()];
            bytes.get(message);
            frames.add(kind + ":" + new String(message, StandardCharsets.ISO_8859_1));
        }
        return frames;
    }

    /// What a client of the text form makes of a body: groups of four, padded anywhere.
    private static byte[] decode(byte[] body) {
        var plain = new ByteArrayOutputStream();
        for (int i = 0; i < body.length; i += 4) {
            plain.writeBytes(Base64.getDecoder().decode(new String(body, i, 4, StandardCharsets.ISO_8859_1)));
        }
        return plain.toByteArray();
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void a_binary_call_gets_its_trailers_in_the_last_frame() throws Exception {
        var type = "application/grpc-web+proto";
        var answer = call("/shop.Catalog/Echo", type, type, frame(0, "hello"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "content-type")).isEqualTo("application/grpc-web+proto");
        assertThat(header(answer, "access-control-allow-origin")).isEqualTo("https://shop.example");
        assertThat(header(answer, "access-control-expose-headers")).isEqualTo("grpc-status,grpc-message");
        assertThat(frames(answer.body())).containsExactly("0:hello", "128:grpc-status:0\r\n");
        assertThat(frames(
                        call("/shop.Catalog/Many", type, type, frame(0, "abc")).body()))
                .containsExactly("0:a\0", "0:b\1", "0:c\2", "128:grpc-status:0\r\n");
    }

    @Test
    void a_text_call_is_base64_both_ways() throws Exception {
        var type = "application/grpc-web-text";
        var body = Base64.getEncoder().encode(frame(0, "hello"));
        var answer = call("/shop.Catalog/Echo", type, type, body);
        assertThat(header(answer, "content-type")).isEqualTo("application/grpc-web-text+proto");
        assertThat(frames(decode(answer.body()))).containsExactly("0:hello", "128:grpc-status:0\r\n");
        assertThat(frames(decode(call(
                                "/shop.Catalog/Many",
                                type,
                                type,
                                Base64.getEncoder().encode(frame(0, "xy")))
                        .body())))
                .containsExactly("0:x\0", "0:y\1", "128:grpc-status:0\r\n");
        var wrong = call("/shop.Catalog/Echo", type, type, "no base64!".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(header(wrong, "grpc-status")).isEqualTo("13");
    }

    @Test
    void an_error_tells_its_status_where_the_client_looks() throws Exception {
        var type = "application/grpc-web+proto";
        var failed = call("/shop.Catalog/Echo", type, type, frame(0, ""));
        assertThat(header(failed, "grpc-status"))
                .as("an answer that ends with its head")
                .isEqualTo("3");
        assertThat(header(failed, "grpc-message")).isEqualTo("nothing");
        assertThat(header(failed, "content-type")).isEqualTo("application/grpc-web+proto");
        var unknown = call("/shop.Catalog/Other", type, type, frame(0, "x"));
        assertThat(header(unknown, "grpc-status")).isEqualTo("12");
        var gone = call("/gone", type, type, frame(0, "x"));
        assertThat(gone.statusCode()).isEqualTo(200);
        assertThat(header(gone, "grpc-status")).isEqualTo("14");
        assertThat(header(gone, "grpc-message")).isEqualTo("no healthy upstream");
        assertThat(gone.headers().allValues("content-type")).containsExactly("application/grpc-web+proto");
        assertThat(gone.body()).isEmpty();
    }

    @Test
    void a_host_is_judged_by_the_grpc_status_of_its_answers() throws Exception {
        var type = "application/grpc-web+proto";
        var failed = call("/shop.Flaky/Fail", type, type, frame(0, "x"));
        assertThat(header(failed, "grpc-message")).isEqualTo("down");
        var ejected = call("/shop.Flaky/Fail", type, type, frame(0, "x"));
        assertThat(header(ejected, "grpc-message")).isEqualTo("no healthy upstream");
    }

    @Test
    void a_call_takes_no_longer_than_its_client_waits() throws Exception {
        int port = Objects.requireNonNull(proxy.ports().get("in")).getPort();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/shop.Catalog/Silent"))
                .header("content-type", "application/grpc-web+proto")
                .header("grpc-timeout", "1S") // the service's own deadline; the proxy's comes before
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofByteArray(frame(0, "x")))
                .build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(header(answer, "grpc-status")).as("DEADLINE_EXCEEDED").isEqualTo("4");
    }

    @Test
    void http2_is_alike(@TempDir Path folder) throws Exception {
        var curl = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(path -> Path.of(path, "curl"))
                .filter(file -> file.toFile().canExecute())
                .findFirst();
        assumeTrue(curl.isPresent(), "SKIPPED: no curl here");
        var body = Files.write(folder.resolve("body"), frame(0, "hello"));
        int port = Objects.requireNonNull(proxy.ports().get("in")).getPort();
        var process = new ProcessBuilder(
                        curl.get().toString(),
                        "-s",
                        "--max-time",
                        "10",
                        "--http2-prior-knowledge",
                        "-H",
                        "content-type: application/grpc-web+proto",
                        "--data-binary",
                        "@" + body,
                        "http://127.0.0.1:" + port + "/shop.Catalog/Echo")
                .start();
        assertThat(frames(process.getInputStream().readAllBytes())).containsExactly("0:hello", "128:grpc-status:0\r\n");
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
