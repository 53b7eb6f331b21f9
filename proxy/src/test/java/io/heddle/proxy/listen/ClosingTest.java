package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How long a connection that closes waits for a client that takes its last answer slowly, or not at all. The kernel
/// buffers a few KiB on both sides, whatever it would do by itself: the rest of the answer is the proxy's to keep.
class ClosingTest {
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int KERNEL = 4096;
    private static final int BODY = 48_000;
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: " + BODY + "\r\n\r\n" + "x".repeat(BODY);

    @BeforeEach
    void options_are_set_by_number_with_epoll_only() {
        assumeThat(Epoll.isAvailable()).isTrue();
    }

    private static RuntimeConfig config(Duration delayedClose, int port) {
        var usual = NetworkFilter.HttpLimits.DEFAULT;
        var limits = new NetworkFilter.HttpLimits(
                usual.connections(),
                usual.requestHeaders(),
                usual.request(),
                usual.stream(),
                usual.streamIdle(),
                usual.maxHeaderBytes(),
                usual.maxHeaders(),
                delayedClose);
        var config = RunningProxy.config(
                RunningProxy.limited(limits, RunningProxy.forward(RetryPolicy.NONE, Timeouts.DEFAULT)), port);
        var small = new Listener.SocketOption(SOL_SOCKET, SO_SNDBUF, KERNEL, false);
        var listener = Objects.requireNonNull(config.listeners().get("in"))
                .withAddresses(new Listener.Address("127.0.0.1", 0, false, List.of(small)));
        return new RuntimeConfig(Map.of("in", listener), Map.of(), config.clusters(), Map.of(), Map.of());
    }

    private static Socket ask(RunningProxy proxy) throws IOException {
        var client = new Socket();
        client.setReceiveBufferSize(KERNEL);
        client.setSoTimeout(20_000);
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
        Origin.write(client, "GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
        return client;
    }

    private static long open(RunningProxy proxy) {
        return proxy.listeners.connections();
    }

    private static void pause() {
        try {
            assertThat(new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS)).isFalse();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_client_that_takes_nothing_is_left(boolean endsItsSide) throws IOException {
        try (var origin = Origin.answering(ANSWER);
                var proxy = new RunningProxy(config(Duration.ofMillis(300), origin.port()));
                var client = ask(proxy)) {
            if (endsItsSide) {
                client.shutdownOutput();
            }
            assertThat(proxy.seen(0).sent()).as("all of it is the proxy's").isEqualTo(BODY);
            await().until(() -> open(proxy) == 0);
            assertThat(client.getInputStream().readAllBytes())
                    .as("what the kernel had")
                    .hasSizeBetween(1, BODY / 2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_client_that_takes_it_slowly_gets_all_of_it(boolean endsItsSide) throws IOException {
        var patience = Duration.ofMillis(1500);
        try (var origin = Origin.answering(ANSWER);
                var proxy = new RunningProxy(config(patience, origin.port()));
                var client = ask(proxy)) {
            if (endsItsSide) {
                client.shutdownOutput();
            }
            assertThat(proxy.seen(0).sent()).isEqualTo(BODY);
            long begun = System.nanoTime();
            int got = Origin.head(client.getInputStream()).isEmpty() ? 0 : 1;
            int taken = 0;
            int last = got;
            while (last > 0) {
                last = client.getInputStream().readNBytes(KERNEL).length;
                taken += last;
                pause();
            }
            assertThat(taken).isEqualTo(BODY);
            assertThat(System.nanoTime() - begun).as("longer than it waits").isGreaterThan(patience.toNanos());
            await().until(() -> open(proxy) == 0);
        }
    }

    @Test
    void without_a_time_to_wait_a_client_gets_what_it_takes_at_once() throws IOException {
        try (var origin = Origin.answering(ANSWER);
                var proxy = new RunningProxy(config(Duration.ZERO, origin.port()));
                var client = ask(proxy)) {
            assertThat(proxy.seen(0).sent()).isEqualTo(BODY);
            assertThat(client.getInputStream().readAllBytes()).hasSizeGreaterThan(BODY);
            await().until(() -> open(proxy) == 0);
        }
    }
}
