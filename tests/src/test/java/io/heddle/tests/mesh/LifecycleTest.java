package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.heddle.cli.sidecar.Confinement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How workloads come and go without a caller noticing.
class LifecycleTest {
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

    private static final int COULD_NOT_CONNECT = 7;

    @TempDir
    private static Path folder;

    private static Mesh mesh;
    private static Sidecar web;
    private static Sidecar catalog;

    @BeforeAll
    static void start() {
        mesh = Mesh.start(folder);
        mesh.apply(SERVICES).succeeded();
        web = mesh.run("web.shop", "v1");
        catalog = mesh.run("catalog.shop", "v1");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> web.call("catalog.shop", Map.of()).statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    @Test
    void an_instance_that_comes_and_ends_under_load_loses_no_request() {
        try (var load = Load.start(() -> web.call("catalog.shop", Map.of()))) {
            load.awaitAnswers(50);
            var second = mesh.run("catalog.shop", "v2");
            await("the new instance is asked")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> web.call("catalog.shop", Map.of()).body().startsWith(second.name()));
            load.awaitAnswers(200);
            assertThat(second.stop()).as("the application's code for SIGTERM").isEqualTo(143);
            load.awaitAnswers(200);
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void run_ends_with_its_applications_exit_code() {
        var state = folder.resolve("job").toString();
        var result =
                mesh.heddle("run", "-n", "shop", "--workload", "job", "--state-dir", state, "--", "sh", "-c", "exit 7");
        assertThat(result.exitCode()).as(result.err()).isEqualTo(7);
    }

    @Test
    void a_sidecar_that_the_control_plane_does_not_take_says_so_at_once() {
        long began = System.nanoTime();
        var result = mesh.heddle(
                "run",
                "-n",
                "shop",
                "--workload",
                catalog.name(),
                "--account",
                "thief",
                "--state-dir",
                folder.resolve("thief").toString(),
                "--",
                "true");
        assertThat(result.exitCode()).as(result.err()).isEqualTo(6);
        assertThat(result.err())
                .contains(
                        "error: the control plane does not take this proxy: ",
                        "is held by a proxy with another",
                        "try:");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(40));
    }

    @Test
    void a_confined_application_reaches_another_through_its_sidecar_and_not_past_it() {
        assumeThat(Confinement.possible())
                .as("SKIPPED: this kernel cannot confine TCP connections; Linux 6.7 with Landlock can")
                .isTrue();
        var direct = "http://127.0.0.1:" + catalog.applicationPort() + "/";
        assertThat(call(direct).exitCode()).as("past the sidecar, not confined").isZero();
        assertThat(call(direct, "--confine").exitCode())
                .as("past the sidecar, confined")
                .isEqualTo(COULD_NOT_CONNECT);
        assertThat(call("http://catalog.shop/", "--confine").succeeded().out()).startsWith(catalog.name());
    }

    private static Command.Result call(String address, String... options) {
        var words = new ArrayList<>(List.of("run", "-n", "shop", "--workload", "caller"));
        words.addAll(List.of("--state-dir", folder.resolve("caller").toString()));
        words.addAll(List.of(options));
        words.addAll(List.of("--", "curl", "-sS", "--max-time", "20", address));
        return mesh.heddle(words.toArray(String[]::new));
    }
}
