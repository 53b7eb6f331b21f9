package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.admin.LogLevels;
import io.heddle.proxy.tls.TestAuthority;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every page of the admin interface over HTTP, in the forms that tools made for Envoy read.
@SuppressWarnings("StringSplitter")
final class AdminTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String UPSTREAM = "spiffe://mesh.test/ns/shop/sa/web";

    private static final Duration DRAIN_TIME = Duration.ofSeconds(1);

    @TempDir
    private Path state;

    private Proxy proxy;
    private Map<String, Integer> ports;

    @BeforeEach
    void start() throws Exception {
        var authority = TestAuthority.create("mesh");
        var own = authority.issue(TestAuthority.uri(UPSTREAM));
        var text = """
                node: {id: test, cluster: test}
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: ingress
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.tcp_proxy
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                          stat_prefix: ingress
                          cluster: app
                  - name: egress
                    traffic_direction: OUTBOUND
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.tcp_proxy
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                          stat_prefix: egress
                          cluster: app
                  clusters:
                  - name: app
                    type: STATIC
                    load_assignment:
                      cluster_name: app
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 9}}}
                        - endpoint: {address: {socket_address: {address: 127.0.0.2, port_value: 9}}}
                          health_status: DRAINING
                    transport_socket:
                      name: envoy.transport_sockets.tls
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                        common_tls_context:
                          tls_certificates:
                          - certificate_chain: {inline_string: "%s"}
                            private_key: {inline_string: "%s"}
                          validation_context: {trusted_ca: {inline_string: "%s"}}
                """.formatted(escaped(own.chain()), escaped(own.key()), escaped(authority.rootPem()));
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state)
                .withDrainTime(DRAIN_TIME)
                .withLogLevels(new TwoLoggers()));
        proxy.ready().get(5, TimeUnit.SECONDS);
        ports = Map.of(
                "ingress",
                address("ingress").getPort(),
                "egress",
                address("egress").getPort());
    }

    private static String escaped(String pem) {
        return pem.replace("\n", "\\n");
    }

    @AfterEach
    void end() {
        proxy.close();
    }

    private InetSocketAddress address(String port) {
        return Optional.ofNullable(proxy.ports().get(port)).orElseThrow();
    }

    private HttpResponse<String> get(String path) throws Exception {
        var request = HttpRequest.newBuilder(uri(path)).build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path) throws Exception {
        var request = HttpRequest.newBuilder(uri(path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + address("admin").getPort() + path);
    }

    @Test
    void the_reference_has_every_page_with_its_methods() throws Exception {
        var said = get("/help")
                .body()
                .lines()
                .filter(line -> line.startsWith("  /") && !line.startsWith("  /help"))
                .map(line -> line.replaceAll("^  (\\S+?)(?: \\((.*)\\))?: .*", "$1 $2"))
                .map(line -> line.endsWith(" ") ? line + "GET" : line)
                .toList();
        var written = Files.readAllLines(Path.of("../docs/reference/admin.md")).stream()
                .filter(line -> line.startsWith("| `/"))
                .map(line -> line.replaceAll("^\\| (.*?) \\| ([A-Z, ]+) \\|.*", "$1 $2")
                        .replace("`", ""))
                .filter(line -> !line.startsWith("/help"))
                .flatMap(line -> {
                    int space = line.indexOf(' ', line.lastIndexOf('/'));
                    return Stream.of(line.substring(0, space).split(", ", -1))
                            .map(page -> page + line.substring(space));
                })
                .toList();
        assertThat(said).isNotEmpty().containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    void logging_tells_levels_and_changes_them() throws Exception {
        assertThat(get("/logging").body()).isEqualTo("active loggers:\n  io.heddle.a.B: info\n  io.heddle.c.D: info\n");
        assertThat(post("/logging?io.heddle.a.B=debug").body()).contains("  io.heddle.a.B: debug\n", "D: info\n");
        assertThat(post("/logging?paths=io.heddle.a.B:warning,io.heddle.c:off").body())
                .contains("B: warning\n", "D: off\n");
        assertThat(post("/logging?level=trace").body()).contains("B: trace\n", "D: trace\n");
        for (var wrong : List.of("level=loud", "nobody=info", "paths=x", "paths=io.heddle.a.B:info,nobody:info")) {
            assertThat(post("/logging?" + wrong).statusCode()).as(wrong).isEqualTo(400);
        }
        assertThat(get("/logging").body()).contains("B: trace\n", "D: trace\n");
        assertThat(get("/logging?level=off").body()).contains("B: trace\n");
    }

    @Test
    void reset_counters_lets_them_begin_again() throws Exception {
        var accepted = "/stats?filter=envoy_listener_downstream_cx_total";
        try (var client =
                new Socket(InetAddress.getLoopbackAddress(), address("ingress").getPort())) {
            await().until(() -> get(accepted).body().contains(": 1\n"));
            assertThat(get("/reset_counters").statusCode()).isEqualTo(405);
            assertThat(post("/reset_counters").body()).isEqualTo("OK\n");
            assertThat(get(accepted).body()).contains(": 0\n").doesNotContain(": 1\n");
            assertThat(client.isConnected()).isTrue();
        }
        try (var client =
                new Socket(InetAddress.getLoopbackAddress(), address("ingress").getPort())) {
            await().until(() -> get(accepted).body().contains(": 1\n"));
            assertThat(client.isConnected()).isTrue();
        }
        assertThat(get("/stats?filter=process_start").body()).doesNotContain(": 0\n");
    }

    @Test
    void listens_on_loopback_alone() {
        assertThat(address("admin").getAddress().isLoopbackAddress()).isTrue();
    }

    @Test
    void tells_figures_as_text_json_and_for_prometheus() throws Exception {
        assertThat(get("/stats?filter=istio_build").body()).matches("istio_build\\{.*}: 1\n");
        assertThat(get("/stats?filter=istio_build&format=prometheus").body())
                .isEqualTo(get("/stats/prometheus?filter=istio_build").body())
                .contains("# TYPE istio_build gauge");
        assertThat(get("/stats?filter=istio_build&format=json").body())
                .contains("\"stats\"")
                .containsPattern("\"name\": \"istio_build.*\",\\s+\"value\": 1\\s");
        assertThat(get("/stats?filter=cluster.app.membership").body())
                .contains("cluster.app.membership_total: 2\n", "cluster.app.membership_healthy: 1\n");
        assertThat(get("/stats?format=xml").statusCode()).isEqualTo(400);
    }

    @Test
    void leaves_out_figures_that_were_never_used() throws Exception {
        assertThat(get("/stats?filter=heddle_metrics_overflow").body()).isEqualTo("heddle_metrics_overflow_total: 0\n");
        assertThat(get("/stats?usedonly&filter=heddle_metrics_overflow").body()).isEmpty();
        assertThat(get("/stats/prometheus?usedonly").body())
                .contains("istio_build{")
                .doesNotContain("heddle_metrics_overflow_total 0");
    }

    @Test
    void tells_clusters_and_their_hosts() throws Exception {
        assertThat(get("/clusters").body())
                .contains("app::default_priority::max_connections::1024\n")
                .contains("app::127.0.0.1:9::health_flags::healthy\n")
                .contains("app::127.0.0.2:9::health_flags::/eds_status_draining\n")
                .contains("app::127.0.0.1:9::rq_active::0\n");
        assertThat(get("/clusters?filter=%5Ea").body())
                .isEqualTo(get("/clusters").body());
        assertThat(get("/clusters?filter=%5Epp").body()).isEmpty();
        assertThat(get("/clusters?format=json&filter=none").body()).doesNotContain("app");
        assertThat(get("/clusters?format=json").body().replaceAll("\\s", ""))
                .contains("{\"cluster_statuses\":[{\"name\":\"app\"")
                .contains("\"address\":{\"socket_address\":{\"address\":\"127.0.0.1\",\"port_value\":9}}")
                .contains("\"health_status\":{\"eds_health_status\":\"DRAINING\"}");
    }

    @Test
    void tells_listeners() throws Exception {
        int port = address("ingress").getPort();
        assertThat(get("/listeners").body())
                .isEqualTo("egress::127.0.0.1:%d\ningress::127.0.0.1:%d\n", ports.get("egress"), port);
        assertThat(get("/listeners?format=json").body().replaceAll("\\s", ""))
                .contains("\"name\":\"ingress\"")
                .contains("\"socket_address\":{\"address\":\"127.0.0.1\",\"port_value\":" + port + "}");
    }

    @Test
    void dumps_the_configuration_without_its_keys() throws Exception {
        assertThat(get("/config_dump").body())
                .contains("envoy.admin.v3.BootstrapConfigDump", "\"static_clusters\"", "\"stat_prefix\": \"ingress\"")
                .contains("BEGIN CERTIFICATE")
                .doesNotContain("PRIVATE KEY");
        assertThat(get("/config_dump?resource=static_listeners&name_regex=%5Ein")
                        .body())
                .contains("\"name\": \"ingress\"")
                .doesNotContain("static_clusters");
        assertThat(get("/config_dump?resource=nonsense").statusCode()).isEqualTo(404);
        assertThat(get("/config_dump?resource=bootstrap").statusCode()).isEqualTo(400);
        assertThat(get("/config_dump?mask=x").statusCode()).isEqualTo(400);
        assertThat(get("/config_dump?resource=static_listeners&mask=listener.name")
                        .body())
                .contains("\"name\": \"ingress\"")
                .doesNotContain("filter_chains");
    }

    @Test
    void tells_certificates() throws Exception {
        assertThat(get("/certs").body().replaceAll("\\s", ""))
                .contains("\"cert_chain\":[{\"serial_number\":")
                .contains("\"subject_alt_names\":[{\"uri\":\"" + UPSTREAM + "\"}]")
                .contains("\"days_until_expiration\":\"0\"")
                .contains("\"ca_cert\":[{\"serial_number\":");
    }

    @Test
    void tells_what_runs() throws Exception {
        assertThat(get("/server_info").body())
                .contains("\"state\": \"LIVE\"", "\"version\"", "\"uptime_current_epoch\"", "\"id\": \"test\"");
        assertThat(get("/ready").body()).isEqualTo("LIVE\n");
        assertThat(get("/memory").body()).contains("\"allocated\"", "\"total_physical_bytes\"");
    }

    @Test
    void fails_and_passes_health_checks_without_closing_a_listener() throws Exception {
        assertThat(post("/healthcheck/fail").statusCode()).isEqualTo(200);
        assertThat(get("/ready").statusCode()).isEqualTo(503);
        assertThat(get("/server_info").body()).contains("\"state\": \"DRAINING\"");
        assertThat(proxy.listeners()).containsKey("ingress");
        assertThat(post("/healthcheck/ok").statusCode()).isEqualTo(200);
        assertThat(get("/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void drains_listeners_at_once() throws Exception {
        assertThat(post("/drain_listeners").statusCode()).isEqualTo(200);
        assertThat(get("/ready").statusCode()).isEqualTo(503);
        await().atMost(10, TimeUnit.SECONDS).until(() -> accepting().isEmpty());
    }

    @Test
    void drains_the_inbound_listeners_alone_where_that_is_asked_for() throws Exception {
        assertThat(post("/drain_listeners?inboundonly").statusCode()).isEqualTo(200);
        await().atMost(10, TimeUnit.SECONDS).until(() -> accepting().equals(Set.of("egress")));
    }

    @Test
    void listeners_that_drain_gracefully_accept_until_the_drain_time_is_over() throws Exception {
        long began = System.nanoTime();
        assertThat(post("/drain_listeners?graceful").statusCode()).isEqualTo(200);
        var first = accepting();
        boolean soon = System.nanoTime() - began < DRAIN_TIME.toNanos();
        if (soon) {
            assertThat(first).containsExactlyInAnyOrder("ingress", "egress");
        }
        await().atMost(10, TimeUnit.SECONDS).until(() -> accepting().isEmpty());
        assertThat(System.nanoTime() - began).isGreaterThan(DRAIN_TIME.toNanos());
    }

    /// The listeners whose ports take connections.
    private Set<String> accepting() {
        return ports.entrySet().stream()
                .filter(entry -> accepts(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket(loopback(), port)) {
            return socket.isConnected();
        } catch (Exception refused) {
            return false;
        }
    }

    private static InetAddress loopback() throws Exception {
        return Inet4Address.getByAddress(new byte[] {127, 0, 0, 1});
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/quitquitquit", "/reopen_logs", "/drain_listeners", "/healthcheck/fail", "/healthcheck/ok"})
    void changes_nothing_on_a_get(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(405);
        assertThat(get("/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void lists_its_pages() throws Exception {
        assertThat(get("/help").body())
                .startsWith("admin commands are:\n")
                .contains("  /quitquitquit (POST): exit the server\n", "  /clusters: upstream cluster status");
        var nonsense = get("/nonsense");
        assertThat(nonsense.statusCode()).isEqualTo(404);
        assertThat(nonsense.body()).endsWith(get("/help").body());
        assertThat(post("/reopen_logs").body()).isEqualTo("OK\n");
    }

    /// Two loggers in two packages.
    private static final class TwoLoggers implements LogLevels {
        private final Map<String, Level> levels =
                new ConcurrentHashMap<>(Map.of("io.heddle.a.B", Level.INFO, "io.heddle.c.D", Level.INFO));

        @Override
        public Map<String, Level> all() {
            return levels;
        }

        @Override
        public void set(Level level) {
            levels.replaceAll((_, _) -> level);
        }

        @Override
        public void set(String logger, Level level) {
            levels.replaceAll((name, before) -> name.equals(logger) || name.startsWith(logger + ".") ? level : before);
        }
    }
}
