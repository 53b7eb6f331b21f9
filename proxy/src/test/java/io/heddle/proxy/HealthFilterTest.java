package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who asks whether a proxy is well, gets an answer; who sends it requests hears when it is not.
final class HealthFilterTest {
    private FilteredProxy proxy;

    @BeforeEach
    void start(@TempDir Path state) throws Exception {
        proxy = new FilteredProxy("health.yaml", state);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private void tell(String path) throws IOException {
        assertThat(proxy.send("admin", "POST " + path, "host: 127.0.0.1")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void the_proxy_answers_by_the_hosts_of_its_clusters() throws Exception {
        assertThat(proxy.ask("GET /healthz", "host: a"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\nx-envoy-upstream-healthchecked-cluster: edge\n")
                .endsWith("\n\n");
        assertThat(proxy.askHttp2("/healthz")).startsWith("HTTP/2 200").endsWith("\n\n");
        assertThat(proxy.ask("GET /strict", "host: a")).startsWith("HTTP/1.1 503 ");
        assertThat(proxy.ask("GET /other", "host: a"))
                .startsWith("HTTP/1.1 200 ")
                .doesNotContain("x-envoy-upstream-healthchecked-cluster");
    }

    @Test
    void the_applications_answer_is_kept() throws Exception {
        assertThat(proxy.ask("GET /app", "host: a", "x-answer: 299"))
                .startsWith("HTTP/1.1 299 ")
                .contains("\nGET /app\n");
        assertThat(proxy.ask("GET /app", "host: a")).startsWith("HTTP/1.1 299 ").doesNotContain("\nGET /app\n");
        assertThat(proxy.askHttp2("/app")).startsWith("HTTP/2 299");
    }

    @Test
    void an_operator_has_it_fail_and_be_well_again() throws Exception {
        tell("/healthcheck/fail");
        for (var path : List.of("/healthz", "/app")) {
            assertThat(proxy.ask("GET " + path, "host: a"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\nx-envoy-immediate-health-check-fail: true\n");
        }
        assertThat(proxy.ask("GET /other", "host: a"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\nx-envoy-immediate-health-check-fail: true\n");
        assertThat(proxy.askHttp2("/other")).contains("\nx-envoy-immediate-health-check-fail: true\n");
        tell("/healthcheck/ok");
        assertThat(proxy.ask("GET /healthz", "host: a")).startsWith("HTTP/1.1 200 ");
        assertThat(proxy.ask("GET /other", "host: a")).doesNotContain("x-envoy-immediate-health-check-fail");
    }
}
