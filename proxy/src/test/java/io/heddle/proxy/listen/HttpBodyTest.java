package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.Upgrades;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Request bodies, retries, timeouts and copies, over real sockets.
class HttpBodyTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";
    /// What the control plane writes where a route says nothing.
    private static final RetryPolicy USUAL = new RetryPolicy(
            Set.of(
                    Condition.CONNECT_FAILURE,
                    Condition.REFUSED_STREAM,
                    Condition.UNAVAILABLE,
                    Condition.RESET_BEFORE_REQUEST),
            List.of(),
            2,
            Duration.ofMillis(5),
            Duration.ofMillis(50),
            true);

    private static String put(String method, int length) {
        return method + " / HTTP/1.1\r\nHost: shop\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static RuntimeConfig usual(int... ports) {
        return RunningProxy.config(RunningProxy.forward(USUAL, Timeouts.DEFAULT), ports);
    }

    private static String answer(Socket client) throws IOException {
        var head = Origin.head(client.getInputStream());
        if (head.startsWith("HTTP/1.1 200")) {
            assertThat(Origin.read(client.getInputStream(), 5)).isEqualTo("hello");
        }
        return head.isEmpty() ? "" : head.substring(9, 12);
    }

    @Test
    void does_not_read_a_request_faster_than_its_upstream_does() throws Exception {
        int size = 100 << 20;
        var go = new CountDownLatch(1);
        var got = new AtomicLong();
        var sent = new AtomicLong();
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    awaitQuietly(go);
                    var block = new byte[1 << 16];
                    while (got.get() < size) {
                        got.addAndGet(Math.max(0, socket.getInputStream().read(block)));
                    }
                    Origin.write(socket, OK);
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            var writing = CompletableFuture.runAsync(() -> send(client, put("POST", size), size, sent));
            await().pollDelay(Duration.ofMillis(300)).until(() -> sent.get() == stable(sent));
            assertThat(sent.get()).isLessThan(40L << 20);
            go.countDown();
            writing.get(30, TimeUnit.SECONDS);
            assertThat(answer(client)).isEqualTo("200");
            assertThat(got.get()).isEqualTo(size);
        }
    }

    private static void send(Socket client, String head, int size, AtomicLong sent) {
        try {
            Origin.write(client, head);
            var block = new byte[1 << 16];
            for (int left = size; left > 0; left -= block.length) {
                client.getOutputStream().write(block, 0, Math.min(left, block.length));
                sent.addAndGet(Math.min(left, block.length));
            }
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /// What `counter` stands at when it has not moved for a while; anything else otherwise.
    private static long stable(AtomicLong counter) {
        long before = counter.get();
        awaitQuietly(new CountDownLatch(1), 300);
        return counter.get() == before ? before : -1;
    }

    private static void awaitQuietly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    private static void awaitQuietly(CountDownLatch latch, long millis) {
        try {
            assertThat(latch.await(millis, TimeUnit.MILLISECONDS)).isFalse();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    /// Answers the first request of each connection; the first connection then dies on its second request.
    private static Origin dyingOnReuse(int bodyLength) {
        var self = new Origin[1];
        self[0] = new Origin((socket, number) -> {
            while (true) {
                var head = Origin.head(socket.getInputStream());
                if (head.isEmpty()) {
                    return;
                }
                boolean reused = number == 1 && !self[0].heads.isEmpty();
                self[0].heads.add(head);
                var body = Origin.read(socket.getInputStream(), head.startsWith("GET") ? 0 : bodyLength);
                if (reused) {
                    return;
                }
                assertThat(body).isEqualTo("x".repeat(body.length()));
                Origin.write(socket, OK);
            }
        });
        return self[0];
    }

    @Test
    void sends_a_body_of_64_kib_again_when_the_reused_connection_was_closed() throws IOException {
        int length = 64 * 1024;
        try (var origin = dyingOnReuse(length);
                var proxy = new RunningProxy(usual(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(answer(client)).isEqualTo("200");
            Origin.write(client, put("PUT", length) + "x".repeat(length));
            assertThat(answer(client)).isEqualTo("200");
            assertThat(origin.heads).hasSize(3);
            assertThat(origin.connections).hasValue(2);
        }
    }

    @Test
    void sends_a_body_again_that_came_in_many_small_pieces() throws IOException {
        int length = 500;
        try (var origin = dyingOnReuse(length);
                var proxy = new RunningProxy(usual(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(answer(client)).isEqualTo("200");
            Origin.write(client, put("PUT", length));
            for (int i = 0; i < length; i++) {
                Origin.write(client, "x");
            }
            assertThat(answer(client)).isEqualTo("200");
            assertThat(origin.heads).hasSize(3);
        }
    }

    @Test
    void does_not_send_a_longer_body_again() throws IOException {
        int length = 64 * 1024 + 1;
        try (var origin = dyingOnReuse(length);
                var proxy = new RunningProxy(usual(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(answer(client)).isEqualTo("200");
            Origin.write(client, put("PUT", length) + "x".repeat(length));
            assertThat(answer(client)).isEqualTo("503");
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void sends_a_get_again_when_its_reused_connection_was_closed() throws IOException {
        try (var origin = dyingOnReuse(0);
                var proxy = new RunningProxy(usual(origin.port()));
                var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                Origin.write(client, GET);
                assertThat(answer(client)).isEqualTo("200");
            }
            assertThat(origin.heads).hasSize(3);
        }
    }

    @Test
    void never_sends_a_post_again_once_it_went_out() throws IOException {
        try (var origin = dyingOnReuse(2);
                var proxy = new RunningProxy(usual(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(answer(client)).isEqualTo("200");
            Origin.write(client, put("POST", 2) + "xx");
            assertThat(answer(client)).isEqualTo("503");
            assertThat(origin.heads).hasSize(2);
            await().until(() -> proxy.seen.size() == 2);
            assertThat(proxy.seen(1).flag()).isEqualTo("UC");
        }
    }

    @Test
    void passes_100_continue_from_the_application() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    assertThat(Origin.head(socket.getInputStream())).contains("Expect: 100-continue");
                    Origin.write(socket, "HTTP/1.1 100 Continue\r\n\r\n");
                    assertThat(Origin.read(socket.getInputStream(), 2)).isEqualTo("hi");
                    Origin.write(socket, OK);
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(Origin.head(client.getInputStream())).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            Origin.write(client, "hi");
            assertThat(answer(client)).isEqualTo("200");
        }
    }

    @Test
    void tries_again_after_the_timeout_of_one_try() throws IOException {
        var policy = new RetryPolicy(Set.of(Condition.RESET), List.of(), 1, Duration.ZERO, Duration.ofMillis(5), false);
        var timeouts = new Timeouts(Duration.ofSeconds(10), Duration.ofMillis(200), Duration.ZERO);
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    if (number == 1) {
                        assertThat(socket.getInputStream().read()).isEqualTo(-1);
                        return;
                    }
                    Origin.write(socket, OK);
                });
                var proxy =
                        new RunningProxy(RunningProxy.config(RunningProxy.forward(policy, timeouts), origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(answer(client)).isEqualTo("200");
            assertThat(origin.connections).hasValue(2);
        }
    }

    @Test
    void an_answer_that_keeps_coming_is_not_idle() throws IOException {
        var timeouts = new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ofMillis(400));
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
                    for (int i = 0; i < 12; i++) {
                        awaitQuietly(new CountDownLatch(1), 100);
                        Origin.write(socket, "x");
                    }
                });
                var proxy = new RunningProxy(
                        RunningProxy.config(RunningProxy.forward(RetryPolicy.NONE, timeouts), origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            Origin.head(client.getInputStream());
            assertThat(Origin.read(client.getInputStream(), 12)).isEqualTo("x".repeat(12));
        }
    }

    @Test
    void a_body_that_stops_coming_is_answered_408() throws IOException {
        var timeouts = new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ofMillis(200));
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    assertThat(Origin.read(socket.getInputStream(), 3)).isEqualTo("x");
                });
                var proxy = new RunningProxy(
                        RunningProxy.config(RunningProxy.forward(RetryPolicy.NONE, timeouts), origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, put("POST", 2) + "x");
            assertThat(answer(client)).isEqualTo("408");
        }
    }

    @Test
    void a_client_that_vanishes_within_its_body_takes_its_upstream_connection_along() throws Exception {
        var rest = new CompletableFuture<String>();
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    if (number == 1) {
                        rest.complete(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
                        return;
                    }
                    Origin.write(socket, OK);
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var other = proxy.connect()) {
            var client = proxy.connect();
            Origin.write(client, put("POST", 100) + "0123456789");
            await().until(() -> origin.connections.get() == 1);
            client.setSoLinger(true, 0);
            client.close();
            assertThat(rest.get(5, TimeUnit.SECONDS)).startsWith("");
            await().until(() -> proxy.seen.size() == 1);
            Origin.write(other, GET);
            assertThat(answer(other)).isEqualTo("200");
        }
    }

    private static RuntimeConfig mirrored(int port, int shadow, int millionths) {
        var target = new ClusterChoice.Target("app", Optional.empty(), List.of(), List.of(), Map.of());
        var action = new RouteAction.Forward(
                new ClusterChoice.One(target),
                Rewrite.NONE,
                Timeouts.DEFAULT,
                RetryPolicy.NONE,
                List.of(new RouteAction.Mirror("shadow", millionths)),
                Upgrades.NONE);
        var config = RunningProxy.config(action, port);
        var clusters = new HashMap<>(config.clusters());
        var other =
                Objects.requireNonNull(RunningProxy.config(shadow).clusters().get("app"));
        clusters.put(
                "shadow",
                new Cluster(
                        "shadow",
                        other.discovery(),
                        other.endpoints(),
                        other.connectTimeout(),
                        other.balancer(),
                        other.limits(),
                        other.transports(),
                        other.protocol(),
                        other.http2(),
                        ConnectionLimits.DEFAULT,
                        new Cluster.ServiceTag(PeerMetadata.UNKNOWN.service(), "shadow", "shop")));
        return new RuntimeConfig(config.listeners(), Map.of(), clusters, Map.of(), Map.of());
    }

    @Test
    void sends_a_copy_to_a_mirror_and_throws_its_answer_away() throws IOException {
        var copies = new java.util.concurrent.LinkedBlockingQueue<String>();
        try (var origin = new Origin((socket, _) -> {
                    while (!Origin.head(socket.getInputStream()).isEmpty()) {
                        Origin.read(socket.getInputStream(), 2000);
                        Origin.write(socket, OK);
                    }
                });
                var shadow = new Origin((socket, _) -> {
                    while (true) {
                        var head = Origin.head(socket.getInputStream());
                        copies.add(head + Origin.read(socket.getInputStream(), 2000));
                        Origin.write(socket, "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno");
                    }
                });
                var proxy = new RunningProxy(mirrored(origin.port(), shadow.port(), 1_000_000));
                var client = proxy.connect()) {
            for (int i = 0; i < 20; i++) {
                Origin.write(client, put("POST", 2000) + "x".repeat(2000));
                assertThat(answer(client)).isEqualTo("200");
            }
            await().until(() -> copies.size() == 20);
            assertThat(copies)
                    .allSatisfy(copy -> assertThat(copy)
                            .startsWith("POST / HTTP/1.1\r\nhost: shop-shadow\r\n")
                            .endsWith("\r\n\r\n" + "x".repeat(2000)));
            await().until(() -> proxy.upstreams
                            .cluster("shadow")
                            .orElseThrow()
                            .breaker()
                            .active(io.heddle.traffic.resilience.CircuitBreaker.Resource.REQUESTS)
                    == 0);
        }
    }

    @Test
    void a_mirror_that_is_away_or_does_not_read_harms_nobody() throws IOException {
        int size = 4 << 20;
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    socket.getInputStream().skipNBytes(size);
                    Origin.write(socket, OK);
                });
                var shadow = new Origin((socket, _) -> awaitQuietly(new CountDownLatch(1)));
                var proxy = new RunningProxy(mirrored(origin.port(), shadow.port(), 1_000_000));
                var client = proxy.connect()) {
            send(client, put("POST", size), size, new AtomicLong());
            assertThat(answer(client)).isEqualTo("200");
        }
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(mirrored(origin.port(), 1, 1_000_000));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(answer(client)).isEqualTo("200");
        }
    }

    @Test
    void copies_only_the_share_that_is_asked_for() throws IOException {
        try (var origin = Origin.answering(OK);
                var shadow = Origin.answering(OK);
                var proxy = new RunningProxy(mirrored(origin.port(), shadow.port(), 0));
                var client = proxy.connect()) {
            for (int i = 0; i < 50; i++) {
                Origin.write(client, GET);
                assertThat(answer(client)).isEqualTo("200");
            }
            assertThat(shadow.connections).hasValue(0);
        }
    }

    @Test
    void rewrites_the_host_for_one_of_several_clusters_unless_the_route_does() throws IOException {
        assertThat(hostOf(Optional.empty())).isEqualTo("inner.example");
        assertThat(hostOf(Optional.of("outer.example"))).isEqualTo("outer.example");
    }

    private static String hostOf(Optional<String> ofRoute) throws IOException {
        var target = new ClusterChoice.Target("app", Optional.of("inner.example"), List.of(), List.of(), Map.of());
        var action = new RouteAction.Forward(
                ClusterChoice.Weighted.ofTargets(List.of(target), List.of(1)),
                new Rewrite(ofRoute, new Rewrite.Path.Keep()),
                Timeouts.DEFAULT,
                RetryPolicy.NONE,
                List.of(),
                Upgrades.NONE);
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(action, origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(answer(client)).isEqualTo("200");
            var head = origin.heads.get(0);
            int from = head.indexOf("host: ") + "host: ".length();
            return head.substring(from, head.indexOf(13, from));
        }
    }

    private static RuntimeConfig limited(Duration request, Duration stream, int port) {
        var usual = NetworkFilter.HttpLimits.DEFAULT;
        var limits = new NetworkFilter.HttpLimits(
                usual.connections(),
                usual.requestHeaders(),
                request,
                stream,
                usual.streamIdle(),
                usual.maxHeaderBytes(),
                usual.maxHeaders(),
                usual.delayedClose());
        return RunningProxy.config(RunningProxy.limited(limits), port);
    }

    @Test
    void a_request_that_takes_too_long_to_come_is_answered_408() throws IOException {
        try (var origin = new Origin((socket, _) -> socket.getInputStream().readAllBytes());
                var proxy = new RunningProxy(limited(Duration.ofMillis(100), Duration.ZERO, origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, put("PUT", 100) + "abc");
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 408 ");
            assertThat(proxy.seen(0).details()).isEqualTo("request_overall_timeout");
        }
    }

    @Test
    void a_request_that_lasts_too_long_is_answered_504_or_cut() throws IOException {
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    if (number == 2) {
                        Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
                    }
                    socket.getInputStream().readAllBytes();
                });
                var proxy = new RunningProxy(limited(Duration.ZERO, Duration.ofMillis(100), origin.port()));
                var client = proxy.connect();
                var other = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 504 ");
            assertThat(proxy.seen(0).flag()).isEqualTo("DT");
            Origin.write(other, GET);
            assertThat(new String(other.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .endsWith("\r\n\r\nhe");
        }
    }
}
