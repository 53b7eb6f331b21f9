package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.tls.TestAuthority;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TCP relays over TLS: each direction ends for itself, on every hop, as it does without TLS.
class HalfCloseTest {
    private static final String SERVER = "spiffe://mesh.test/ns/shop/sa/ledger";
    private static final int LARGE = 3_000_000;

    private final TestAuthority authority = TestAuthority.create("mesh");

    @TempDir
    private Path state;

    @BeforeEach
    void writeIdentities() throws IOException {
        var issued = authority.issue(TestAuthority.uri(SERVER));
        Files.writeString(state.resolve("own.pem"), issued.chain());
        Files.writeString(state.resolve("own.key"), issued.key());
        Files.writeString(state.resolve("root.pem"), authority.rootPem());
    }

    private Proxy inbound(int port, String minimum) throws Exception {
        return start("inbound", port, """
                transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext,
                  common_tls_context: {
                    tls_params: {tls_minimum_protocol_version: %2$s, tls_maximum_protocol_version: %2$s},
                    tls_certificates: [{certificate_chain: {filename: "%1$s/own.pem"},
                                        private_key: {filename: "%1$s/own.key"}}]}}},
                """.formatted(state, minimum), "");
    }

    /// Both sides show a certificate: the session tickets of TLS 1.3 carry the client's.
    private Proxy mutualInbound(int port) throws Exception {
        return start("inbound", port, """
                transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext,
                  require_client_certificate: true,
                  common_tls_context: {
                    tls_certificates: [{certificate_chain: {filename: "%1$s/own.pem"},
                                        private_key: {filename: "%1$s/own.key"}}],
                    validation_context: {trusted_ca: {filename: "%1$s/root.pem"}}}}},
                """.formatted(state), "");
    }

    private Proxy mutualOutbound(int port) throws Exception {
        return start("outbound", port, "", """
                transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext,
                  common_tls_context: {
                    tls_params: {tls_minimum_protocol_version: TLSv1_2, tls_maximum_protocol_version: TLSv1_3},
                    tls_certificates: [{certificate_chain: {filename: "%1$s/own.pem"},
                                        private_key: {filename: "%1$s/own.key"}}],
                    validation_context: {trusted_ca: {filename: "%1$s/root.pem"}}}}},
                """.formatted(state));
    }

    private Proxy outbound(int port) throws Exception {
        return start("outbound", port, "", """
                transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext,
                  common_tls_context: {
                    tls_params: {tls_minimum_protocol_version: TLSv1_2, tls_maximum_protocol_version: TLSv1_3},
                    validation_context: {trusted_ca: {filename: "%s/root.pem"}}}}},
                """.formatted(state));
    }

