package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.observe.DownstreamFigure;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.reply.ReplyRules;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.Upgrades;
import io.heddle.traffic.route.VirtualHost;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections that change their protocol, over real sockets.
class TunnelTest {
    private static final Upgrades WEBSOCKET = new Upgrades(Map.of("websocket", true), false);
    private static final Upgrades CONNECT = new Upgrades(Map.of("connect", true), false);
    private static final Upgrades TERMINATE = new Upgrades(Map.of("connect", true), true);
    private static final String UPGRADE =
            "GET /chat HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    private static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Key: k\r\n\r\n";

    private static RuntimeConfig config(PathMatcher path, Upgrades upgrades, Timeouts timeouts, int port) {
        return config(path, upgrades, timeouts, NetworkFilter.HttpLimits.DEFAULT, port);
    }

    private static RuntimeConfig config(
            PathMatcher path, Upgrades upgrades, Timeouts timeouts, NetworkFilter.HttpLimits limits, int port) {
        var target = new ClusterChoice.Target("app", Optional.empty(), List.of(), List.of(), Map.of());
        var forward = new RouteAction.Forward(
                new ClusterChoice.One(target), Rewrite.NONE, timeouts, RetryPolicy.NONE, List.of(), upgrades);
        var match = new RouteMatch(path, List.of(), List.of());
        var route = new Route("all", match, forward, List.of(), List.of(), Map.of());
        var table = RouteTable.of("all", List.of(new VirtualHost("all", List.of("*"), List.of(route))));
        var http = new NetworkFilter.Http(
                "outbound",
                new NetworkFilter.RouteSource.Inline(table),
                new FilterChain(List.of()),
                NetworkFilter.ForwardClientCertificate.SANITIZE,
                NetworkFilter.PathRules.NONE,
                HeadOptions.DEFAULT,
                limits,
                Upgrades.NONE,
                new NetworkFilter.Codec(NetworkFilter.Codec.Kind.AUTO, Http2Options.DEFAULT.withConnect(true)),
                List.of(),
                ReplyRules.NONE);
        return RunningProxy.config(http, port);
    }

    private static RuntimeConfig upgrade(int port) {
        return config(new PathMatcher.Prefix("/", false), WEBSOCKET, Timeouts.DEFAULT, port);
    }

    private static void echo(Socket socket) throws IOException {
        socket.getInputStream().transferTo(socket.getOutputStream());
    }

    private static long counted(RunningProxy proxy, DownstreamFigure figure) {
        return Objects.requireNonNull(proxy.listeners.managers().get("outbound"))
                .value(figure);
    }

    @Test
    void a_tunnel_counts_until_it_ends() throws IOException {
        try (var origin = Origin.echoing(SWITCHING);
                var proxy = new RunningProxy(upgrade(origin.port()))) {
            try (var client = proxy.connect()) {
                Origin.write(client, UPGRADE);
                assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 101 ");
                await().until(() -> counted(proxy, DownstreamFigure.UPGRADES_ACTIVE) == 1);
                assertThat(counted(proxy, DownstreamFigure.REQUESTS_ACTIVE)).isEqualTo(1);
            }
            await().until(() -> counted(proxy, DownstreamFigure.REQUESTS_ACTIVE) == 0);
            assertThat(counted(proxy, DownstreamFigure.UPGRADES_ACTIVE)).isZero();
            assertThat(counted(proxy, DownstreamFigure.UPGRADES_TOTAL)).isEqualTo(1);
        }
    }

