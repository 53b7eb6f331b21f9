package io.heddle.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heddle.control.ControlOptions.Ports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ControlPlaneTest {
    static final Ports ANY_PORTS = new Ports("127.0.0.1", 0, 0, 0, 0, List.of());
    static final String CATALOG = """
            apiVersion: v1
            kind: Service
            metadata: {name: catalog, namespace: shop}
            spec: {selector: {app: catalog}, ports: [{name: http, port: 80}]}
            """;

    @TempDir
    Path directory;

    private Path state;
    private ControlPlane control;
    private ControlClient client;

    private ControlOptions options() {
        return ControlOptions.defaults()
                .withStateDirectory(state)
                .withPorts(ANY_PORTS)
                .withVersion("1.2.3");
    }

    @BeforeEach
    void start() throws Exception {
        state = directory.resolve("state");
        control = ControlPlane.start(options());
        client = new ControlClient(state, control.endpoints().api());
    }

    @AfterEach
    void stop() {
        client.close();
        control.close();
    }

    private void restart() throws Exception {
        stop();
        control = ControlPlane.start(options());
        client = new ControlClient(state, control.endpoints().api());
    }

    @Test
    void says_where_it_is_reached_and_takes_it_back_when_it_ends() throws Exception {
        var file = state.resolve("control.json");
        assertThat(Files.readString(file))
                .contains("\"api\": \"" + control.endpoints().api() + "\"")
                .contains("\"xds\": \"127.0.0.1:")
                .contains("\"pid\": " + ProcessHandle.current().pid());
        assertThat(Files.readString(state.resolve("root.pem"))).startsWith("-----BEGIN CERTIFICATE-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("admin.token"))))
                .isEqualTo("rw-------");
        control.close();
        assertThat(file).doesNotExist();
    }

    @Test
    void a_configuration_directory_that_is_not_there_refuses_the_start() throws Exception {
        var nowhere = directory.resolve("nowhere");
        var there = Files.writeString(directory.resolve("file"), "");
        var options = options().withStateDirectory(directory.resolve("other"));
        assertThatThrownBy(() -> ControlPlane.start(options.withConfigDirectory(nowhere)))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(nowhere + " does not exist");
        assertThatThrownBy(() -> ControlPlane.start(options.withConfigDirectory(there)))
                .hasMessageContaining("no directory that can be read");
        assertThat(directory.resolve("other")).doesNotExist();
    }

    @Test
    void a_route_whose_backend_was_deleted_says_so_and_since_when() throws Exception {
        var route = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: catalog, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: catalog}]
                  rules: [{backendRefs: [{name: catalog-v2, port: 80}]}]
                """;
        var backend = CATALOG.replace("name: catalog,", "name: catalog-v2,");
        client.send("POST", "/api/v1/apply", CATALOG + "---\n" + backend + "---\n" + route);
        var before = conditions();
        assertThat(statuses(before)).containsExactly("Accepted=True", "ResolvedRefs=True", "Programmed=False");
        client.send("DELETE", "/api/v1/resources/Service/shop/catalog-v2", "");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(statuses(conditions())).contains("ResolvedRefs=False"));
        var resolved = conditions().get(1);
        assertThat(resolved.get("reason").asString()).isEqualTo("BackendNotFound");
        assertThat(resolved.get("message").asString()).contains("spec.rules[0].backendRefs[0].name", "catalog-v2");
        assertThat(resolved.get("observedGeneration").asInt()).isEqualTo(1);
        var since = Instant.parse(resolved.get("lastTransitionTime").asString());
        assertThat(since)
                .isAfter(Instant.parse(before.get(1).get("lastTransitionTime").asString()));
        assertThat(Instant.parse(conditions().get(1).get("lastTransitionTime").asString()))
                .isEqualTo(since);
        assertThat(route().get("warnings").toString()).contains("catalog-v2");
        client.send("POST", "/api/v1/apply", backend);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(statuses(conditions())).contains("ResolvedRefs=True"));
        assertThat(route().has("warnings")).isFalse();
    }

    private JsonNode route() throws Exception {
        return client.get("/api/v1/resources/HTTPRoute/shop/catalog").get("status");
    }

    private JsonNode conditions() throws Exception {
        return route().get("parents").get(0).get("conditions");
    }

    private static List<String> statuses(JsonNode conditions) {
        return conditions
                .valueStream()
                .map(condition -> condition.get("type").asString() + "="
                        + condition.get("status").asString())
                .toList();
    }

    @Test
    void applies_reads_and_deletes() throws Exception {
        var applied = client.send("POST", "/api/v1/apply", CATALOG);
        assertThat(applied.statusCode()).isEqualTo(200);
        var result = client.json(applied).get("results").get(0);
        assertThat(result.get("object").asString()).isEqualTo("Service shop/catalog");
        assertThat(result.get("action").asString()).isEqualTo("created");
        assertThat(result.get("generation").asInt()).isEqualTo(1);

        var document = client.get("/api/v1/resources/service/shop/catalog");
        assertThat(document.get("kind").asString()).isEqualTo("Service");
        assertThat(document.get("metadata").get("generation").asInt()).isEqualTo(1);
        assertThat(document.get("spec").get("ports").get(0).get("port").asInt()).isEqualTo(80);
        assertThat(document.get("status").get("accepted").asBoolean()).isTrue();
        assertThat(client.get("/api/v1/resources?kind=svc&namespace=shop")
                        .get("items")
                        .size())
                .isEqualTo(1);
        assertThat(client.get("/api/v1/resources?namespace=other").get("items").size())
                .isZero();
        assertThat(client.get("/api/v1/mesh").get("resources").get("Service").asInt())
                .isEqualTo(1);

        assertThat(client.send("DELETE", "/api/v1/resources/Service/shop/catalog", "")
                        .body())
                .contains("\"deleted\"");
        assertThat(client.send("DELETE", "/api/v1/resources/Service/shop/catalog", "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(client.send("POST", "/api/v1/delete", CATALOG).statusCode()).isEqualTo(404);
    }

    @Test
    void refuses_what_is_wrong_with_object_path_reason_and_remedy() throws Exception {
        var refused = client.send("POST", "/api/v1/apply", CATALOG.replace("port: 80", "prot: 80"));
        assertThat(refused.statusCode()).isEqualTo(422);
        var problem = client.json(refused).get("problems").get(0);
        assertThat(problem.get("severity").asString()).isEqualTo("ERROR");
        assertThat(problem.get("object").asString()).isEqualTo("Service shop/catalog");
        assertThat(problem.get("path").asString()).startsWith("spec.ports[0]");
        assertThat(problem.get("reason").asString()).isNotEmpty();
        assertThat(client.get("/api/v1/resources").get("items").size()).isZero();
        assertThat(client.send("POST", "/api/v1/apply", "{{{").statusCode()).isEqualTo(422);
        assertThat(client.send("POST", "/api/v1/apply", "").statusCode()).isEqualTo(400);
    }

    @Test
    void stores_nothing_in_a_dry_run() throws Exception {
        assertThat(client.send("POST", "/api/v1/apply?dryRun=true", CATALOG).body())
                .contains("created");
        assertThat(client.get("/api/v1/resources").get("items").size()).isZero();
        assertThat(client.send("POST", "/api/v1/apply?dryRun=maybe", CATALOG).statusCode())
                .isEqualTo(400);
    }

    @Test
    void lets_nobody_change_anything_without_the_admin_token() throws Exception {
        assertThat(client.sendWithoutToken("POST", "/api/v1/apply", CATALOG).statusCode())
                .isEqualTo(401);
        assertThat(client.sendWithoutToken("POST", "/api/v1/tokens", "{}").statusCode())
                .isEqualTo(401);
        assertThat(client.sendWithoutToken("DELETE", "/api/v1/resources/Service/shop/catalog", "")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void refuses_a_foreign_host_name() throws Exception {
        assertThat(rawRequest("GET /api/v1/mesh HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
                .startsWith("HTTP/1.1 421");
        assertThat(rawRequest("GET /api/v1/mesh HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void refuses_a_body_that_is_too_large() throws Exception {
        var body = "#".repeat(4 * 1024 * 1024 + 1);
        assertThat(client.send("POST", "/api/v1/apply", body).statusCode()).isEqualTo(413);
    }

    @Test
    void answers_unknown_paths_and_methods_in_json_with_safe_headers() throws Exception {
        var missing = client.send("GET", "/api/v1/nothing", "");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(client.json(missing).get("problems").size()).isEqualTo(1);
        var wrongMethod = client.send("PUT", "/api/v1/mesh", "");
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        assertThat(wrongMethod.headers().firstValue("Allow")).contains("GET");
        assertThat(missing.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'self'"));
        assertThat(missing.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(client.send("GET", "/../../etc/passwd", "").statusCode()).isEqualTo(404);
    }

    @Test
    void makes_join_tokens_and_says_what_is_wrong_with_a_request_for_one() throws Exception {
        var made = client.send("POST", "/api/v1/tokens", "{\"namespace\":\"shop\",\"account\":\"catalog\"}");
        assertThat(client.json(made).get("identity").asString()).isEqualTo("spiffe://cluster.local/ns/shop/sa/catalog");
        assertThat(client.json(made).get("token").asString()).hasSize(43);
        for (var bad : List.of(
                "[]",
                "null",
                "{",
                "{}",
                "{\"namespace\":\"Shop\",\"account\":\"a\"}",
                "{\"namespace\":\"shop\",\"account\":\"a/b\"}",
                "{\"namespace\":\"shop\",\"account\":\"a\",\"ttlSeconds\":0}",
                "{\"namespace\":\"shop\",\"account\":\"a\",\"ttlSeconds\":100000}")) {
            assertThat(client.send("POST", "/api/v1/tokens", bad).statusCode()).isEqualTo(400);
        }
    }

    @Test
    void answers_graph_and_proxies_of_an_empty_mesh() throws Exception {
        assertThat(client.get("/api/v1/graph").get("edges").size()).isZero();
        assertThat(client.get("/api/v1/proxies").get("items").size()).isZero();
        assertThat(client.send("GET", "/api/v1/graph?window=0", "").statusCode())
                .isEqualTo(400);
        assertThat(client.send("GET", "/api/v1/graph?by=moon", "").statusCode()).isEqualTo(400);
        assertThat(client.get("/api/v1/version").get("version").asString()).isEqualTo("1.2.3");
        assertThat(client.send("GET", "/ready", "").statusCode()).isEqualTo(200);
    }

    @Test
    void serves_metrics_and_debug_on_their_own_port() throws Exception {
        client.send("POST", "/api/v1/apply", CATALOG);
        try (var debug =
                new ControlClient(state, "http://" + control.endpoints().metrics())) {
            assertThat(debug.send("GET", "/metrics", "").body())
                    .contains("istio_build{component=\"pilot\",tag=\"1.2.3\"} 1")
                    .contains("pilot_xds 0")
                    .contains("pilot_xds_pushes{type=\"cds\"} 0")
                    .contains("pilot_proxy_convergence_time_count 0")
                    .contains("process_cpu_seconds_total");
            assertThat(debug.send("GET", "/debug/syncz", "").body()).isEqualTo("[]");
            assertThat(debug.send("GET", "/version", "").body()).isEqualTo("1.2.3");
            assertThat(debug.send("GET", "/ready", "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void has_everything_after_a_restart() throws Exception {
        client.send("POST", "/api/v1/apply", CATALOG);
        var root = Files.readString(state.resolve("root.pem"));
        restart();
        assertThat(client.get("/api/v1/resources/Service/shop/catalog")
                        .get("kind")
                        .asString())
                .isEqualTo("Service");
        assertThat(Files.readString(state.resolve("root.pem"))).isEqualTo(root);
    }

    @Test
    void says_in_one_line_which_port_is_taken_and_which_flag_chooses_another() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertTaken(new Ports("127.0.0.1", port, 0, 0, 0, List.of()), port, "--api-port");
            assertTaken(new Ports("127.0.0.1", 0, port, 0, 0, List.of()), port, "--xds-port");
            assertTaken(new Ports("127.0.0.1", 0, 0, port, 0, List.of()), port, "--xds-plaintext-port");
            assertTaken(new Ports("127.0.0.1", 0, 0, 0, port, List.of()), port, "--metrics-port");
        }
    }

    private void assertTaken(Ports ports, int port, String flag) {
        var other = options().withStateDirectory(directory.resolve("other")).withPorts(ports);
        assertThatThrownBy(() -> ControlPlane.start(other).close())
                .isInstanceOf(StartException.class)
                .hasMessageContaining("port " + port)
                .hasMessageContaining(flag);
    }

    @Test
    void says_in_one_line_that_another_control_plane_has_the_state_directory() {
        assertThatThrownBy(() -> ControlPlane.start(options()).close())
                .isInstanceOf(StartException.class)
                .hasMessageContaining("another control plane is using it");
    }

    @Test
    void takes_in_its_configuration_directory_before_it_is_reached() throws Exception {
        stop();
        var files = Files.createDirectory(directory.resolve("files"));
        Files.writeString(files.resolve("catalog.yaml"), CATALOG);
        control = ControlPlane.start(options().withConfigDirectory(files));
        client = new ControlClient(state, control.endpoints().api());
        assertThat(client.get("/api/v1/resources").get("items").size()).isEqualTo(1);
    }

    @Test
    void every_example_passes_the_gate_on_top_of_the_bookshop() throws Exception {
        var examples = Path.of("..", "examples");
        var bookshop = new ArrayList<String>();
        for (var file : yamlFiles(examples.resolve("bookshop"))) {
            bookshop.add(Files.readString(file));
        }
        assertApplied("bookshop", String.join("\n---\n", bookshop));
        for (var file : yamlFiles(examples)) {
            assertApplied(file.toString(), Files.readString(file));
        }
    }

    private static List<Path> yamlFiles(Path folder) throws Exception {
        try (var files = Files.walk(folder)) {
            return files.filter(path -> path.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private void assertApplied(String what, String yaml) throws Exception {
        var answer = client.send("POST", "/api/v1/apply", yaml);
        assertThat(answer.statusCode()).as(what + ": " + answer.body()).isEqualTo(200);
    }

    private String rawRequest(String request) throws Exception {
        var address = control.endpoints().api().substring("http://127.0.0.1:".length());
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(address))) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var buffer = new byte[64];
            int length = socket.getInputStream().readNBytes(buffer, 0, 13);
            return new String(buffer, 0, length, StandardCharsets.US_ASCII);
        }
    }
}
