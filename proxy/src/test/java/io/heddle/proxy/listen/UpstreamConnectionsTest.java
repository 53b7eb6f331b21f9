package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// How many connections go to a host, and how long they are used, over real sockets.
class UpstreamConnectionsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";
    private static final ConnectionLimits ENDLESS = ConnectionLimits.DEFAULT;

    private static RunningProxy proxy(int port, BreakerLimits limits, ConnectionLimits connections) {
        return new RunningProxy(RunningProxy.limited(RunningProxy.config(port), limits, connections));
    }

    private static RunningProxy proxy(int port, ConnectionLimits connections) {
        return proxy(port, BreakerLimits.DEFAULT, connections);
    }

    private static String answer(Socket client) throws IOException {
        var head = Origin.head(client.getInputStream());
        if (head.startsWith("HTTP/1.1 200")) {
            Origin.read(client.getInputStream(), 2);
        }
        return head;
    }

    private static void pause(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    /// Answers each request on a connection when `go` is open.
    private static Origin waiting(CountDownLatch go, AtomicInteger asked) {
        return new Origin((socket, _) -> {
            while (!Origin.head(socket.getInputStream()).isEmpty()) {
                asked.incrementAndGet();
                pause(go);
                Origin.write(socket, OK);
            }
        });
    }

    @Test
    void a_request_beyond_the_connections_waits_for_one_to_become_free() throws IOException {
        var go = new CountDownLatch(1);
        var asked = new AtomicInteger();
        try (var origin = waiting(go, asked);
                var proxy = proxy(origin.port(), new BreakerLimits(1, 10, 10, 3), ENDLESS);
                var first = proxy.connect();
                var second = proxy.connect()) {
            Origin.write(first, GET);
            await().until(() -> asked.get() == 1);
            Origin.write(second, GET);
            var breaker = proxy.upstreams.cluster("app").orElseThrow().breaker();
            await().until(() -> breaker.active(Resource.PENDING) == 1);
            go.countDown();
            assertThat(answer(first)).startsWith("HTTP/1.1 200");
            assertThat(answer(second)).startsWith("HTTP/1.1 200");
            assertThat(origin.connections).hasValue(1);
            assertThat(breaker.active(Resource.PENDING)).isZero();
        }
    }

    @Test
    void a_request_beyond_the_queue_is_an_overflow() throws IOException {
        var go = new CountDownLatch(1);
        var asked = new AtomicInteger();
        try (var origin = waiting(go, asked);
                var proxy = proxy(origin.port(), new BreakerLimits(1, 1, 10, 3), ENDLESS);
                var first = proxy.connect();
                var second = proxy.connect();
                var third = proxy.connect()) {
            Origin.write(first, GET);
            await().until(() -> asked.get() == 1);
            Origin.write(second, GET);
            var breaker = proxy.upstreams.cluster("app").orElseThrow().breaker();
            await().until(() -> breaker.active(Resource.PENDING) == 1);
            Origin.write(third, GET);
            assertThat(answer(third)).startsWith("HTTP/1.1 503").contains("x-envoy-overloaded: true");
            go.countDown();
            assertThat(answer(second)).startsWith("HTTP/1.1 200");
            assertThat(proxy.seen(0).flag()).isEqualTo("UO");
        }
    }

    @Test
    void a_waiting_request_gets_a_new_connection_when_the_busy_one_ends() throws IOException {
        var go = new CountDownLatch(1);
        var asked = new AtomicInteger();
        try (var origin = new Origin((socket, number) -> {
                    while (!Origin.head(socket.getInputStream()).isEmpty()) {
                        asked.incrementAndGet();
                        pause(go);
                        Origin.write(socket, OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
                    }
                });
                var proxy = proxy(origin.port(), new BreakerLimits(1, 10, 10, 3), ENDLESS);
                var first = proxy.connect();
                var second = proxy.connect()) {
            Origin.write(first, GET);
            await().until(() -> asked.get() == 1);
            Origin.write(second, GET);
            var breaker = proxy.upstreams.cluster("app").orElseThrow().breaker();
            await().until(() -> breaker.active(Resource.PENDING) == 1);
            go.countDown();
            assertThat(answer(first)).startsWith("HTTP/1.1 200");
            assertThat(answer(second)).startsWith("HTTP/1.1 200");
            assertThat(origin.connections).hasValue(2);
        }
    }

    @Test
    void all_who_wait_are_told_when_the_only_connection_cannot_be_made() throws IOException {
        int port;
        try (var gone = new ServerSocket(0)) {
            port = gone.getLocalPort();
        }
        try (var proxy = proxy(port, new BreakerLimits(1, 10, 10, 3), ENDLESS);
                var first = proxy.connect();
                var second = proxy.connect()) {
            Origin.write(first, GET);
            Origin.write(second, GET);
            assertThat(answer(first)).startsWith("HTTP/1.1 503");
            assertThat(answer(second)).startsWith("HTTP/1.1 503");
            var breaker = proxy.upstreams.cluster("app").orElseThrow().breaker();
            await().until(() -> breaker.active(Resource.CONNECTIONS) == 0 && breaker.active(Resource.PENDING) == 0);
        }
    }

    @Test
    void a_connection_serves_as_many_requests_as_it_may() throws IOException {
        try (var origin = Origin.answering(OK);
                var proxy = proxy(origin.port(), new ConnectionLimits(Duration.ZERO, 2, Duration.ZERO));
                var client = proxy.connect()) {
            for (int i = 0; i < 5; i++) {
                Origin.write(client, GET);
                assertThat(answer(client)).startsWith("HTTP/1.1 200");
            }
            assertThat(origin.connections).hasValue(3);
        }
    }

    @Test
    void an_idle_connection_is_closed() throws IOException {
        var ended = new CountDownLatch(1);
        try (var origin = new Origin((socket, _) -> {
                    while (!Origin.head(socket.getInputStream()).isEmpty()) {
                        Origin.write(socket, OK);
                    }
                    ended.countDown();
                });
                var proxy = proxy(origin.port(), new ConnectionLimits(Duration.ofMillis(50), 0, Duration.ZERO));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(answer(client)).startsWith("HTTP/1.1 200");
            pause(ended);
        }
    }

    @Test
    void a_connection_grows_only_so_old() throws IOException {
        var ended = new CountDownLatch(1);
        try (var origin = new Origin((socket, _) -> {
                    while (!Origin.head(socket.getInputStream()).isEmpty()) {
                        Origin.write(socket, OK);
                    }
                    ended.countDown();
                });
                var proxy = proxy(origin.port(), new ConnectionLimits(Duration.ZERO, 0, Duration.ofMillis(200)));
                var client = proxy.connect()) {
            while (ended.getCount() > 0) {
                Origin.write(client, GET);
                assertThat(answer(client)).startsWith("HTTP/1.1 200");
            }
        }
    }

    /// A proxy that speaks HTTP/2 to the one at `port`.
    private static RunningProxy speakingHttp2(int port, ConnectionLimits connections) {
        var config = RunningProxy.speaking(RunningProxy.config(port), Cluster.Protocol.HTTP2);
        return new RunningProxy(RunningProxy.limited(config, BreakerLimits.DEFAULT, connections));
    }

    @Test
    void an_http2_connection_serves_as_many_requests_as_it_may() throws IOException {
        try (var origin = Origin.answering(OK);
                var second = new RunningProxy(RunningProxy.config(origin.port()));
                var first = speakingHttp2(second.port(), new ConnectionLimits(Duration.ZERO, 2, Duration.ZERO));
                var client = first.connect()) {
            var breaker = first.upstreams.cluster("app").orElseThrow().breaker();
            Origin.write(client, GET);
            assertThat(answer(client)).startsWith("HTTP/1.1 200");
            assertThat(breaker.active(Resource.CONNECTIONS)).isEqualTo(1);
            Origin.write(client, GET);
            assertThat(answer(client)).startsWith("HTTP/1.1 200");
            await().until(() -> breaker.active(Resource.CONNECTIONS) == 0);
            Origin.write(client, GET);
            assertThat(answer(client)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void an_http2_connection_grows_only_so_old_and_ends_what_it_has_begun() throws IOException {
        var go = new CountDownLatch(1);
        var asked = new AtomicInteger();
        try (var origin = waiting(go, asked);
                var second = new RunningProxy(RunningProxy.config(origin.port()));
                var first =
                        speakingHttp2(second.port(), new ConnectionLimits(Duration.ZERO, 0, Duration.ofMillis(100)));
                var client = first.connect()) {
            var breaker = first.upstreams.cluster("app").orElseThrow().breaker();
            Origin.write(client, GET);
            await().until(() -> asked.get() == 1);
            var others = new ArrayList<Socket>();
            while (breaker.active(Resource.CONNECTIONS) < 2) {
                var other = first.connect();
                others.add(other);
                Origin.write(other, GET);
                await().until(() -> asked.get() == 1 + others.size());
            }
            go.countDown();
            assertThat(answer(client)).startsWith("HTTP/1.1 200");
            for (var other : others) {
                assertThat(answer(other)).startsWith("HTTP/1.1 200");
                other.close();
            }
            await().until(() -> breaker.active(Resource.CONNECTIONS) == 0);
        }
    }
}
