package io.heddle.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heddle.xds.client.CertificateRequest;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A control plane in a process of its own, and sidecars without a data plane that speak to it.
class MeshTest {
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final String TOKEN_BODY = "{\"namespace\":\"shop\",\"account\":\"catalog\"}";

    @TempDir
    Path directory;

    private Path state;
    private Process process;
    private Endpoints endpoints;
    private ControlClient client;

    @BeforeEach
    void start() throws Exception {
        state = directory.resolve("state");
        begin(List.of("0", "0"));
    }

    private void begin(List<String> ports) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        process = new ProcessBuilder(
                        java,
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ControlProcess.class.getName(),
                        state.toString(),
                        ports.get(0),
                        ports.get(1))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        endpoints =
                await().atMost(LONG).until(this::written, Optional::isPresent).orElseThrow();
        client = new ControlClient(state, endpoints.api());
    }

    /// What `control.json` says, once this process has written it.
    private Optional<Endpoints> written() throws IOException {
        var file = state.resolve("control.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var json = JsonMapper.builder().build().readTree(Files.readString(file));
        return json.get("pid").asLong() == process.pid()
                ? Optional.of(new Endpoints(
                        json.get("api").asString(),
                        json.get("xds").asString(),
                        json.get("xds_plaintext").asString(),
                        json.get("metrics").asString()))
                : Optional.empty();
    }

    private void killAndRestart() throws Exception {
        var ports = List.of(
                Integer.toString(TestSidecar.port(endpoints.api())),
                Integer.toString(TestSidecar.port(endpoints.xds())));
        process.destroyForcibly().waitFor();
        client.close();
        begin(ports);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        process.destroyForcibly().waitFor();
    }

    private String token() throws Exception {
        return client.json(client.send("POST", "/api/v1/tokens", TOKEN_BODY))
                .get("token")
                .asString();
    }

    private TestSidecar sidecar(String workload) throws Exception {
        return new TestSidecar(endpoints, state.resolve("root.pem"), workload, token());
    }

    private void apply(String yaml) throws Exception {
        var answer = client.send("POST", "/api/v1/apply", yaml);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private JsonNode status() throws Exception {
        return client.get("/api/v1/resources/Service/shop/catalog").get("status");
    }

    private void awaitActiveOn(int proxies) {
        await().atMost(LONG)
                .pollDelay(Duration.ZERO) // a status that is wrong at first must be seen
                .pollInterval(20, TimeUnit.MILLISECONDS)
                .untilAsserted(() -> {
                    assertThat(status().get("proxies").asInt()).isEqualTo(proxies);
                    assertThat(status().get("activeOn").asInt()).isEqualTo(proxies);
                });
    }

    @Test
    void a_change_is_active_only_when_the_sidecar_has_it() throws Exception {
        apply(ControlPlaneTest.CATALOG);
        try (var sidecar = sidecar("catalog-v1")) {
            awaitActiveOn(1);
            for (int port = 81; port <= 85; port++) {
                apply(ControlPlaneTest.CATALOG.replace("port: 80", "port: " + port));
                awaitActiveOn(1);
                assertThat(sidecar.accepted().resources(ResourceType.CDS))
                        .containsKey("outbound|" + port + "||catalog.shop.svc.cluster.local");
            }
        }
    }

    @Test
    void a_sidecar_joins_registers_its_workload_and_gets_what_concerns_it() throws Exception {
        apply(ControlPlaneTest.CATALOG);
        try (var sidecar = sidecar("catalog-v1")) {
            awaitActiveOn(1);
            await().atMost(LONG)
                    .until(() -> sidecar.accepted()
                            .resources(ResourceType.CDS)
                            .containsKey("outbound|80||catalog.shop.svc.cluster.local"));
            var entry = client.get("/api/v1/resources/WorkloadEntry/shop/catalog-v1");
            assertThat(entry.get("spec").get("address").asString()).isEqualTo("127.0.0.9");
            var proxy = client.get("/api/v1/proxies").get("items").get(0);
            assertThat(proxy.get("identity").asString()).isEqualTo("spiffe://cluster.local/ns/shop/sa/catalog");
            assertThat(proxy.get("state").asString()).isEqualTo("SYNCED");
            assertThat(proxy.get("types").get("CDS").asString()).isEqualTo("SYNCED");

            apply(ControlPlaneTest.CATALOG.replace("port: 80", "port: 81"));
            await().atMost(LONG)
                    .until(() -> sidecar.accepted()
                            .resources(ResourceType.CDS)
                            .containsKey("outbound|81||catalog.shop.svc.cluster.local"));
            awaitActiveOn(1);
            assertThat(status().get("liveAfterMs").asLong()).isLessThan(10_000);

            sidecar.client().reportHealth(false, "draining");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(client.get("/api/v1/resources/WorkloadEntry/shop/catalog-v1")
                                    .get("metadata")
                                    .get("annotations")
                                    .get("heddle.io/health")
                                    .asString())
                            .isEqualTo("draining"));
        }
        await().atMost(LONG)
                .until(() -> client.send("GET", "/api/v1/resources/WorkloadEntry/shop/catalog-v1", "")
                                .statusCode()
                        == 404);
    }

    @Test
    void a_sidecars_refusal_is_shown_with_its_reason() throws Exception {
        apply(ControlPlaneTest.CATALOG);
        try (var sidecar = sidecar("catalog-v1")) {
            awaitActiveOn(1);
            sidecar.refuse("no such thing");
            apply(ControlPlaneTest.CATALOG.replace("port: 80", "port: 81"));
            await().atMost(LONG)
                    .untilAsserted(() ->
                            assertThat(status().get("rejectedBy").toString()).contains("no such thing"));
            assertThat(status().get("activeOn").asInt()).isZero();
            // What was refused is not sent again for ever: the counts come to rest.
            var last = new AtomicReference<>(rejects());
            await().atMost(LONG).during(Duration.ofSeconds(1)).until(() -> {
                var now = rejects();
                return last.getAndSet(now).equals(now);
            });
        }
    }

    private List<String> rejects() throws Exception {
        try (var debug = new ControlClient(state, "http://" + endpoints.metrics())) {
            return debug.send("GET", "/metrics", "")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("pilot_total_xds_rejects"))
                    .toList();
        }
    }

    @Test
    void a_token_and_a_certificate_prove_one_identity_only() throws Exception {
        var token = token();
        var root = state.resolve("root.pem");
        try (var sidecar = new TestSidecar(endpoints, root, "catalog-v1", token)) {
            var again = CertificateRequest.generate().csrPem();
            assertThatThrownBy(() -> TestSidecar.ask(endpoints, root, again, token))
                    .hasMessageContaining("UNAUTHENTICATED");
            apply(ControlPlaneTest.CATALOG);
            awaitActiveOn(1);
            try (var liar = sidecar.liar(endpoints)) {
                await().atMost(LONG)
                        .until(() -> liar.losses().stream().anyMatch(loss -> loss.contains("PERMISSION_DENIED")));
                assertThat(client.get("/api/v1/proxies").get("items").size()).isEqualTo(1);
            }
        }
    }

    @Test
    void everything_is_there_after_the_control_plane_was_killed() throws Exception {
        apply(ControlPlaneTest.CATALOG);
        try (var sidecar = sidecar("catalog-v1")) {
            awaitActiveOn(1);
            await().atMost(LONG)
                    .until(() -> client.send("GET", "/api/v1/resources/WorkloadEntry/shop/catalog-v1", "")
                                    .statusCode()
                            == 200);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(client.get("/api/v1/proxies")
                                    .get("items")
                                    .get(0)
                                    .get("state")
                                    .asString())
                            .isEqualTo("SYNCED"));
            var before = sidecar.accepted();
            killAndRestart();
            assertThat(client.send("GET", "/api/v1/resources/WorkloadEntry/shop/catalog-v1", "")
                            .statusCode())
                    .isEqualTo(200);
            awaitActiveOn(1);
            assertThat(sidecar.accepted().resources(ResourceType.EDS)).isEqualTo(before.resources(ResourceType.EDS));
            assertThat(sidecar.accepted().version()).isEqualTo(before.version());
        }
    }

    /// Starts a control plane, and runs until it is killed.
    static final class ControlProcess {
        private ControlProcess() {}

        public static void main(String[] arguments) throws Exception {
            var ports = new ControlOptions.Ports(
                    "127.0.0.1", Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), 0, 0, List.of());
            var options = ControlOptions.defaults()
                    .withStateDirectory(Path.of(arguments[0]))
                    .withPorts(ports);
            var timing = options.timing();
            var _ = ControlPlane.start(options.withTiming(new ControlOptions.Timing(
                    timing.quiet(),
                    timing.longestDelay(),
                    Duration.ofMillis(500),
                    timing.restartGrace(),
                    timing.scrapePeriod(),
                    timing.directoryPeriod(),
                    timing.certificateLife())));
            Thread.currentThread().join();
        }
    }
}
