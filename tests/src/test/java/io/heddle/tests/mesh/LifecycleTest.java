package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
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

    @TempDir
    private static Path folder;

    private static Mesh mesh;
    private static Sidecar web;

    @BeforeAll
    static void start() {
        mesh = Mesh.start(folder);
        mesh.apply(SERVICES).succeeded();
        web = mesh.run("web.shop", "v1");
        mesh.run("catalog.shop", "v1");
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
}
