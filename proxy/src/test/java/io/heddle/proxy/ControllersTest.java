package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Adaptive concurrency and admission control in a proxy as it is run.
final class ControllersTest {
    private static final String LABEL = "{envoy_http_conn_manager_prefix=\"in\"} ";
    private static final String GRADIENT = "envoy_http_adaptive_concurrency_gradient_controller_";

    private FilteredProxy proxy;

    @BeforeEach
    void start(@TempDir Path state) throws Exception {
        proxy = new FilteredProxy("controllers.yaml", state);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void requests_beyond_the_concurrency_limit_are_refused() throws Exception {
        try (var held = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
            held.setSoLinger(true, 0);
            var request = "GET /alone HTTP/1.1\r\nhost: a\r\nx-envoy-fault-delay-request: 600000\r\n\r\n";
            held.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            await().until(() -> proxy.metrics().contains("envoy_http_fault_active_faults" + LABEL + "1\n"));
            assertThat(proxy.ask("GET /alone", "host: a"))
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("\n\nreached concurrency limit");
            assertThat(proxy.askHttp2("/alone")).startsWith("HTTP/2 503");
            assertThat(proxy.ask("GET /free", "host: a")).startsWith("HTTP/1.1 200 ");
            assertThat(proxy.metrics())
                    .contains(GRADIENT + "rq_blocked" + LABEL + "2\n")
                    .contains(GRADIENT + "concurrency_limit" + LABEL + "1\n")
                    .contains(GRADIENT + "min_rtt_calculation_active" + LABEL + "0\n");
        }
        await().until(() -> proxy.ask("GET /alone", "host: a").startsWith("HTTP/1.1 200 "));
        await().until(() -> proxy.metrics().contains(GRADIENT + "min_rtt_msecs" + LABEL + "10\n"));
    }

    /// After 200 failures 200 of 201 requests are refused.
    @Test
    void requests_are_refused_when_too_many_failed() throws Exception {
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            var answer = proxy.ask("GET /", "host: a", "x-answer: 500");
            assertThat(answer).startsWith("HTTP/1.1 50");
            refused += answer.startsWith("HTTP/1.1 503 ") ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(100);
        assertThat(proxy.ask("GET /free", "host: a")).startsWith("HTTP/1.1 200 ");
        assertThat(proxy.metrics())
                .contains("envoy_http_admission_control_rq_rejected" + LABEL + refused + "\n")
                .contains("envoy_http_admission_control_rq_failure" + LABEL + (200 - refused) + "\n");
    }
}
