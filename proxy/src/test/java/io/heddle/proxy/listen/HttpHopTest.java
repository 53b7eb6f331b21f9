package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

@SuppressWarnings({"StringSplitter", "StringConcatToTextBlock"}) // messages on the wire, line by line
class HttpHopTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello";
    private static final String GET = "GET /a?b=c HTTP/1.1\r\nHost: shop\r\n\r\n";

    @Test
    void forwards_a_request_and_its_answer() throws IOException {
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(
                    client,
                    "GET /a?b=c HTTP/1.1\r\nHost: shop\r\nX-Own: 1\r\nConnection: x-own, keep-alive\r\n"
                            + "Keep-Alive: 5\r\nx-envoy-retry-on: 5xx\r\nAccept: */*\r\n\r\n");
            assertThat(Origin.head(client.getInputStream()))
                    .matches("HTTP/1.1 200 OK\r\nContent-Length: 5\r\ndate: [A-Z][a-z]{2}, [^\r]* GMT\r\n\r\n");
            assertThat(Origin.read(client.getInputStream(), 5)).isEqualTo("hello");
            assertThat(origin.heads.get(0))
                    .matches("(?s)GET /a\\?b=c HTTP/1.1\r\nHost: shop\r\nAccept: \\*/\\*\r\n"
                            + "x-request-id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\r\n"
                            + "x-forwarded-proto: http\r\nx-envoy-expected-rq-timeout-ms: 15000\r\n\r\n");
            await().until(() -> proxy.seen.size() == 1);
            assertThat(proxy.seen(0)).isEqualTo(new RunningProxy.Seen(200, "-", "via_upstream", 1, 5, 0));
        }
    }

    @Test
    void keeps_both_connections_for_the_next_request() throws IOException {
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            for (int i = 0; i < 100; i++) {
                Origin.write(client, GET);
                Origin.head(client.getInputStream());
                assertThat(Origin.read(client.getInputStream(), 5)).isEqualTo("hello");
            }
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void answers_pipelined_requests_in_order() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    while (true) {
                        var path = Origin.head(socket.getInputStream()).split(" ")[1];
                        Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                    }
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            var all = new StringBuilder();
            for (int i = 100; i < 200; i++) {
                all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: shop\r\n\r\n");
            }
            Origin.write(client, all.toString());
            for (int i = 100; i < 200; i++) {
                Origin.head(client.getInputStream());
                assertThat(Origin.read(client.getInputStream(), 4)).isEqualTo("/" + i);
            }
        }
    }

    @Test
    void relays_a_chunked_body_both_ways_without_its_extensions() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    var body = Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, "POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n");
            Origin.write(client, "3;x=\"y\"\r\nabc\r\n00a\r\n01234");
            Origin.write(client, "56789\r\n0\r\nX-Sum: 1\r\nHost: evil\r\n\r\n");
            Origin.head(client.getInputStream());
            var body = Origin.head(client.getInputStream());
            assertThat(body.replaceAll("(^|\r\n)[0-9a-f]+\r\n", ""))
                    .as(body)
                    .isEqualTo("abc0123456789X-Sum: 1\r\n\r\n");
        }
    }

    @Test
    void passes_trailers_on_but_for_those_that_say_what_a_head_does() throws IOException {
        try (var origin = Origin.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n"
                        + "grpc-status: 5\r\nContent-Length: 9\r\nSet-Cookie: a=b\r\nX-Sum: 1\r\n\r\n");
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            Origin.head(client.getInputStream());
            assertThat(Origin.head(client.getInputStream()))
                    .isEqualTo("2\r\nhi\r\n0\r\ngrpc-status: 5\r\nX-Sum: 1\r\n\r\n");
        }
    }

    @Test
    void large_pieces_of_an_unbounded_answer_are_chunks_that_are_complete_at_once() throws IOException {
        var go = new CountDownLatch(1);
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(3000));
                    try {
                        go.await();
                    } catch (InterruptedException interrupted) {
                        throw new IOException(interrupted);
                    }
                    Origin.write(socket, "y");
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            Origin.head(client.getInputStream());
            var first = new StringBuilder();
            while (first.chars().filter(c -> c == 'x').count() < 3000 || first.charAt(first.length() - 1) != '\n') {
                first.append(Origin.read(client.getInputStream(), 1));
            }
            assertThat(first.toString().replaceAll("[0-9a-f]+\r\nx+\r\n", "")).isEmpty();
            go.countDown();
            assertThat(Origin.head(client.getInputStream())).isEqualTo("1\r\ny\r\n0\r\n\r\n");
        }
    }

    @Test
    void keeps_the_connection_of_an_http_1_0_client_that_asks_for_it() throws IOException {
        try (var origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                Origin.write(client, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                assertThat(Origin.head(client.getInputStream())).contains("\r\nconnection: keep-alive\r\n");
                assertThat(Origin.read(client.getInputStream(), 5)).isEqualTo("hello");
            }
            Origin.write(client, "GET / HTTP/1.0\r\n\r\n");
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .contains("\r\nconnection: close\r\n")
                    .endsWith("hello");
        }
    }

    @Test
    void an_unbounded_answer_ends_with_the_connection_of_an_http_1_0_client() throws IOException {
        try (var origin = Origin.answering(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            var all = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(all).matches("HTTP/1.1 200 OK\r\ndate: [^\r]*\r\nconnection: close\r\n\r\nabcde");
        }
    }

    @Test
    void gives_an_http_1_0_client_the_plain_body_and_closes() throws IOException {
        try (var origin = Origin.answering(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, "GET / HTTP/1.0\r\n\r\n");
            var all = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(all).matches("HTTP/1.1 200 OK\r\ndate: [^\r]*\r\nconnection: close\r\n\r\nabcde");
        }
    }

    @Test
    void chunks_an_answer_that_ends_with_its_connection() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 200 OK\r\n\r\nabc");
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            Origin.head(client.getInputStream());
            assertThat(Origin.head(client.getInputStream())).isEqualTo("3\r\nabc\r\n0\r\n\r\n");
        }
    }

    @Test
    void cuts_the_connection_when_an_answer_breaks_off() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            Origin.head(client.getInputStream());
            assertThat(client.getInputStream().readAllBytes()).hasSizeLessThanOrEqualTo(3);
            await().until(() -> proxy.seen.size() == 1);
            assertThat(proxy.seen(0).flag()).isEqualTo("UC");
        }
    }

    @Test
    void answers_502_to_an_upstream_that_speaks_no_http() throws IOException {
        try (var origin = Origin.answering("SSH-2.0-hello\r\n\r\n");
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void answers_503_when_nobody_listens() throws IOException {
        int free;
        try (var probe = new ServerSocket(0)) {
            free = probe.getLocalPort();
        }
        try (var proxy = new RunningProxy(RunningProxy.config(free));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 503 ");
            await().until(() -> proxy.seen.size() == 1);
            assertThat(proxy.seen(0).flag()).isEqualTo("UF");
            assertThat(proxy.seen(0).attempts()).isEqualTo(2);
        }
    }

    @Test
    void tries_another_host_when_one_refuses() throws IOException {
        int free;
        try (var probe = new ServerSocket(0)) {
            free = probe.getLocalPort();
        }
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(free, origin.port()));
                var client = proxy.connect()) {
            for (int i = 0; i < 20; i++) {
                Origin.write(client, "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nhi");
                assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
                Origin.read(client.getInputStream(), 5);
            }
        }
    }

    @Test
    void repeats_a_get_whose_reused_connection_was_closed() throws IOException {
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, OK);
                    if (number == 1) {
                        Origin.head(socket.getInputStream());
                    }
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                Origin.write(client, GET);
                assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
                Origin.read(client.getInputStream(), 5);
            }
            assertThat(origin.connections).hasValue(2);
        }
    }

    @Test
    void answers_504_after_the_request_timeout() throws IOException {
        var timeouts = new Timeouts(Duration.ofMillis(200), Duration.ZERO, Duration.ZERO);
        try (var origin = new Origin((socket, _) -> Origin.read(socket.getInputStream(), 1_000_000));
                var proxy = new RunningProxy(
                        RunningProxy.config(RunningProxy.forward(RetryPolicy.NONE, timeouts), origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 504 ");
        }
    }

    @Test
    void takes_the_authority_from_an_absolute_target() throws IOException {
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, "GET http://catalog.shop/x?y HTTP/1.1\r\nHost: other\r\n\r\n");
            Origin.head(client.getInputStream());
            assertThat(origin.heads.get(0)).startsWith("GET /x?y HTTP/1.1\r\nhost: catalog.shop\r\nx-request-id");
        }
    }

    @Test
    void redirects() throws IOException {
        var redirect = new RouteAction.Redirect(
                301,
                Optional.of("https"),
                Optional.empty(),
                Optional.empty(),
                io.heddle.traffic.route.Rewrite.NONE,
                false);
        try (var proxy = new RunningProxy(RunningProxy.config(redirect));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream()))
                    .startsWith("HTTP/1.1 301 Moved Permanently\r\n")
                    .contains("location: https://shop/a?b=c\r\n");
        }
    }

    @Test
    void does_not_read_faster_than_the_client() throws Exception {
        var sent = new AtomicLong();
        var done = new CountDownLatch(1);
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\n");
                    var block = new byte[65536];
                    for (int i = 0; i < 4096; i++) {
                        socket.getOutputStream().write(block);
                        sent.addAndGet(block.length);
                    }
                    done.countDown();
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            Origin.head(client.getInputStream());
            assertThat(done.await(1500, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(sent.get()).isLessThan(64L << 20);
            var block = new byte[1 << 20];
            long got = 0;
            while (got < 268435456L) {
                got += client.getInputStream().readNBytes(block, 0, block.length);
            }
            assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void drains_without_losing_what_is_under_way() throws Exception {
        var asked = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    asked.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException stopped) {
                        throw new IOException(stopped);
                    }
                    Origin.write(socket, OK);
                });
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var idle = proxy.connect();
                var busy = proxy.connect()) {
            Origin.write(busy, GET);
            asked.await();
            var drained = proxy.listeners.drain(_ -> true);
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThat(drained).isNotDone();
            go.countDown();
            assertThat(Origin.head(busy.getInputStream())).contains("connection: close\r\n");
            assertThat(new String(busy.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("hello");
            assertThat(drained).succeedsWithin(Duration.ofSeconds(5));
        }
    }

    @Test
    void keeps_connections_over_a_change_of_routes() throws IOException {
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            Origin.head(client.getInputStream());
            Origin.read(client.getInputStream(), 5);
            proxy.config.swap(RunningProxy.config(new RouteAction.DirectResponse(418, "tea"), origin.port()));
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 418 ");
        }
    }

    @Test
    void relays_tcp_with_half_close() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    var all = socket.getInputStream().readAllBytes();
                    socket.getOutputStream().write(all);
                });
                var proxy = new RunningProxy(
                        RunningProxy.config(new NetworkFilter.Tcp("tcp", "app", Duration.ofHours(1)), origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, "one way");
            client.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("one way");
        }
    }

    @Test
    void a_relay_whose_listener_is_gone_ends_after_the_time_to_drain() throws IOException {
        try (var origin = new Origin((socket, _) -> socket.getInputStream().transferTo(socket.getOutputStream()));
                var proxy = new RunningProxy(
                        RunningProxy.config(new NetworkFilter.Tcp("tcp", "app", Duration.ofHours(1)), origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, "ping");
            assertThat(Origin.read(client.getInputStream(), 4)).isEqualTo("ping");
            long gone = System.nanoTime();
            proxy.listeners.swapped(proxy.config.current(), RuntimeConfig.EMPTY);
            Origin.write(client, "pong");
            assertThat(Origin.read(client.getInputStream(), 4)).isEqualTo("pong");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(System.nanoTime() - gone).isGreaterThanOrEqualTo(RunningProxy.DRAIN_TIME.toNanos());
        }
    }

    @Test
    void relays_tcp_whose_host_ends_first() throws IOException {
        var got = new CompletableFuture<String>();
        try (var origin = new Origin((socket, _) -> {
                    Origin.write(socket, "hello");
                    socket.shutdownOutput();
                    got.complete(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
                });
                var proxy = new RunningProxy(
                        RunningProxy.config(new NetworkFilter.Tcp("tcp", "app", Duration.ofHours(1)), origin.port()));
                var client = proxy.connect()) {
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("hello");
            Origin.write(client, "still here");
            client.shutdownOutput();
            assertThat(got.join()).isEqualTo("still here");
        }
    }
}
