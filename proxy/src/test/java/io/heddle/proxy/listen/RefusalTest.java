package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Connections that are refused though their clients have sent a request already: each reads an end, no reset.
class RefusalTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static RuntimeConfig limited(Duration delay) {
        var filter = RunningProxy.http(new RouteAction.DirectResponse(418, "teapot"));
        var chain = new ListenerChain(
                "",
                ListenerChain.Match.ANY,
                Optional.empty(),
                ListenerChain.HANDSHAKE_TIMEOUT,
                Optional.of(new ListenerChain.ConnectionLimit("one", 1, delay)),
                List.of(),
                filter);
        return Listening.config(List.of(Listening.in(chain)));
    }

    /// The loop accepts the second connection only when its request has come.
    private static void secondIsRefused(RunningProxy proxy) throws Exception {
        try (var first = proxy.connect()) {
            Origin.write(first, REQUEST);
            assertThat(Origin.head(first.getInputStream())).startsWith("HTTP/1.1 418 ");
            var sent = new CountDownLatch(1);
            proxy.loops.workers().getFirst().loop().execute(() -> await(sent));
            try (var second = proxy.connect()) {
                Origin.write(second, REQUEST);
                sent.countDown();
                assertReadsAnEnd(second);
            } finally {
                sent.countDown();
            }
        }
    }

    private static void assertReadsAnEnd(Socket client) throws IOException {
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    private static void await(CountDownLatch sent) {
        try {
            assertThat(sent.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void one_beyond_the_proxys_limit_reads_an_end() throws Exception {
        var unlimited = RunningProxy.config(new RouteAction.DirectResponse(418, "teapot"));
        try (var proxy = new RunningProxy(unlimited, 1L)) {
            secondIsRefused(proxy);
        }
    }

    @Test
    void one_beyond_a_chains_limit_reads_an_end() throws Exception {
        for (var delay : List.of(Duration.ZERO, Duration.ofMillis(10))) {
            try (var proxy = new RunningProxy(limited(delay))) {
                secondIsRefused(proxy);
            }
        }
    }
}
