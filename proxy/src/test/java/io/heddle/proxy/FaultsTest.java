package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Faults that requests ask for, in a proxy as it is run.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FaultsTest {
    private static final String LABEL = "{envoy_http_conn_manager_prefix=\"in\"} ";

    private FilteredProxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        proxy = new FilteredProxy("faults.yaml", state);
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    private boolean shows(String line) throws Exception {
        return proxy.metrics().contains(line + "\n");
    }

    @Test
    void requests_are_aborted_as_they_ask() throws Exception {
        assertThat(proxy.ask("GET /", "host: a", "x-envoy-fault-abort-request: 418"))
                .startsWith("HTTP/1.1 418 ")
                .endsWith("\n\nfault filter abort");
        assertThat(proxy.askHttp2("/", "x-envoy-fault-abort-request: 418")).startsWith("HTTP/2 418");
        assertThat(proxy.ask("GET /", "host: a", "x-envoy-fault-abort-request: 418", "x-safe: 1"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(proxy.ask("GET /", "host: a")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void clients_of_grpc_get_their_status() throws Exception {
        assertThat(proxy.ask("POST /grpc", "host: a", "content-type: application/grpc"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\ngrpc-status: 5\n", "\ngrpc-message: fault filter abort\n");
    }

    /// The first request is held for long, and its client leaves it.
    @Test
    void only_so_many_have_a_fault_at_a_time() throws Exception {
        try (var held = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
            held.setSoLinger(true, 0);
            var request = "GET / HTTP/1.1\r\nhost: a\r\nx-envoy-fault-delay-request: 600000\r\n\r\n";
            held.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            await().until(() -> shows("envoy_http_fault_active_faults" + LABEL + "1"));
            assertThat(proxy.ask("GET /", "host: a", "x-envoy-fault-delay-request: 600000"))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(proxy.metrics()).contains("envoy_http_fault_faults_overflow" + LABEL);
        }
        await().until(() -> shows("envoy_http_fault_active_faults" + LABEL + "0"));
        assertThat(proxy.ask("GET /", "host: a", "x-envoy-fault-delay-request: 1"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(proxy.metrics()).contains("envoy_http_fault_delays_injected" + LABEL + "2\n");
    }

    /// The application answers with the request's head, of which a second brings no more than it is told.
    @Test
    void answers_are_slowed_as_requests_ask() throws Exception {
        long began = System.nanoTime();
        var padding = "x".repeat(1000);
        assertThat(proxy.ask("GET /", "host: a", "x-envoy-fault-throughput-response: 1", "x-padding: " + padding))
                .startsWith("HTTP/1.1 200 ")
                .contains("x-padding: " + padding);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(700));
        assertThat(proxy.metrics()).contains("envoy_http_fault_response_rl_injected" + LABEL + "1\n");
    }
}
