package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.listen.Origin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A proxy with little memory, in a process of its own, whose memory is filled: it sheds requests, goes on with
/// what it has, and takes requests again.
class OverloadTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final int MOST_HOGS = 200;

    @TempDir
    private Path folder;

    private final Map<String, Integer> ports = new HashMap<>();
    private Origin endless;
    private Origin echo;
    private Process process;
    private BufferedReader output;
    private PrintWriter commands;

    @BeforeEach
    void start() throws IOException {
        endless = Origin.endless();
        echo = Origin.echoing("");
        var bootstrap = folder.resolve("bootstrap.yaml");
        Files.writeString(bootstrap, bootstrap());
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx48m",
                        "-Xms48m",
                        "-Xmn8m", // collected often, so that the gauge sees the heap fill before it is full
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:MaxDirectMemorySize=32m",
                        "-Dio.netty.allocator.type=pooled",
                        "-Dio.netty.allocator.numDirectArenas=1",
                        "-Dio.netty.allocator.maxOrder=5",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallProxy.class.getName(),
                        bootstrap.toString(),
                        folder.resolve("state").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        commands = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        var line = output.readLine();
        while (line != null && !line.equals("ready")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                ports.put(line.substring(0, equals), Integer.parseInt(line.substring(equals + 1)));
            }
            line = output.readLine();
        }
        assertThat(ports).containsKeys("web", "relay", "admin");
    }

    @AfterEach
    void stop() throws Exception {
        commands.close();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        endless.close();
        echo.close();
    }

    private String bootstrap() {
        return """
                admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
                overload_manager:
                  refresh_interval: 0.02s
                  actions:
                  - name: envoy.overload_actions.stop_accepting_requests
                    triggers:
                    - { name: heddle.resource_monitors.direct_memory, threshold: { value: 0.7 } }
                    - { name: envoy.resource_monitors.fixed_heap, threshold: { value: 0.75 } }
                static_resources:
                  listeners:
                  - name: web
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    per_connection_buffer_limit_bytes: 1048576
                    filter_chains: [ { filters: [ { name: http, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                      stat_prefix: web, http_filters: [ { name: buffer, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer,
                        max_request_bytes: 100000000 } }, { name: router, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } } ],
                      route_config: { name: all, virtual_hosts: [ { name: all, domains: ["*"], routes: [
                        { match: { prefix: /endless }, route: { cluster: endless, timeout: 0s } },
                        { match: { prefix: / }, direct_response: { status: 200, body: { inline_string: ok } } } ] } ] } } } ] } ]
                  - name: relay
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    filter_chains: [ { filters: [ { name: tcp, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy,
                      stat_prefix: relay, cluster: echo } } ] } ]
                  clusters:
                """ + cluster("endless", endless.port()) + cluster("echo", echo.port());
    }

    private static String cluster(String name, int port) {
        return """
                  - name: %s
                    per_connection_buffer_limit_bytes: 1048576
                    load_assignment: { cluster_name: %s, endpoints: [ { lb_endpoints: [ { endpoint: { address: {
                      socket_address: { address: 127.0.0.1, port_value: %d } } } } ] } ] }
                """.formatted(name, name, port);
    }

    private Socket connect(String listener) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Objects.requireNonNull(ports.get(listener))));
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static int ask(Socket client) throws IOException {
        Origin.write(client, GET);
        var head = Origin.head(client.getInputStream());
        int at = head.indexOf("content-length: ") + "content-length: ".length();
        Origin.read(client.getInputStream(), Integer.parseInt(head.substring(at, head.indexOf('\r', at))));
        return Integer.parseInt(head.substring(9, 12));
    }

    private static void assertRelays(Socket relay) throws IOException {
        Origin.write(relay, "ping");
        assertThat(Origin.read(relay.getInputStream(), 4)).isEqualTo("ping");
    }

    private String stats(String filter) throws IOException {
        try (var admin = connect("admin")) {
            Origin.write(admin, "GET /stats?filter=" + filter + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
            return new String(admin.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Socket relay() throws IOException {
        var relay = connect("relay");
        Origin.write(relay, "\r\n\r\n");
        assertRelays(relay);
        return relay;
    }

    @Test
    void a_body_beyond_the_memory_there_is_gets_an_answer_though_its_limit_is_larger() throws IOException {
        try (var client = new Socket(InetAddress.getLoopbackAddress(), Objects.requireNonNull(ports.get("web")))) {
            client.setSoTimeout(20_000);
            client.getOutputStream()
                    .write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 413");
        }
    }

    @Test
    void full_buffers_shed_requests_until_they_are_read_or_gone() throws IOException {
        List<Socket> hogs = new ArrayList<>();
        try (var client = connect("web");
                var relay = relay()) {
            assertThat(ask(client)).isEqualTo(200);
            int status = 200;
            while (status == 200 && hogs.size() < MOST_HOGS) {
                var hog = connect("web");
                hogs.add(hog);
                Origin.write(hog, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
                Origin.head(hog.getInputStream());
                status = ask(client);
            }
            System.out.println("shed after " + hogs.size() + " clients that do not read");
            assertThat(status).isEqualTo(503);
            assertRelays(relay);
            assertThat(stats("overload"))
                    .contains("overload.envoy.overload_actions.stop_accepting_requests.active: 1")
                    .containsPattern("envoy_http_downstream_rq_overload_close_total: [1-9]");
            for (var hog : hogs) {
                hog.close();
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> ask(client) == 200);
            assertRelays(relay);
        }
    }

    private void command(String text) throws IOException {
        commands.println(text);
        var line = output.readLine();
        while (line != null && !line.equals("done")) {
            line = output.readLine();
        }
        assertThat(line).isEqualTo("done");
    }

    @Test
    void a_full_heap_sheds_requests_until_it_is_free() throws IOException {
        try (var client = connect("web");
                var relay = relay()) {
            int status = 200;
            int megabytes = 0;
            while (status == 200 && megabytes < 40) {
                command("more");
                megabytes++;
                for (int i = 0; i < 30 && status == 200; i++) {
                    status = ask(client);
                }
            }
            System.out.println("shed after " + megabytes + " MB of heap");
            assertThat(status).isEqualTo(503);
            assertRelays(relay);
            assertThat(stats("fixed_heap")).containsPattern("fixed_heap\\.pressure: (7[5-9]|[89][0-9]|100)");
            command("less");
            await().atMost(Duration.ofSeconds(20)).until(() -> ask(client) == 200);
            assertRelays(relay);
        }
    }
}