    private Proxy start(String name, int port, String ofChain, String ofCluster) throws Exception {
        var text = """
                static_resources: {
                  listeners: [{name: in, address: {socket_address: {address: 127.0.0.1, port_value: 0}},
                    filter_chains: [{%s filters: [{name: envoy.filters.network.tcp_proxy, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy,
                      stat_prefix: relay, cluster: next}}]}]}],
                  clusters: [{name: next, type: STATIC, connect_timeout: 1s, %s
                    load_assignment: {cluster_name: next, endpoints: [{lb_endpoints: [
                      {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}}]}
                """.formatted(ofChain, ofCluster, port);
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state.resolve(name))
                .withNode(new ProxyOptions.NodeOverrides(Optional.of(name), Optional.of(name), Map.of()))
                .withConcurrency(1);
        var proxy = Proxy.start(options);
        proxy.ready().get(5, TimeUnit.SECONDS);
        return proxy;
    }

    private static int port(Proxy proxy) {
        return Objects.requireNonNull(proxy.ports().get("in")).getPort();
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static ServerSocket application() throws IOException {
        return new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    }

    private interface Serving {
        void serve(Socket socket) throws IOException;
    }

    private static CompletableFuture<Void> serve(ServerSocket application, Serving serving) {
        return CompletableFuture.runAsync(() -> {
            try (var socket = application.accept()) {
                socket.setSoTimeout(10_000);
                serving.serve(socket);
            } catch (IOException broken) {
                throw new IllegalStateException(broken);
            }
        });
    }

    /// Reads all that comes, then says how much it was, followed by a large rest.
    private static void answerAfterTheEnd(Socket socket) throws IOException {
        var all = socket.getInputStream().readAllBytes();
        socket.getOutputStream().write((all.length + ";").getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(new byte[LARGE]);
    }

    private static void askAndEnd(Socket client) throws IOException {
        client.getOutputStream().write(new byte[LARGE]);
        client.shutdownOutput();
        var answer = client.getInputStream().readAllBytes();
        assertThat(new String(answer, 0, 8, StandardCharsets.US_ASCII)).isEqualTo(LARGE + ";");
        assertThat(answer).hasSize(8 + LARGE);
    }

    @Test
    void a_server_that_speaks_first_is_heard_over_mutual_tls() throws Exception {
        try (var application = application();
                var inbound = mutualInbound(application.getLocalPort());
                var outbound = mutualOutbound(port(inbound));
                var client = connect(port(outbound))) {
            var served = serve(application, socket -> {
                socket.getOutputStream().write("220 hello\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readAllBytes()).hasSize(LARGE);
            });
            assertThat(new String(client.getInputStream().readNBytes(10), StandardCharsets.US_ASCII))
                    .isEqualTo("220 hello\n");
            client.getOutputStream().write(new byte[LARGE]);
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
            served.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_server_that_ends_without_a_word_still_hears_its_client_over_mutual_tls() throws Exception {
        try (var application = application();
                var inbound = mutualInbound(application.getLocalPort());
                var outbound = mutualOutbound(port(inbound));
                var client = connect(port(outbound))) {
            var served = serve(application, socket -> {
                socket.shutdownOutput();
                assertThat(socket.getInputStream().readAllBytes()).hasSize(LARGE);
            });
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            client.getOutputStream().write(new byte[LARGE]);
            client.shutdownOutput();
            served.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_client_that_has_said_all_gets_its_answer_through_two_proxies() throws Exception {
        for (var version : new String[] {"TLSv1_3", "TLSv1_2"}) {
            try (var application = application();
                    var inbound = inbound(application.getLocalPort(), version);
                    var outbound = outbound(port(inbound));
                    var client = connect(port(outbound))) {
                var served = serve(application, HalfCloseTest::answerAfterTheEnd);
                askAndEnd(client);
                served.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void a_server_that_has_said_all_goes_on_hearing_through_two_proxies() throws Exception {
        try (var application = application();
                var inbound = inbound(application.getLocalPort(), "TLSv1_3");
                var outbound = outbound(port(inbound));
                var client = connect(port(outbound))) {
            var heard = new CompletableFuture<Integer>();
            var served = serve(application, socket -> {
                socket.getOutputStream().write(new byte[LARGE]);
                socket.shutdownOutput();
                heard.complete(socket.getInputStream().readAllBytes().length);
            });
            assertThat(client.getInputStream().readAllBytes()).hasSize(LARGE);
            client.getOutputStream().write(new byte[LARGE]);
            client.shutdownOutput();
            assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo(LARGE);
            served.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void another_tls_library_may_end_its_half_too() throws Exception {
        try (var application = application();
                var inbound = inbound(application.getLocalPort(), "TLSv1_3");
                var client = secured(connect(port(inbound)))) {
            var served = serve(application, HalfCloseTest::answerAfterTheEnd);
            askAndEnd(client);
            served.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void small_messages_go_back_and_forth_without_delay() throws Exception {
        try (var application = application();
                var inbound = inbound(application.getLocalPort(), "TLSv1_3");
                var outbound = outbound(port(inbound));
                var client = connect(port(outbound))) {
            var served = serve(application, socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
            for (int i = 0; i < 1_000; i++) {
                client.getOutputStream().write(new byte[] {(byte) i, 2});
                assertThat(client.getInputStream().readNBytes(2)).containsExactly((byte) i, 2);
            }
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            served.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_broken_record_ends_the_connection() throws Exception {
        try (var application = application();
                var inbound = inbound(application.getLocalPort(), "TLSv1_3");
                var raw = connect(port(inbound));
                var client = secured(raw)) {
            var served = serve(application, socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');
            raw.getOutputStream().write(new byte[] {
                23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
            });
            assertThat(raw.getInputStream().readAllBytes()).hasSizeLessThan(100); // its alert, encrypted
            served.get(10, TimeUnit.SECONDS);
        }
    }

    private SSLSocket secured(Socket raw) throws Exception {
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        var root = authority.rootPem().getBytes(StandardCharsets.US_ASCII);
        store.setCertificateEntry(
                "root", CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(root)));
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        var socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "ledger", raw.getPort(), true);
        socket.setEnabledProtocols(new String[] {"TLSv1.3"});
        socket.startHandshake();
        return socket;
    }
}
