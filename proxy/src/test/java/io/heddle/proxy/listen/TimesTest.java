package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What a listener says of the time that requests and clients' connections may take.
class TimesTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";
    private static final Timeouts UNLIMITED = new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO);
    private static final Timeouts AS_THE_LISTENER_SAYS = Timeouts.DEFAULT;

    private static RuntimeConfig config(ConnectionLimits connections, Duration idle, Timeouts ofRoute, Origin origin) {
        var usual = NetworkFilter.HttpLimits.DEFAULT;
        var limits = new NetworkFilter.HttpLimits(
                connections,
                usual.requestHeaders(),
                usual.request(),
                usual.stream(),
                idle,
                usual.maxHeaderBytes(),
                usual.maxHeaders(),
                usual.delayedClose());
        return RunningProxy.config(
                RunningProxy.limited(limits, RunningProxy.forward(RetryPolicy.NONE, ofRoute)), origin.port());
    }

    private static RunningProxy idle(Duration idle, Timeouts ofRoute, Origin origin) {
        return new RunningProxy(config(ConnectionLimits.DEFAULT, idle, ofRoute, origin));
    }

    private static RunningProxy connections(int requests, Duration duration, Origin origin) {
        var limits = new ConnectionLimits(Duration.ofHours(1), requests, duration);
        return new RunningProxy(config(limits, Duration.ZERO, UNLIMITED, origin));
    }

    private static Origin silent() {
        return new Origin((socket, _) -> socket.getInputStream().readAllBytes());
    }

    private static Origin answeringAfter(int milliseconds) {
        return new Origin((socket, _) -> {
            while (!Origin.head(socket.getInputStream()).isEmpty()) {
                awaitQuietly(milliseconds);
                Origin.write(socket, OK);
            }
        });
    }

    private static void awaitQuietly(int milliseconds) {
        try {
            assertThat(new CountDownLatch(1).await(milliseconds, TimeUnit.MILLISECONDS))
                    .isFalse();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_request_that_is_not_answered_is_ended_when_nothing_has_moved_for_too_long() throws IOException {
        try (var origin = silent();
                var proxy = idle(Duration.ofMillis(100), AS_THE_LISTENER_SAYS, origin);
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 504 ");
            assertThat(proxy.seen(0).flag()).isEqualTo("SI");
            assertThat(proxy.seen(0).details()).isEqualTo("stream_idle_timeout");
        }
    }

    @Test
    void a_request_that_does_not_go_on_is_answered_408() throws IOException {
        try (var origin = silent();
                var proxy = idle(Duration.ofMillis(100), AS_THE_LISTENER_SAYS, origin);
                var client = proxy.connect()) {
            Origin.write(client, "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\nabc");
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 408 ");
            assertThat(proxy.seen(0).flag()).isEqualTo("SI");
        }
    }

    @Test
    void the_route_has_the_last_word_on_it() throws IOException {
        try (var origin = answeringAfter(400);
                var proxy = idle(Duration.ofMillis(100), UNLIMITED, origin);
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
        }
        var impatient = new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ofMillis(100));
        try (var origin = silent();
                var proxy = idle(Duration.ZERO, impatient, origin);
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 504 ");
        }
    }

    @Test
    void a_connection_ends_with_its_last_request() throws IOException {
        try (var origin = answeringAfter(0);
                var proxy = connections(2, Duration.ZERO, origin);
                var client = proxy.connect()) {
            Origin.write(client, GET + GET + GET);
            assertThat(Origin.head(client.getInputStream())).doesNotContain("connection: close");
            Origin.read(client.getInputStream(), 2);
            assertThat(Origin.head(client.getInputStream())).contains("connection: close");
            assertThat(Origin.read(client.getInputStream(), 99)).isEqualTo("ok");
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void a_connection_that_has_grown_old_ends_with_the_request_under_way() throws IOException {
        try (var origin = answeringAfter(300);
                var proxy = connections(0, Duration.ofMillis(100), origin);
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream()))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("connection: close");
            assertThat(Origin.read(client.getInputStream(), 99)).isEqualTo("ok");
        }
    }

    @Test
    void an_idle_connection_that_has_grown_old_ends_before_its_time() throws IOException {
        try (var origin = answeringAfter(0);
                var proxy = connections(0, Duration.ofMillis(500), origin);
                var client = proxy.connect()) {
            Origin.write(client, GET);
            Origin.head(client.getInputStream());
            Origin.read(client.getInputStream(), 2);
            assertThat(client.getInputStream().read())
                    .as("after five seconds more")
                    .isEqualTo(-1);
        }
    }

    @Test
    void an_http2_connection_says_goaway_after_its_last_request_and_when_it_has_grown_old() throws Exception {
        try (var origin = answeringAfter(0);
                var proxy = connections(1, Duration.ZERO, origin)) {
            var out = Http2HopTest.run("nghttp", "-v", "http://127.0.0.1:" + proxy.port() + "/");
            assertThat(out).contains("recv GOAWAY", ":status: 200");
        }
        try (var origin = answeringAfter(300);
                var proxy = connections(0, Duration.ofMillis(100), origin)) {
            var out = Http2HopTest.run("nghttp", "-v", "http://127.0.0.1:" + proxy.port() + "/");
            assertThat(out).contains("recv GOAWAY", ":status: 200");
        }
    }
}
