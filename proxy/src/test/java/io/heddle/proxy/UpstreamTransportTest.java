package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.listen.Origin;
import io.heddle.proxy.observe.AccessLogs;
import io.heddle.proxy.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// How connections to hosts are opened, and what is said first on them, over real sockets.
class UpstreamTransportTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String RAW = """
            {name: envoy.transport_sockets.raw_buffer, typed_config: {
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer}}""";

    private final TestAuthority authority = TestAuthority.create("mesh");
    private final Recorder host = new Recorder();

    @TempDir
    private Path state;

    @AfterEach
    void stop() throws IOException {
        host.close();
    }

    /// A host that remembers how each connection begins, and where it comes from.
    private static final class Recorder implements AutoCloseable {
        private final ServerSocket server;
        private final AtomicInteger connections = new AtomicInteger();
        private final BlockingQueue<String> first = new LinkedBlockingQueue<>();
        private final BlockingQueue<InetSocketAddress> sources = new LinkedBlockingQueue<>();

        Recorder() {
            try {
                server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
            } catch (IOException refused) {
                throw new java.io.UncheckedIOException(refused);
            }
            Thread.ofVirtual().start(this::accept);
        }

        private void accept() {
            try {
                while (true) {
                    var socket = server.accept();
                    connections.incrementAndGet();
                    sources.add((InetSocketAddress) socket.getRemoteSocketAddress());
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException closed) {
                // The test is over.
            }
        }

        private void serve(Socket socket) {
            try (socket) {
                var head = Origin.head(socket.getInputStream());
                first.add(head);
                while (!head.isEmpty()) {
                    Origin.write(socket, OK);
                    head = Origin.head(socket.getInputStream());
                }
            } catch (IOException ended) {
                // The proxy is gone.
            }
        }

        String first() throws InterruptedException {
            return Objects.requireNonNull(first.poll(10, TimeUnit.SECONDS));
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private Proxy proxy(String name, String listener, String cluster) throws Exception {
        var text = """
                static_resources: {
                  listeners: [{name: in, address: {socket_address: {address: 127.0.0.1, port_value: 0}}, %s
                      filters: [{name: envoy.filters.network.http_connection_manager, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                      stat_prefix: relay,
                      route_config: {name: all, virtual_hosts: [{name: all, domains: ["*"], routes: [
                        {match: {prefix: /}, route: {cluster: next}}]}]},
                      http_filters: [{name: envoy.filters.http.router, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}]}]}],
                  clusters: [{name: next, type: STATIC, connect_timeout: 1s, %s}]}
                """.formatted(listener, cluster);
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state.resolve(name))
                .withNode(new ProxyOptions.NodeOverrides(Optional.of(name), Optional.of(name), Map.of()))
                .withAccessLog(
                        new AccessLogs.Settings(state.resolve(name + ".log").toString(), "json"))
                .withConcurrency(1);
        var proxy = Proxy.start(options);
        proxy.ready().get(5, TimeUnit.SECONDS);
        return proxy;
    }

    private Proxy outbound(String cluster) throws Exception {
        return proxy("outbound", "filter_chains: [{", cluster);
    }

    /// TLS behind a PROXY header that must be there.
    private Proxy inbound(String listenerFilters) throws Exception {
        var issued = authority.issue(TestAuthority.dns("ledger"));
        Files.writeString(state.resolve("own.pem"), issued.chain());
        Files.writeString(state.resolve("own.key"), issued.key());
        Files.writeString(state.resolve("root.pem"), authority.rootPem());
        return proxy("inbound", listenerFilters + """
                 filter_chains: [{
                transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext,
                  common_tls_context: {tls_certificates: [{certificate_chain: {filename: "%1$s/own.pem"},
                    private_key: {filename: "%1$s/own.key"}}]}}},
                """.formatted(state), endpoints(endpoint(host.port(), "")));
    }

    private String tls() {
        return """
                {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext,
                  common_tls_context: {validation_context: {trusted_ca: {filename: "%s/root.pem"}}}}}""".formatted(state);
    }

    private static String announcing(String version, String inner) {
        return """
                transport_socket: {name: envoy.transport_sockets.upstream_proxy_protocol, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport,
                  config: {version: %s}, transport_socket: %s}},
                """.formatted(version, inner);
    }

    private static String endpoint(int port, String more) {
        return "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: " + port + "}}}" + more + "}";
    }

    private static String endpoints(String... each) {
        return "load_assignment: {cluster_name: next, endpoints: [{lb_endpoints: [" + String.join(", ", each) + "]}]}";
    }

    private static Socket connect(Proxy proxy) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                Objects.requireNonNull(proxy.ports().get("in")).getPort()));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String ask(Socket client) throws IOException {
        Origin.write(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        var head = Origin.head(client.getInputStream());
        if (head.startsWith("HTTP/1.1 200")) {
            Origin.read(client.getInputStream(), 2);
        }
        return head.substring(9, 12);
    }

    @Test
    void checks_offer_protocols_of_their_own() throws Exception {
        Files.writeString(state.resolve("root.pem"), authority.rootPem());
        var check = "health_checks: [{timeout: 1s, interval: 0.1s, unhealthy_threshold: 1, healthy_threshold: 1,"
                + " http_health_check: {path: /ok}, tls_options: {alpn_protocols: [check/1]}}], transport_socket: ";
        try (var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var _ = outbound(check + tls() + ", " + endpoints(endpoint(server.getLocalPort(), "")));
                var socket = server.accept()) {
            socket.setSoTimeout(10_000);
            var in = socket.getInputStream();
            var record = in.readNBytes(5); // of TLS: type, version, length
            var hello = in.readNBytes((record[3] & 0xff) << 8 | (record[4] & 0xff));
            assertThat(new String(hello, StandardCharsets.ISO_8859_1)).contains("\u0007check/1");
        }
    }

    @Test
    void each_client_is_announced_on_connections_of_its_own() throws Exception {
        try (var proxy = outbound(announcing("V1", RAW) + endpoints(endpoint(host.port(), "")));
                var one = connect(proxy);
                var two = connect(proxy)) {
            assertThat(ask(one)).isEqualTo("200");
            assertThat(host.first())
                    .startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 " + one.getLocalPort() + " " + one.getPort() + "\r\n");
            assertThat(ask(two)).isEqualTo("200");
            assertThat(host.first()).startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 " + two.getLocalPort() + " ");
            assertThat(ask(one)).isEqualTo("200");
            assertThat(ask(two)).isEqualTo("200");
            assertThat(host.connections).hasValue(2);
        }
    }

    @Test
    void the_announcement_comes_before_tls_and_is_believed_behind_it() throws Exception {
        var believing = """
                listener_filters: [{name: envoy.filters.listener.proxy_protocol, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol}}],
                """;
        try (var inbound = inbound(believing);
                var outbound = outbound(announcing("V2", tls())
                        + endpoints(endpoint(
                                Objects.requireNonNull(inbound.ports().get("in"))
                                        .getPort(),
                                "")));
                var client = connect(outbound)) {
            assertThat(ask(client)).isEqualTo("200");
            var log = state.resolve("inbound.log");
            await().until(() -> Files.exists(log) && Files.size(log) > 0);
            assertThat(Files.readString(log, StandardCharsets.UTF_8)).contains("127.0.0.1:" + client.getLocalPort());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX) // every address of 127.0.0.0/8 is there
    void a_host_that_answers_at_its_second_address_gets_the_same() throws Exception {
        var believing = """
                listener_filters: [{name: envoy.filters.listener.proxy_protocol, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol}}],
                """;
        try (var inbound = inbound(believing)) {
            int port = Objects.requireNonNull(inbound.ports().get("in")).getPort();
            var host = """
                    {endpoint: {address: {socket_address: {address: 127.0.0.5, port_value: %1$d}},
                      additional_addresses: [{address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}}]}}
                    """.formatted(port);
            try (var outbound = outbound(announcing("V2", tls()) + endpoints(host));
                    var client = connect(outbound)) {
                assertThat(ask(client)).isEqualTo("200");
                assertThat(ask(client)).isEqualTo("200");
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX) // every address of 127.0.0.0/8 is there
    void connections_come_from_the_address_that_the_cluster_names() throws Exception {
        var bind = "upstream_bind_config: {source_address: {address: 127.0.0.9, port_value: 0}}, ";
        try (var proxy = outbound(bind + endpoints(endpoint(host.port(), "")));
                var client = connect(proxy)) {
            assertThat(ask(client)).isEqualTo("200");
            var source = Objects.requireNonNull(host.sources.poll(10, TimeUnit.SECONDS));
            assertThat(source.getAddress().getHostAddress()).isEqualTo("127.0.0.9");
        }
        var missing = "upstream_bind_config: {source_address: {address: 192.0.2.1, port_value: 0}}, ";
        try (var proxy = outbound(missing + endpoints(endpoint(host.port(), "")));
                var client = connect(proxy)) {
            assertThat(ask(client)).isEqualTo("503");
        }
    }

    @Test
    void each_endpoint_gets_the_transport_that_its_metadata_picks() throws Exception {
        try (var inbound = inbound("")) {
            int secured = Objects.requireNonNull(inbound.ports().get("in")).getPort();
            var matches = "transport_socket_matches: [{name: tls, match: {tlsMode: istio, zone: a}, transport_socket: "
                    + tls() + "}, {name: plain, match: {}, transport_socket: " + RAW + "}], ";
            var mesh = ", metadata: {filter_metadata: {envoy.transport_socket_match: {tlsMode: istio, zone: a, x: y}}}";
            var half = ", metadata: {filter_metadata: {envoy.transport_socket_match: {tlsMode: istio}}}";
            var both = endpoints(endpoint(secured, mesh), endpoint(host.port(), half));
            try (var outbound = outbound(matches + both);
                    var client = connect(outbound)) {
                for (int i = 0; i < 4; i++) {
                    assertThat(ask(client)).isEqualTo("200");
                }
            }
            assertThat(host.connections).hasValue(2);
            try (var outbound = outbound(matches + endpoints(endpoint(secured, half)));
                    var client = connect(outbound)) {
                assertThat(ask(client)).isEqualTo("503");
            }
        }
    }

    @Test
    void what_picks_a_transport_may_be_any_value() throws Exception {
        try (var inbound = inbound("")) {
            int secured = Objects.requireNonNull(inbound.ports().get("in")).getPort();
            var matches = "transport_socket_matches: [{name: tls, match: {acceptMTLS: true, hop: 2, by: [a]}, "
                    + "transport_socket: " + tls() + "}, {name: plain, match: {}, transport_socket: " + RAW + "}], ";
            var same = ", metadata: {filter_metadata: {envoy.transport_socket_match: "
                    + "{acceptMTLS: true, hop: 2.0, by: [a], x: null}}}";
            var text = ", metadata: {filter_metadata: {envoy.transport_socket_match: "
                    + "{acceptMTLS: \"true\", hop: 2, by: [a]}}}";
            try (var outbound = outbound(matches + endpoints(endpoint(secured, same)));
                    var client = connect(outbound)) {
                assertThat(ask(client)).isEqualTo("200");
            }
            try (var outbound = outbound(matches + endpoints(endpoint(host.port(), text)));
                    var client = connect(outbound)) {
                assertThat(ask(client)).as("a text is no truth value").isEqualTo("200");
            }
        }
    }

    @Test
    void a_connection_is_opened_ahead_of_the_request_that_needs_it() throws Exception {
        var ahead = "preconnect_policy: {per_upstream_preconnect_ratio: 2.0}, ";
        try (var proxy = outbound(ahead + endpoints(endpoint(host.port(), "")));
                var client = connect(proxy)) {
            assertThat(ask(client)).isEqualTo("200");
            await().until(() -> host.connections.get() == 2);
            for (int i = 0; i < 5; i++) {
                assertThat(ask(client)).isEqualTo("200");
            }
            assertThat(host.connections).hasValue(2);
        }
    }
}