    @Test
    void carries_a_websocket_both_ways_and_lets_each_direction_end() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    var head = Origin.head(socket.getInputStream());
                    assertThat(head).contains("connection: upgrade\r\n", "upgrade: websocket\r\n");
                    Origin.write(socket, SWITCHING + "welcome");
                    echo(socket);
                });
                var proxy = new RunningProxy(upgrade(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, UPGRADE + "early");
            assertThat(Origin.head(client.getInputStream()))
                    .startsWith("HTTP/1.1 101 ")
                    .contains("X-Key: k\r\n", "connection: upgrade\r\n", "upgrade: websocket\r\n")
                    .doesNotContain("transfer-encoding");
            assertThat(Origin.read(client.getInputStream(), 12)).isEqualTo("welcomeearly");
            Origin.write(client, "more");
            assertThat(Origin.read(client.getInputStream(), 4)).isEqualTo("more");
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            await().until(() -> proxy.seen.size() == 1);
            var seen = proxy.seen(0);
            assertThat(seen.status()).isEqualTo(101);
            assertThat(seen.flag()).isEqualTo("-");
            assertThat(seen.sent()).isEqualTo(16);
            assertThat(seen.received()).isEqualTo(9);
        }
    }

    @Test
    void what_came_before_the_switch_is_carried_though_the_client_has_ended() throws IOException {
        try (var origin = Origin.answeringWebSocketAfterTheEnd();
                var proxy = new RunningProxy(upgrade(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, UPGRADE + "early");
            client.shutdownOutput();
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 101 ");
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("early");
        }
    }

    /// A proxy that speaks HTTP/2 to one that speaks HTTP/1.1 to `port`; both carry WebSockets.
    private static RuntimeConfig http2(int port) {
        return RunningProxy.speaking(upgrade(port), Cluster.Protocol.HTTP2);
    }

    @Test
    void carries_a_websocket_through_http2_between_two_proxies() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    var head = Origin.head(socket.getInputStream());
                    assertThat(head)
                            .startsWith("GET /chat HTTP/1.1\r\n")
                            .contains("connection: upgrade\r\n", "upgrade: websocket\r\n");
                    Origin.write(socket, Origin.switching(head, "X-Key: k\r\n") + "welcome");
                    echo(socket);
                });
                var second = new RunningProxy(upgrade(origin.port()));
                var first = new RunningProxy(http2(second.port()));
                var client = first.connect()) {
            Origin.write(client, UPGRADE + "early");
            assertThat(Origin.head(client.getInputStream()))
                    .startsWith("HTTP/1.1 101 ")
                    .contains("x-key: k\r\n", "connection: upgrade\r\n", "upgrade: websocket\r\n");
            assertThat(Origin.read(client.getInputStream(), 12)).isEqualTo("welcomeearly");
            var large = "x".repeat(500_000);
            Origin.write(client, large);
            assertThat(Origin.read(client.getInputStream(), large.length())).isEqualTo(large);
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            await().until(() -> first.seen.size() == 1 && second.seen.size() == 1);
            assertThat(second.seen.getFirst().received()).isEqualTo(500_005);
        }
    }

    /// The opening of RFC 6455, section 1.3, and the answer it asks for.
    private static final String OPENING = UPGRADE.replace(
            "\r\n\r\n", "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");

    private static final String PROOF = "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

    private static List<String> lines(String head, String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .toList();
    }

    @Test
    void each_side_of_http2_sees_a_whole_opening_of_the_websocket() throws IOException {
        var heads = new ArrayBlockingQueue<String>(2);
        try (var origin = new Origin((socket, _) -> {
                    var head = Origin.head(socket.getInputStream());
                    heads.add(head);
                    Origin.write(socket, Origin.switching(head, "Sec-WebSocket-Protocol: chat\r\n"));
                    echo(socket);
                });
                var second = new RunningProxy(upgrade(origin.port()));
                var first = new RunningProxy(http2(second.port()));
                var client = first.connect();
                var bare = first.connect()) {
            Origin.write(client, OPENING);
            assertThat(Origin.head(client.getInputStream()))
                    .startsWith("HTTP/1.1 101 ")
                    .containsOnlyOnce("accept:")
                    .contains(PROOF, "sec-websocket-protocol: chat\r\n");
            tunnels(client);
            var made = heads.remove();
            assertThat(lines(made, "sec-websocket-key"))
                    .singleElement()
                    .satisfies(line -> assertThat(Base64.getDecoder().decode(line.substring(19)))
                            .hasSize(16)
                            .isNotEqualTo("the sample nonce".getBytes(StandardCharsets.ISO_8859_1)));
            assertThat(lines(made, "sec-websocket-version")).containsExactly("sec-websocket-version: 13");

            Origin.write(bare, UPGRADE);
            assertThat(Origin.head(bare.getInputStream()))
                    .startsWith("HTTP/1.1 101 ")
                    .doesNotContain("accept:");
            var other = heads.remove();
            assertThat(lines(other, "sec-websocket-version")).containsExactly("sec-websocket-version: 13");
            assertThat(lines(other, "sec-websocket-key")).hasSize(1).isNotEqualTo(lines(made, "sec-websocket-key"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SWITCHING,
                "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            })
    void a_host_that_does_not_prove_a_websocket_of_http2_is_answered_502(String answer) throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, answer);
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                });
                var second = new RunningProxy(upgrade(origin.port()));
                var first = new RunningProxy(http2(second.port()));
                var client = first.connect()) {
            Origin.write(client, OPENING);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 502 ");
            await().until(() -> second.seen.size() == 1);
            assertThat(second.seen(0).flag()).isEqualTo("UPE");
        }
    }

    @Test
    void an_opening_that_stays_with_http1_passes_as_it_is() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    assertThat(Origin.head(socket.getInputStream()))
                            .contains("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
                    Origin.write(socket, SWITCHING.replace("X-Key: k", "Sec-WebSocket-Accept: anything"));
                    echo(socket);
                });
                var proxy = new RunningProxy(upgrade(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, OPENING);
            assertThat(Origin.head(client.getInputStream())).contains("Sec-WebSocket-Accept: anything\r\n");
        }
    }

    @Test
    void a_refused_websocket_through_http2_is_an_answer_like_another() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno");
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                });
                var second = new RunningProxy(upgrade(origin.port()));
                var first = new RunningProxy(http2(second.port()));
                var client = first.connect()) {
            Origin.write(client, UPGRADE + "early");
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 400 ");
            assertThat(Origin.read(client.getInputStream(), 2)).isEqualTo("no");
        }
    }

    @Test
    void sends_nothing_on_before_the_application_agrees() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                });
                var proxy = new RunningProxy(upgrade(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, UPGRADE + "GET /next HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 400 ");
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 400 ");
            assertThat(origin.connections).hasValue(2);
        }
    }

    @Test
    void a_reset_of_the_host_cuts_the_tunnel() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, SWITCHING);
                    Origin.read(socket.getInputStream(), 2);
                    socket.setSoLinger(true, 0);
                });
                var proxy = new RunningProxy(upgrade(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, UPGRADE);
            Origin.head(client.getInputStream());
            Origin.write(client, "go");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            await().until(() -> proxy.seen.size() == 1);
            assertThat(proxy.seen(0).flag()).isEqualTo("UC");
        }
    }

    @Test
    void an_idle_tunnel_ends() throws IOException {
        var timeouts = new Timeouts(Duration.ofMillis(10), Duration.ZERO, Duration.ofMillis(100));
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, SWITCHING);
                    echo(socket);
                });
                var proxy = new RunningProxy(
                        config(new PathMatcher.Prefix("/", false), WEBSOCKET, timeouts, origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, UPGRADE);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 101 ");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            await().until(() -> proxy.seen.size() == 1);
            assertThat(proxy.seen(0).flag()).isEqualTo("SI");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_tunnel_that_bytes_go_through_ends_when_it_has_lasted_as_long_as_it_may(boolean connect) throws IOException {
        var standard = NetworkFilter.HttpLimits.DEFAULT;
        var limits = new NetworkFilter.HttpLimits(
                standard.connections(),
                standard.requestHeaders(),
                standard.request(),
                Duration.ofMillis(300),
                standard.streamIdle(),
                standard.maxHeaderBytes(),
                standard.maxHeaders(),
                standard.delayedClose());
        var path = connect ? new PathMatcher.Connect() : new PathMatcher.Prefix("/", false);
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, connect ? "HTTP/1.1 200 OK\r\n\r\n" : SWITCHING);
                    echo(socket);
                });
                var proxy = new RunningProxy(
                        config(path, connect ? CONNECT : WEBSOCKET, Timeouts.DEFAULT, limits, origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, connect ? "CONNECT shop:80 HTTP/1.1\r\nHost: shop:80\r\n\r\n" : UPGRADE);
            Origin.head(client.getInputStream());
            talkToTheEnd(client);
            await().until(() -> proxy.seen.size() == 1);
            assertThat(proxy.seen(0).flag()).isEqualTo("DT");
        }
    }

    private static void talkToTheEnd(Socket client) throws IOException {
        try {
            int last = 0;
            while (last >= 0) {
                client.getOutputStream().write('x');
                last = client.getInputStream().read();
            }
        } catch (SocketException reset) {
            // What crossed the end is not read there.
        }
    }

    @Test
    void does_not_read_a_tunnel_faster_than_its_host() throws Exception {
        int size = 64 << 20;
        var sent = new AtomicLong();
        var got = new AtomicLong();
        var go = new java.util.concurrent.CountDownLatch(1);
        try (var origin = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, SWITCHING);
                    try {
                        go.await();
                    } catch (InterruptedException interrupted) {
                        throw new IOException(interrupted);
                    }
                    var block = new byte[1 << 16];
                    for (int n = socket.getInputStream().read(block);
                            n > 0;
                            n = socket.getInputStream().read(block)) {
                        got.addAndGet(n);
                    }
                });
                var proxy = new RunningProxy(upgrade(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, UPGRADE);
            Origin.head(client.getInputStream());
            var sender = Thread.ofVirtual().start(() -> {
                try {
                    var block = new byte[1 << 16];
                    while (sent.get() < size) {
                        client.getOutputStream().write(block);
                        sent.addAndGet(block.length);
                    }
                    client.shutdownOutput();
                } catch (IOException ended) {
                    sent.set(-1);
                }
            });
            var last = new AtomicLong(-1);
            await().pollInterval(Duration.ofMillis(300))
                    .until(() -> sent.get() > 0 && sent.get() == last.getAndSet(sent.get()));
            assertThat(sent.get()).isBetween(0L, 40L << 20);
            go.countDown();
            sender.join();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(got).hasValue(size);
        }
    }

    @Test
    void passes_a_connect_on_and_carries_its_bytes() throws IOException {
        try (var origin = new Origin((socket, _) -> {
                    var head = Origin.head(socket.getInputStream());
                    assertThat(head).startsWith("CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n");
                    Origin.write(socket, "HTTP/1.1 200 Connected\r\nContent-Length: 7\r\n\r\n");
                    echo(socket);
                });
                var proxy =
                        new RunningProxy(config(new PathMatcher.Connect(), CONNECT, Timeouts.DEFAULT, origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, "CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n");
            assertThat(Origin.head(client.getInputStream()))
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContain("Content-Length", "connection: close");
            tunnels(client);
        }
    }

    private static void tunnels(Socket client) throws IOException {
        Origin.write(client, "ping");
        assertThat(Origin.read(client.getInputStream(), 4)).isEqualTo("ping");
        Origin.write(client, "last");
        client.shutdownOutput();
        assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                .isEqualTo("last");
    }

    @Test
    void ends_a_connect_here_and_carries_its_bytes() throws IOException {
        try (var origin = new Origin((socket, _) -> echo(socket));
                var proxy = new RunningProxy(
                        config(new PathMatcher.Connect(), TERMINATE, Timeouts.DEFAULT, origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, "CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n");
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 OK\r\n");
            tunnels(client);
            await().until(() -> proxy.seen.size() == 1);
            assertThat(proxy.seen(0).flag()).isEqualTo("-");
        }
    }

    @Test
    void a_connect_whose_host_does_not_listen_is_answered_503() throws IOException {
        int port;
        try (var gone = new java.net.ServerSocket(0)) {
            port = gone.getLocalPort();
        }
        try (var proxy = new RunningProxy(config(new PathMatcher.Connect(), TERMINATE, Timeouts.DEFAULT, port));
                var client = proxy.connect()) {
            Origin.write(client, "CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n");
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 503 ");
            assertThat(proxy.seen(0).flag()).isEqualTo("UF");
        }
    }
}
