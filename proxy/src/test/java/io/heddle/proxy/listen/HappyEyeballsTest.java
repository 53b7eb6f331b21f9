package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.NetworkFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Hosts with several addresses, some of which do not answer.
@EnabledOnOs(OS.LINUX) // every address of 127.0.0.0/8 is there, and a full backlog drops what comes
class HappyEyeballsTest {
    private final Origin origin = new Origin((socket, _) -> {
        while (!Origin.head(socket.getInputStream()).isEmpty()) {
            Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    private final List<AutoCloseable> open = new ArrayList<>(List.of(origin));

    @AfterEach
    void stop() throws Exception {
        for (var resource : open) {
            resource.close();
        }
    }

    /// An address where connections are never answered.
    private Endpoint.Address silent() throws IOException {
        var server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.7"));
        open.add(server);
        boolean full = false;
        while (!full) {
            var filler = SocketChannel.open();
            open.add(filler);
            filler.configureBlocking(false);
            filler.connect(server.getLocalSocketAddress());
            long until = System.nanoTime() + Duration.ofMillis(100).toNanos();
            while (!filler.finishConnect() && System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            full = !filler.isConnected();
        }
        return new Endpoint.Address("127.0.0.7", server.getLocalPort());
    }

    /// An address where connections are refused.
    private static Endpoint.Address refusing() throws IOException {
        try (var server = new ServerSocket()) {
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.8"), 0));
            return new Endpoint.Address("127.0.0.8", server.getLocalPort());
        }
    }

    private Endpoint.Address good() {
        return new Endpoint.Address("127.0.0.1", origin.port());
    }

    private static RunningProxy proxy(Endpoint.Address first, Endpoint.Address... others) {
        var endpoint = new Endpoint(
                        first.host(), first.port(), 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN)
                .withAdditional(List.of(others));
        return new RunningProxy(RunningProxy.found(RunningProxy.config(), Cluster.Discovery.STATIC, List.of(endpoint)));
    }

    private static String ask(Socket client) throws IOException {
        Origin.write(client, "GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
        var head = Origin.head(client.getInputStream());
        return head.startsWith("HTTP/1.1 200") ? Origin.read(client.getInputStream(), 2) : head.substring(9, 12);
    }

    private static int connections(RunningProxy proxy) {
        return proxy.upstreams.cluster("app").orElseThrow().breaker().active(CircuitBreaker.Resource.CONNECTIONS);
    }

    @Test
    void one_that_does_not_answer_keeps_the_next_one_waiting_for_300_milliseconds() throws Exception {
        try (var proxy = proxy(silent(), good());
                var client = proxy.connect()) {
            long began = System.nanoTime();
            assertThat(ask(client)).isEqualTo("ok");
            var took = Duration.ofNanos(System.nanoTime() - began);
            assertThat(took).isGreaterThan(Duration.ofMillis(290));
            assertThat(proxy.seen(0).attempts()).as("within one try").isEqualTo(1);
            assertThat(ask(client)).isEqualTo("ok");
            assertThat(origin.connections.get()).isEqualTo(1);
            assertThat(connections(proxy)).isEqualTo(1);
        }
    }

    @Test
    void one_that_refuses_keeps_nobody_waiting() throws Exception {
        try (var proxy = proxy(refusing(), refusing(), good());
                var client = proxy.connect()) {
            assertThat(ask(client)).isEqualTo("ok");
            assertThat(proxy.seen(0).attempts()).isEqualTo(1);
        }
    }

    @Test
    void when_none_answers_the_host_is_not_reached_and_nothing_is_left_over() throws Exception {
        try (var proxy = proxy(refusing(), refusing());
                var client = proxy.connect()) {
            assertThat(ask(client)).isEqualTo("503");
            assertThat(proxy.seen(0).flag()).isEqualTo("UF");
            assertThat(connections(proxy)).isZero();
        }
        try (var proxy = proxy(silent(), silent());
                var client = proxy.connect()) {
            assertThat(ask(client)).isEqualTo("503");
            await().until(() -> connections(proxy) == 0);
        }
    }

    @Test
    void bytes_are_relayed_to_the_address_that_answers() throws Exception {
        var first = refusing();
        var endpoint = new Endpoint(
                        first.host(), first.port(), 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN)
                .withAdditional(List.of(good()));
        var relay = new NetworkFilter.Tcp("tcp", "app", Duration.ofHours(1));
        try (var proxy = new RunningProxy(
                        RunningProxy.found(RunningProxy.config(relay), Cluster.Discovery.STATIC, List.of(endpoint)));
                var client = proxy.connect()) {
            assertThat(ask(client)).isEqualTo("ok");
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }
}
