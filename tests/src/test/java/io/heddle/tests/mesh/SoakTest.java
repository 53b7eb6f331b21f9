package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.tests.proxy.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Load and change go on together, and memory does not grow.
///
/// `-Dheddle.soak=PT1H` runs it for an hour, and shows the resident memory of both sidecars and the control plane every
/// minute; by default it runs for half a minute, which shows that no request fails and that the harness works.
@EnabledOnOs(OS.LINUX)
class SoakTest {
    private static final Duration LENGTH = Duration.parse(System.getProperty("heddle.soak", "PT30S"));
    private static final Duration EVERY =
            LENGTH.compareTo(Duration.ofMinutes(10)) < 0 ? Duration.ofSeconds(5) : Duration.ofMinutes(1);
    private static final int CHANGE_MILLIS = 250;

    /// Each of eight connections rests for so many milliseconds between requests.
    private static final int REST_MILLIS = Integer.getInteger("heddle.soak.rest", 10);

    private static final String SERVICES = """
            apiVersion: v1
            kind: Service
            metadata: {name: catalog, namespace: shop}
            spec: {selector: {app: catalog}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
            """;

    @TempDir
    private static Path folder;

    /// Resident memory at one moment, KiB.
    private record Sample(long client, long server, long control) {}

    @Test
    void memory_stays_while_requests_and_changes_go_on() throws Exception {
        var wrk = Tool.WRK.path();
        try (var mesh = Mesh.start(folder)) {
            mesh.apply(SERVICES).succeeded();
            var web = mesh.run("web.shop", "v1");
            var catalog = mesh.run("catalog.shop", "v1");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> web.call("catalog.shop", Map.of()).statusCode() == 200);
            var load = load(wrk, web.port("outbound"));
            try {
                var samples = churn(mesh, web, catalog);
                assertThat(load.waitFor(60, TimeUnit.SECONDS)).isTrue();
                var said = Files.readString(folder.resolve("wrk.log"));
                System.out.println(said);
                assertThat(said)
                        .contains("requests in")
                        .doesNotContain("Non-2xx")
                        .doesNotContain("Socket errors");
                still(samples);
            } finally {
                load.destroyForcibly();
            }
        }
    }

    private static Process load(String wrk, int port) throws IOException {
        var script = Files.writeString(folder.resolve("rest.lua"), "function delay() return " + REST_MILLIS + " end\n");
        return new ProcessBuilder(
                        wrk,
                        "-t1",
                        "-c8",
                        "-d" + LENGTH.toSeconds() + "s",
                        "--timeout",
                        "30s",
                        "-s",
                        script.toString(),
                        "-H",
                        "Host: catalog.shop",
                        "http://127.0.0.1:" + port + "/")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("wrk.log").toFile())
                .start();
    }

    /// Changes routes, policies and services until the time is over.
    private static List<Sample> churn(Mesh mesh, Sidecar web, Sidecar catalog) throws InterruptedException {
        var samples = new ArrayList<Sample>();
        var end = Instant.now().plus(LENGTH);
        var next = Instant.now();
        var pace = new Semaphore(0);
        for (int i = 0; Instant.now().isBefore(end); i++) {
            mesh.post(change(i));
            if (!Instant.now().isBefore(next)) {
                next = next.plus(EVERY);
                samples.add(new Sample(web.residentKib(), catalog.residentKib(), mesh.controlResidentKib()));
                System.out.println("after " + i + " changes, KiB resident: " + samples.getLast());
            }
            boolean never = pace.tryAcquire(CHANGE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(never).isFalse();
        }
        return samples;
    }

    /// A route of the called service, a policy that lets everybody in, and a service that comes and changes its port.
    private static String change(int number) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: catalog, namespace: shop}
                spec:
                  parentRefs: [{kind: Service, group: "", name: catalog}]
                  rules:
                  - matches: [{path: {type: PathPrefix, value: /}}]
                    filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-update, value: "%1$d"}]}}]
                    backendRefs: [{name: catalog, port: 80}]
                ---
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: catalog-open, namespace: shop}
                spec:
                  selector: {matchLabels: {app: catalog}}
                  action: ALLOW
                  rules: [{to: [{operation: {notPaths: ["/closed-%1$d"]}}]}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: other-%2$d, namespace: shop}
                spec: {selector: {app: other}, ports: [{name: http, port: %3$d}]}
                """.formatted(number, number % 20, 1000 + number % 1000);
    }

    /// The last third needs no more than the middle one, by their medians: a single sample may fall on a collection.
    /// In a short run the JVM's own start is still to be paid.
    private static void still(List<Sample> samples) {
        long slack = LENGTH.compareTo(Duration.ofMinutes(10)) < 0 ? 96 * 1024 : 8 * 1024;
        int third = samples.size() / 3;
        assertThat(third).as("samples in a third").isPositive();
        var middle = median(samples.subList(third, 2 * third));
        var last = median(samples.subList(2 * third, samples.size()));
        System.out.println("median of the middle third " + middle + ", of the last " + last);
        assertThat(last.client()).as("the caller's sidecar").isLessThan(middle.client() + slack);
        assertThat(last.server()).as("the called sidecar").isLessThan(middle.server() + slack);
        assertThat(last.control()).as("the control plane").isLessThan(middle.control() + slack);
    }

    private static Sample median(List<Sample> samples) {
        return new Sample(
                median(samples, Sample::client), median(samples, Sample::server), median(samples, Sample::control));
    }

    private static long median(List<Sample> samples, ToLongFunction<Sample> part) {
        return samples.stream()
                .mapToLong(part)
                .sorted()
                .skip(samples.size() / 2)
                .findFirst()
                .orElseThrow();
    }
}
