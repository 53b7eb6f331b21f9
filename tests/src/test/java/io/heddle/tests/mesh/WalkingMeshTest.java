package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// What the README promises, on one mesh of real processes: a traffic shift, a denied caller, mTLS, and what
/// happens when parts of it are killed.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WalkingMeshTest {
    private static final String SERVICES = """
            apiVersion: v1
            kind: Service
            metadata: {name: catalog, namespace: shop}
            spec: {selector: {app: catalog}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: catalog-v1, namespace: shop}
            spec: {selector: {app: catalog, version: v1}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: catalog-v2, namespace: shop}
            spec: {selector: {app: catalog, version: v2}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: shop}
            spec: {mtls: {mode: STRICT}}
            """;

    @TempDir
    private static Path folder;

    private static Mesh mesh;
    private static Sidecar web;
    private static Sidecar first;
    private static Sidecar second;
    private static Sidecar twin;

    @BeforeAll
    static void start() {
        mesh = Mesh.start(folder);
        mesh.apply(SERVICES).succeeded();
        web = mesh.run("web.shop", "v1");
        first = mesh.run("catalog.shop", "v1");
        second = mesh.run("catalog.shop", "v2");
        twin = mesh.run("catalog.shop", "v2", "v2b");
        mesh.awaitSynced(4);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> web.call("catalog.shop", Map.of()).statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    @Test
    @Order(1)
    void a_traffic_shift_is_live_within_a_second_and_loses_nothing() {
        mesh.apply(split(90, 10)).succeeded();
        awaitActive();
        var shares = new TreeMap<String, Integer>();
        int requests = 2000;
        for (int i = 0; i < requests; i++) {
            shares.merge(answer(), 1, Integer::sum);
        }
        double toSecond = 1 - shares.getOrDefault("catalog-v1", 0) / (double) requests;
        assertThat(toSecond).as("share of v2, of %s", shares).isBetween(0.08, 0.12);

        var failures = new AtomicInteger();
        var lastOld = new AtomicLong();
        var running = new AtomicBoolean(true);
        var caller = Thread.ofPlatform().start(() -> {
            while (running.get()) {
                var response = web.call("catalog.shop", Map.of());
                if (response.statusCode() != 200) {
                    failures.incrementAndGet();
                } else if (response.body().startsWith("catalog-v1")) {
                    lastOld.set(System.nanoTime());
                }
            }
        });
        mesh.apply(split(0, 100)).succeeded();
        long applied = System.nanoTime();
        awaitActive();
        for (int i = 0; i < requests; i++) {
            assertThat(answer())
                    .as("an answer after the change was active on all")
                    .isNotEqualTo("catalog-v1");
        }
        running.set(false);
        join(caller);
        assertThat(failures).as("failed requests during the change").hasValue(0);
        assertThat(Duration.ofNanos(lastOld.get() - applied))
                .as("the last answer of the old version after apply returned")
                .isLessThan(Duration.ofSeconds(1));
    }

    @Test
    @Order(2)
    void a_caller_that_no_policy_allows_is_denied_by_name() {
        mesh.apply("""
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: catalog-callers, namespace: shop}
                spec:
                  selector: {matchLabels: {app: catalog}}
                  action: ALLOW
                  rules:
                  - from: [{source: {principals: ["cluster.local/ns/shop/sa/orders"]}}]
                """).succeeded();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> web.call("catalog.shop", Map.of()).statusCode() == 403);
        assertThat(web.call("catalog.shop", Map.of()).body()).isEqualTo("RBAC: access denied");
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(second.metrics() + twin.metrics())
                    .contains("istio_authz_denied_total{policy=\"shop/catalog-callers\",reason=\"no_allow_matched\"}");
            assertThat(second.accessLog() + twin.accessLog())
                    .contains("\"details\":\"rbac_access_denied_matched_policy[none]\"")
                    .contains("\"policies\":[\"shop/catalog-callers\"]");
        });
        var deleted = mesh.heddle("delete", "authorizationpolicy/catalog-callers", "-n", "shop", "--wait")
                .succeeded();
        assertThat(deleted.err()).contains("live on 4 of 4 proxies after ");
        assertThat(web.call("catalog.shop", Map.of()).statusCode())
                .as("at once after delete --wait")
                .isEqualTo(200);
    }

    @Test
    @Order(3)
    void plaintext_is_refused_and_openssl_sees_tls_1_3_with_the_spiffe_uri() throws IOException {
        try (var socket = new Socket(java.net.InetAddress.getLoopbackAddress(), first.port("inbound"))) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: catalog\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).doesNotContain("HTTP/1.1 200").doesNotContain("catalog-v1");
        }
        var shown = Openssl.connect(
                first.port("inbound"),
                mesh.controlFolder().resolve("root.pem"),
                web.stateFolder().resolve("identity"));
        assertThat(shown).contains("TLSv1.3").contains("URI:spiffe://cluster.local/ns/shop/sa/catalog");
    }

    @Test
    @Order(4)
    void an_invalid_resource_is_refused_and_nothing_changes() {
        var before = mesh.api("/api/v1/resources").toString();
        var badWeight = mesh.apply(split(90, -1));
        assertThat(badWeight.exitCode()).isEqualTo(3);
        assertThat(badWeight.err()).contains("HTTPRoute shop/catalog", "spec.rules[0].backendRefs[1].weight", "-1");
        var unknownField = mesh.apply(split(90, 10).replace("weight: 10", "wieght: 10"));
        assertThat(unknownField.exitCode()).isEqualTo(3);
        assertThat(unknownField.err()).contains("spec.rules[0].backendRefs[1].wieght", "weight");
        var nowhere = mesh.apply(split(90, 10).replace("name: catalog-v2", "name: katalog-v2"));
        assertThat(nowhere.exitCode()).isEqualTo(3);
        assertThat(nowhere.err())
                .contains("HTTPRoute shop/catalog", "spec.rules[0].backendRefs[1]", "katalog-v2", "catalog-v2");
        assertThat(mesh.api("/api/v1/resources").toString()).isEqualTo(before);
    }

    @Test
    @Order(5)
    void a_broken_request_gets_400_and_the_proxy_goes_on() throws IOException {
        try (var socket = new Socket(java.net.InetAddress.getLoopbackAddress(), web.port("outbound"))) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            "GET / HTTP/1.1\r\nHost: catalog.shop\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).startsWith("HTTP/1.1 400 ");
        }
        try (var socket = new Socket(java.net.InetAddress.getLoopbackAddress(), web.port("outbound"))) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHos".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).startsWith("HTTP/1.1 400 ");
        }
        assertThat(web.call("catalog.shop", Map.of()).statusCode()).isEqualTo(200);
    }

    @Test
    @Order(6)
    void callers_see_nothing_when_one_of_two_instances_is_killed() {
        mesh.apply(split(0, 100)).succeeded();
        try (var load = Load.start(() -> web.call("catalog.shop", Map.of()))) {
            load.awaitAnswers(200);
            twin.kill();
            load.awaitAnswers(500);
            assertThat(load.failures())
                    .as("failures beyond the request in flight")
                    .hasSizeLessThanOrEqualTo(1);
        }
        twin.start();
        mesh.awaitSynced(4);
    }

    @Test
    @Order(7)
    void traffic_survives_the_control_plane_and_a_restart_without_it() {
        try (var load = Load.start(() -> web.call("catalog.shop", Map.of()))) {
            load.awaitAnswers(100);
            mesh.killControl();
            load.awaitAnswers(500);
            assertThat(load.failures())
                    .as("failures while the control plane was away")
                    .isEmpty();
        }
        first.kill();
        first.start();
        assertThat(first.call("catalog.shop", Map.of()).statusCode())
                .as("a sidecar restarted without a control plane")
                .isEqualTo(200);
        var services = 4;
        try (var load = Load.start(() -> web.call("catalog.shop", Map.of()))) {
            mesh.restartControl();
            mesh.awaitSynced(4);
            load.awaitAnswers(200);
            assertThat(load.failures()).as("failures around the restart").isEmpty();
        }
        assertThat(mesh.api("/api/v1/resources?kind=Service").path("items")).hasSize(services);
        assertThat(mesh.api("/api/v1/resources?kind=HTTPRoute").path("items")).hasSize(1);
    }

    private static String answer() {
        var response = web.call("catalog.shop", Map.of());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body().trim();
    }

    private static void awaitActive() {
        await("the route is active on all proxies")
                .pollDelay(Duration.ZERO) // a status that is wrong at first must be seen
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> {
                    var status =
                            mesh.api("/api/v1/resources/HTTPRoute/shop/catalog").path("status");
                    assertThat(status.path("activeOn").asInt())
                            .isEqualTo(status.path("proxies").asInt())
                            .isPositive();
                });
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String split(int toFirst, int toSecond) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: catalog, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: catalog}]
                  rules:
                  - backendRefs:
                    - {name: catalog-v1, port: 80, weight: %d}
                    - {name: catalog-v2, port: 80, weight: %d}
                """.formatted(toFirst, toSecond);
    }
}
