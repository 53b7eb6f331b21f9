package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.listen.Origin;
import io.heddle.proxy.observe.AccessLogs;
import io.heddle.proxy.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Two sidecars in this process, between a client and an application that speak plaintext: what the one says and the
/// other believes.
@ParameterizedClass
@ValueSource(strings = {"h2", "http/1.1"})
class MeshPairTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String WEB = "spiffe://mesh.test/ns/shop/sa/web";
    private static final String CATALOG = "spiffe://mesh.test/ns/shop/sa/catalog";
    private static final String STRICT = "";
    private static final String PERMISSIVE = "permissive";

    private final TestAuthority authority = TestAuthority.create("mesh");
    private Origin application = Origin.answering(OK);

    /// What the outbound sidecar offers by ALPN, newest first; an old one offers HTTP/1.1 alone.
    @Parameter
    private String newest = "";

    @TempDir
    private Path state;

    @BeforeEach
    void writeIdentities() throws IOException {
        write("web", authority.issue(TestAuthority.uri(WEB)));
        write("catalog", authority.issue(TestAuthority.uri(CATALOG)));
        Files.writeString(state.resolve("root.pem"), authority.rootPem());
    }

    private void write(String name, TestAuthority.Issued issued) throws IOException {
        Files.writeString(state.resolve(name + ".pem"), issued.chain());
        Files.writeString(state.resolve(name + ".key"), issued.key());
    }

    @AfterEach
    void stopApplication() throws IOException {
        application.close();
    }

    private Proxy inbound(String mode) throws Exception {
        return start(
                "inbound",
                bootstrap(inboundListener(mode), cluster(application.port(), "")),
                metadata("shop", "catalog-1"),
                1);
    }

    private Proxy outbound(Proxy inbound, String namespace) throws Exception {
        var mutual = """
                transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext,
                  sni: outbound_.80_._.catalog.shop,
                  common_tls_context: {
                    alpn_protocols: [%3$s],
                    tls_certificates: [
                      {certificate_chain: {filename: "%1$s/web.pem"}, private_key: {filename: "%1$s/web.key"}}],
                    validation_context: {
                      trusted_ca: {filename: "%1$s/root.pem"},
                      match_typed_subject_alt_names: [{san_type: URI, matcher: {exact: "%2$s"}}]}}}},
                """.formatted(state, CATALOG, newest);
        if (newest.equals("h2")) {
            mutual += """
                    typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {
                      "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions,
                      auto_config: {}}},
                    """;
        }
        var text = bootstrap(
                listener("outbound", "", "{filters: [" + manager("outbound", "", "") + "]}"),
                cluster(port(inbound, "inbound"), mutual));
        return start("outbound", text, metadata(namespace, "web-1"), 1);
    }

    private Proxy start(String name, String resources, Map<String, Object> metadata, int loops) throws Exception {
        var node = new ProxyOptions.NodeOverrides(Optional.of(name), Optional.of(name), metadata);
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(resources), state.resolve(name))
                .withNode(node)
                .withConcurrency(loops)
                .withAccessLog(new AccessLogs.Settings(log(name).toString(), "json"));
        var proxy = Proxy.start(options);
        proxy.ready().get(5, TimeUnit.SECONDS);
        return proxy;
    }

    private Path log(String name) {
        return state.resolve(name + ".log");
    }

    private static Map<String, Object> metadata(String namespace, String workload) {
        return Map.of(
                "NAMESPACE", namespace, "WORKLOAD_NAME", workload, "CLUSTER_ID", "here", "LABELS", Map.of("app", "a"));
    }

    private String inboundListener(String mode) {
        var rules = """
                {name: envoy.filters.http.rbac, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC,
                  rules: {action: DENY, policies: {"ns[shop]-policy[no-admin]-rule[0]": {
                    permissions: [{url_path: {path: {prefix: /admin}}}, {url_path: {path: {exact: /secret}}}],
                    principals: [{any: true}]}}}}},
                """;
        var details = "forward_client_cert_details: SANITIZE_SET, set_current_client_cert_details: {uri: true},"
                + " normalize_path: true, merge_slashes: true,";
        var mutual = """
                transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext,
                  require_client_certificate: true,
                  common_tls_context: {
                    tls_params: {tls_minimum_protocol_version: TLSv1_3, tls_maximum_protocol_version: TLSv1_3},
                    alpn_protocols: [h2, http/1.1],
                    tls_certificates: [
                      {certificate_chain: {filename: "%1$s/catalog.pem"}, private_key: {filename: "%1$s/catalog.key"}}],
                    validation_context: {trusted_ca: {filename: "%1$s/root.pem"}}}}},
                """.formatted(state);
        var filters = "filters: [" + manager("inbound", details, rules) + "]}";
        if (mode.equals(STRICT)) {
            return listener("inbound", "", "{" + mutual + filters);
        }
        var inspector = """
                listener_filters: [{name: envoy.filters.listener.tls_inspector, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}}],
                """;
        var chains = "{filter_chain_match: {transport_protocol: tls}, " + mutual + filters
                + ", {filter_chain_match: {transport_protocol: raw_buffer}, " + filters;
        return listener("inbound", inspector, chains);
    }

    private static String bootstrap(String listener, String cluster) {
        return "static_resources: {\n" + listener + ",\n" + cluster + "}\n";
    }

    private static String listener(String name, String more, String chains) {
        return "listeners: [{name: " + name
                + ", address: {socket_address: {address: 127.0.0.1, port_value: 0}},\n" + more
                + "filter_chains: [" + chains + "]}]";
    }

    private static String manager(String prefix, String details, String filters) {
        return """
                {name: envoy.filters.network.http_connection_manager, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                  stat_prefix: %s, %s upgrade_configs: [{upgrade_type: websocket}],
                  http2_protocol_options: {allow_connect: true},
                  route_config: {name: all, virtual_hosts: [{name: all, domains: ["*"], routes: [
                    {match: {prefix: /}, route: {cluster: next, timeout: 0s}}]}]},
                  http_filters: [%s {name: envoy.filters.http.router, typed_config: {
                    "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}
                """.formatted(prefix, details, filters);
    }

    private static String cluster(int port, String more) {
        return """
                clusters: [{name: next, type: STATIC, connect_timeout: 1s, %s
                  load_assignment: {cluster_name: next, endpoints: [{lb_endpoints: [
                    {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}}]
                """.formatted(more, port);
    }

    private static int port(Proxy proxy, String listener) {
        return Objects.requireNonNull(proxy.ports().get(listener)).getPort();
    }

    private static Socket connect(Proxy proxy, String listener) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(proxy, listener)));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String ask(Socket client, String request) throws IOException {
        Origin.write(client, request);
        var head = Origin.head(client.getInputStream());
        if (head.startsWith("HTTP/1.1 200")) {
            Origin.read(client.getInputStream(), 5);
        }
        return head.isEmpty() ? "" : head.substring(9, 12);
    }

    private List<String> logged(String name) throws IOException {
        return Files.readAllLines(log(name), StandardCharsets.UTF_8);
    }

    @Test
    void the_application_hears_who_called_from_the_certificate_and_nothing_forged() throws Exception {
        try (var inbound = inbound(STRICT);
                var outbound = outbound(inbound, "shop");
                var client = connect(outbound, "outbound")) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(client, """
                        GET /books HTTP/1.1
                        Host: catalog.shop
                        X-Forwarded-Client-Cert: By=evil;URI=spiffe://mesh.test/ns/bank/sa/evil
                        x-heddle-peer: evil;shop;evil;v9;nowhere

                        """.replace("\n", "\r\n"))).isEqualTo("200");
            }
        }
        assertThat(application.seen()).hasSize(3).allSatisfy(head -> {
            var lower = head.toLowerCase(Locale.ROOT);
            assertThat(lower).doesNotContain("evil", "x-heddle-peer");
            assertThat(lower).containsOnlyOnce("x-forwarded-client-cert");
            assertThat(head)
                    .containsPattern("x-forwarded-client-cert: By=" + CATALOG + ";Hash=[0-9a-f]{64};URI=" + WEB + "\r");
        });
        var protocol = newest.equals("h2") ? "HTTP/2" : "HTTP/1.1";
        assertThat(logged("inbound"))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line)
                        .contains(
                                "\"source_workload\":\"web-1\"",
                                "\"peer\":\"" + WEB + "\"",
                                "\"protocol\":\"" + protocol + "\""));
    }

    @Test
    void a_workload_name_is_not_believed_for_another_namespace_than_the_certificates() throws Exception {
        try (var inbound = inbound(STRICT);
                var outbound = outbound(inbound, "bank");
                var client = connect(outbound, "outbound")) {
            assertThat(ask(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo("200");
        }
        assertThat(logged("inbound"))
                .singleElement()
                .satisfies(line ->
                        assertThat(line).contains("\"peer\":\"" + WEB + "\"").doesNotContain("web-1"));
    }

    @Test
    void a_websocket_is_carried_over_both_sidecars_and_its_end_with_it() throws Exception {
        application.close();
        application = Origin.echoingWebSocket();
        try (var inbound = inbound(STRICT);
                var outbound = outbound(inbound, "shop");
                var client = connect(outbound, "outbound")) {
            Origin.write(
                    client,
                    "GET /chat HTTP/1.1\r\nHost: catalog.shop\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 101 ");
            var message = "x".repeat(100_000);
            Origin.write(client, message);
            assertThat(Origin.read(client.getInputStream(), message.length())).isEqualTo(message);
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            await().until(() ->
                    logged("inbound").size() == 1 && logged("outbound").size() == 1);
            assertThat(logged("outbound").getFirst()).contains("101");
        }
    }

    @Test
    void a_tunnel_goes_on_in_one_direction_when_the_other_has_ended() throws Exception {
        application.close();
        application = Origin.answeringWebSocketAfterTheEnd();
        try (var inbound = inbound(STRICT);
                var outbound = outbound(inbound, "shop");
                var client = connect(outbound, "outbound")) {
            Origin.write(
                    client,
                    "GET /chat HTTP/1.1\r\nHost: catalog.shop\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 101 ");
            var message = "x".repeat(100_000);
            Origin.write(client, message);
            client.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(message);
        }
    }

    @Test
    void both_kinds_come_in_on_one_permissive_port_and_plaintext_proves_nothing() throws Exception {
        try (var inbound = inbound(PERMISSIVE);
                var outbound = outbound(inbound, "shop");
                var mutual = connect(outbound, "outbound");
                var plain = connect(inbound, "inbound")) {
            assertThat(ask(mutual, "GET /mutual HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo("200");
            assertThat(ask(plain, """
                    GET /plain HTTP/1.1
                    Host: a
                    x-forwarded-client-cert: URI=spiffe://mesh.test/ns/shop/sa/web
                    x-heddle-peer: web-1;shop;web;v1;here

                    """.replace("\n", "\r\n"))).isEqualTo("200");
        }
        assertThat(application.seen().get(0)).contains("GET /mutual", "URI=" + WEB);
        assertThat(application.seen().get(1)).contains("GET /plain").doesNotContain("URI=", "x-heddle-peer");
        assertThat(logged("inbound").get(0)).contains("web-1");
        assertThat(logged("inbound").get(1)).doesNotContain("web-1");
    }

    @Test
    void plaintext_gets_nothing_from_a_strict_port() throws Exception {
        try (var inbound = inbound(STRICT);
                var client = connect(inbound, "inbound")) {
            Origin.write(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            var all = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(all).doesNotContain("HTTP/");
        }
        assertThat(application.seen()).isEmpty();
    }

    @Test
    void a_denial_reaches_a_caller_that_is_still_sending() throws Exception {
        int size = 16 << 20;
        try (var inbound = inbound(STRICT);
                var outbound = outbound(inbound, "shop")) {
            for (int i = 0; i < 10; i++) {
                CompletableFuture<Void> sending;
                try (var client = connect(outbound, "outbound")) {
                    sending = CompletableFuture.runAsync(() -> pour(client, size));
                    assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 403 ");
                    assertThat(Origin.read(client.getInputStream(), 19)).isEqualTo("RBAC: access denied");
                }
                sending.get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(application.seen()).isEmpty();
    }

    private static void pour(Socket client, int size) {
        try {
            Origin.write(client, "POST /admin HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n");
            client.getOutputStream().write(new byte[size]);
        } catch (IOException refused) {
            // The proxy may stop listening: it has answered.
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "403 /admin",
                "403 /admin?x=/a",
                "403 /admin/x",
                "403 //admin",
                "403 ///admin//x",
                "403 /a/../admin",
                "403 /a/..//admin",
                "403 /a/b/../../admin",
                "403 /../admin",
                "403 /./admin",
                "403 /a/%2e%2e/admin",
                "403 /a/%2E./admin",
                "403 /%2e/admin",
                "403 /%61dmin",
                "403 /%61%64%6D%69n",
                "400 \\admin",
                "403 /a\\..\\admin",
                "403 /a/..;/admin",
                "403 /a/..;x=y/admin",
                "403 /a/%2e%2e;/admin",
                "403 /.;/admin",
                "400 /admin%00",
                "403 /secret",
                "403 /a/../secret",
                "403 /secret?a",
                "403 http://other.example/admin",
                "403 http://other.example//a/../admin",
                "403 HTTP://other.example/%61dmin",
                "400 /admin#x",
                "400 /a/#/../admin",
                "200 /ADMIN",
                "200 /a%2fadmin",
                "200 /%2e%2e%2fadmin",
                "200 /%2561dmin",
                "200 /secrets",
                "200 /a?/../admin",
                "200 /admi"
            })
    void no_way_of_writing_a_path_leads_past_a_policy(int status, String target) throws Exception {
        try (var inbound = inbound(PERMISSIVE);
                var client = connect(inbound, "inbound")) {
            assertThat(ask(client, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .isEqualTo(Integer.toString(status));
            assertThat(application.seen()).hasSize(status == 200 ? 1 : 0);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void two_event_loops_share_one_port() throws Exception {
        var text = bootstrap(inboundListener(PERMISSIVE), cluster(application.port(), ""));
        try (var inbound = start("inbound", text, metadata("shop", "catalog-1"), 2)) {
            var local = "0100007F:%04X".formatted(port(inbound, "inbound"));
            assertThat(Files.readAllLines(Path.of("/proc/net/tcp")))
                    .filteredOn(line -> line.contains(" " + local + " ") && line.contains(" 0A "))
                    .hasSize(2);
            for (int i = 0; i < 64; i++) {
                try (var client = connect(inbound, "inbound")) {
                    assertThat(ask(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo("200");
                }
            }
        }
    }
}
