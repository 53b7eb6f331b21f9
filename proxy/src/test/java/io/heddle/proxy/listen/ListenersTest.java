package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.Listener.Sockets;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.ListenerChain.Match;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenersTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final RuntimeConfig one = RunningProxy.config(1);
    private final Listener in = Objects.requireNonNull(one.listeners().get("in"));
    private final ListenerChain teapot = Listening.answer(Match.ANY, 418);

    private RuntimeConfig with(Listener... others) {
        var all = new LinkedHashMap<String, Listener>();
        all.put("in", in);
        for (var other : others) {
            all.put(other.name(), other);
        }
        return new RuntimeConfig(all, Map.of(), one.clusters(), Map.of(), Map.of());
    }

    private static Sockets sockets(boolean reusePort, boolean freebind, boolean transparent) {
        var standard = Sockets.DEFAULT;
        return new Sockets(
                true,
                transparent,
                freebind,
                reusePort,
                standard.backlog(),
                standard.acceptsPerEvent(),
                2048,
                false,
                false);
    }

    private static String answer(Socket client) throws IOException {
        Origin.write(client, GET);
        return Origin.head(client.getInputStream());
    }

    @Test
    void a_configuration_with_an_address_in_use_is_refused_and_what_is_live_stays() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var alsoTaken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var proxy = new RunningProxy(one)) {
            var live = proxy.config.current();
            var problems = proxy.config.swap(with(
                    Listener.of("free", "127.0.0.1", 0, in.chains()),
                    Listener.of("other", "127.0.0.1", taken.getLocalPort(), in.chains()),
                    Listener.of("third", "127.0.0.1", alsoTaken.getLocalPort(), in.chains())));
            assertThat(problems)
                    .map(problem -> problem.object() + " " + problem.path())
                    .containsExactlyInAnyOrder("Listener other address", "Listener third address");
            assertThat(proxy.config.current()).isSameAs(live);
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
            proxy.connect().close();
        }
    }

    @Test
    void a_refused_configuration_keeps_no_address() throws IOException {
        // The port number is taken on 127.0.0.1, so nobody gets it on another loopback address by chance.
        var elsewhere = InetAddress.ofLiteral("127.77.3.5");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var proxy = new RunningProxy(one)) {
            var problems = proxy.config.swap(with(
                    Listener.of("free", "127.77.3.5", taken.getLocalPort(), in.chains()),
                    Listener.of("other", "127.0.0.1", taken.getLocalPort(), in.chains())));
            assertThat(problems).hasSize(1);
            new ServerSocket(taken.getLocalPort(), 1, elsewhere).close();
        }
    }

    @Test
    void closes_a_listener_that_is_gone() {
        try (var proxy = new RunningProxy(with(Listener.of("other", "127.0.0.1", 0, in.chains())))) {
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in", "other");
            proxy.config.swap(one);
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
        }
    }

    /// A chain that answers by the table `name`.
    private static Listener byTable(Match match, String name) {
        var http = (NetworkFilter.Http) RunningProxy.http(new RouteAction.DirectResponse(500, ""));
        return Listening.in(Listening.chain(match, http.with(new NetworkFilter.RouteSource.Named(name))));
    }

    private static RuntimeConfig tables(Listener listener, Map<String, Integer> answers) {
        var tables = new LinkedHashMap<String, RouteTable>();
        answers.forEach((name, status) -> {
            var http = (NetworkFilter.Http) RunningProxy.http(new RouteAction.DirectResponse(status, ""));
            tables.put(name, ((NetworkFilter.RouteSource.Inline) http.routes()).table());
        });
        return new RuntimeConfig(Map.of("in", listener), tables, Map.of(), Map.of(), Map.of());
    }

    @Test
    void a_chain_keeps_a_table_that_goes_until_it_is_told_of_another() throws IOException {
        try (var proxy = new RunningProxy(tables(byTable(Match.ANY, "first"), Map.of("first", 211)));
                var client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            assertThat(answer(client)).startsWith("HTTP/1.1 211 ");
            // The table is gone and the listener stands as it did: as Envoy, it is routed by what it had.
            proxy.config.swap(tables(byTable(Match.ANY, "first"), Map.of()));
            assertThat(answer(client)).startsWith("HTTP/1.1 211 ");
            proxy.config.swap(tables(byTable(Match.ANY, "first"), Map.of("first", 212)));
            assertThat(answer(client)).startsWith("HTTP/1.1 212 ");
            proxy.config.swap(tables(byTable(Match.ANY, "second"), Map.of("second", 213)));
            assertThat(answer(client)).startsWith("HTTP/1.1 213 ");
        }
    }

    @Test
    void a_drained_listener_is_opened_by_no_later_configuration() {
        var other = with(Listener.of("other", "127.0.0.1", 0, in.chains()));
        try (var proxy = new RunningProxy(other)) {
            assertThat(proxy.listeners.drain(listener -> listener.name().equals("other")))
                    .succeedsWithin(Duration.ofSeconds(10));
            proxy.config.swap(one);
            proxy.config.swap(other);
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
        }
    }

    @Test
    void listens_on_more_addresses() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.2"))) {
            port = free.getLocalPort();
        }
        var listener = Listening.in(teapot)
                .withAddresses(Listener.Address.of("127.0.0.1", 0), Listener.Address.of("127.0.0.2", port));
        try (var proxy = new RunningProxy(Listening.config(List.of(listener)));
                var main = proxy.connect();
                var more = new Socket("127.0.0.2", port)) {
            assertThat(answer(main)).startsWith("HTTP/1.1 418 ");
            assertThat(answer(more)).startsWith("HTTP/1.1 418 ");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ipv6_takes_ipv4_only_when_asked_to(boolean compat) throws Exception {
        assumeThat(Epoll.isAvailable()).isTrue();
        assumeThat(Files.exists(Path.of("/proc/net/if_inet6"))).as("IPv6 here").isTrue();
        var listener = Listening.in(teapot).withAddresses(new Listener.Address("::", 0, compat, List.of()));
        try (var proxy = new RunningProxy(Listening.config(List.of(listener)))) {
            assertThat(curl("http://[::1]:" + proxy.port())).isEqualTo("418");
            assertThat(curl("http://127.0.0.1:" + proxy.port())).isEqualTo(compat ? "418" : "000");
        }
    }

    /// The status; `000` without an answer. These tests' own sockets know IPv4 only.
    private static String curl(String url) throws IOException, InterruptedException {
        var curl = new ProcessBuilder("curl", "-s", "-g", "-o", "/dev/null", "-w", "%{http_code}", url).start();
        var status = new String(curl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        curl.waitFor();
        return status;
    }

    @Test
    void binds_an_address_that_is_not_here_yet_when_asked_to() {
        assumeThat(Epoll.isAvailable()).isTrue();
        var foreign = Listening.in(teapot).withAddresses(Listener.Address.of("203.0.113.99", 0));
        try (var proxy = new RunningProxy(Listening.config(List.of(foreign)))) {
            assertThat(proxy.listeners.addresses()).isEmpty();
            assertThat(proxy.problems).hasSize(1);
            assertThat(proxy.config.swap(Listening.config(List.of(foreign.withSockets(sockets(true, true, false))))))
                    .isEmpty();
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
        }
    }

    @Test
    void sets_socket_options_by_number_or_refuses_the_listener() throws IOException {
        assumeThat(Epoll.isAvailable()).isTrue();
        var keepIdle = new Listener.SocketOption(6, 4, 33, false);
        var nonsense = new Listener.SocketOption(6, 4, -1, false);
        var listener = Listening.in(teapot);
        try (var proxy = new RunningProxy(Listening.config(List.of(
                        listener.withAddresses(new Listener.Address("127.0.0.1", 0, false, List.of(keepIdle))))));
                var client = proxy.connect()) {
            assertThat(answer(client)).startsWith("HTTP/1.1 418 ");
        }
        try (var proxy = new RunningProxy(Listening.config(
                List.of(listener.withAddresses(new Listener.Address("127.0.0.1", 0, false, List.of(nonsense))))))) {
            assertThat(proxy.problems)
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.reason()).contains("socket option 6/4"));
        }
    }

    @Test
    void refuses_to_change_the_options_of_open_sockets() throws IOException {
        try (var proxy = new RunningProxy(Listening.config(List.of(Listening.in(teapot))))) {
            assertThat(proxy.config.swap(Listening.config(List.of(
                            Listening.in(Listening.answer(Match.ANY, 200)).withSockets(sockets(false, false, false))))))
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.remedy()).contains("restart"));
            try (var client = proxy.connect()) {
                assertThat(answer(client)).startsWith("HTTP/1.1 418 ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void spreads_connections_over_event_loops(boolean reusePort) throws IOException {
        assumeThat(Epoll.isAvailable()).isTrue();
        Set<String> threads = ConcurrentHashMap.newKeySet();
        var listener = Listening.in(teapot).withSockets(sockets(reusePort, false, false));
        var clients = new ArrayList<Socket>();
        try (var proxy = new RunningProxy(
                Listening.config(List.of(listener)),
                _ -> threads.add(Thread.currentThread().getName()),
                3)) {
            int most = reusePort ? 200 : 3;
            for (int i = 0; i < most && threads.size() < 3; i++) {
                var client = proxy.connect();
                clients.add(client);
                assertThat(answer(client)).startsWith("HTTP/1.1 418 ");
            }
            await().untilAsserted(() -> assertThat(threads).hasSize(3));
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
    }

    @Test
    void refuses_connections_beyond_the_chains_limit() throws IOException {
        var limited = new ListenerChain(
                "",
                Match.ANY,
                Optional.empty(),
                ListenerChain.HANDSHAKE_TIMEOUT,
                Optional.of(new ListenerChain.ConnectionLimit("two", 2, Duration.ofMillis(10))),
                List.of(),
                teapot.filter());
        try (var proxy = new RunningProxy(Listening.config(List.of(Listening.in(limited))))) {
            try (var first = proxy.connect();
                    var second = proxy.connect()) {
                assertThat(answer(first)).startsWith("HTTP/1.1 418 ");
                assertThat(answer(second)).startsWith("HTTP/1.1 418 ");
                try (var third = proxy.connect()) {
                    assertThat(third.getInputStream().read()).isEqualTo(-1);
                }
                assertThat(Listening.limit(proxy, "two").limited()).isEqualTo(1);
                assertThat(Listening.limit(proxy, "two").active()).isEqualTo(2);
            }
            await().untilAsserted(() -> assertThat(Listening.figure(proxy, ListenerStats.Figure.ACTIVE))
                    .isZero());
            try (var next = proxy.connect()) {
                assertThat(answer(next)).startsWith("HTTP/1.1 418 ");
            }
            await().untilAsserted(() ->
                    assertThat(Listening.limit(proxy, "two").active()).isZero());
        }
    }

    @Test
    void refuses_connections_beyond_the_proxys_limit_where_it_holds() throws IOException {
        var standard = Sockets.DEFAULT;
        var exempt = Listener.of("exempt", "127.0.0.1", 0, List.of(teapot))
                .withSockets(new Sockets(
                        true, false, false, true, standard.backlog(), standard.acceptsPerEvent(), 0, true, false));
        try (var proxy = new RunningProxy(Listening.config(List.of(Listening.in(teapot), exempt)), 1L);
                var first = proxy.connect()) {
            assertThat(answer(first)).startsWith("HTTP/1.1 418 ");
            try (var second = proxy.connect()) {
                assertThat(second.getInputStream().read()).isEqualTo(-1);
                assertThat(Listening.figure(proxy, ListenerStats.Figure.GLOBAL_OVERFLOW))
                        .isEqualTo(1);
            } catch (java.net.SocketException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }
            var place = Objects.requireNonNull(proxy.listeners.addresses().get("exempt"));
            try (var third = new Socket(place.getAddress(), place.getPort())) {
                assertThat(answer(third)).startsWith("HTTP/1.1 418 ");
            }
            assertThat(proxy.listeners.connections()).isGreaterThanOrEqualTo(1);
        }
    }

    @Test
    void names_its_figures_by_prefix_or_address() {
        var named = new Listener(
                "named",
                "ingress",
                List.of(Listener.Address.of("127.0.0.1", 0)),
                Sockets.DEFAULT,
                Listener.Inspection.NONE,
                false,
                Listener.Direction.INBOUND,
                List.of(teapot),
                Optional.empty());
        try (var proxy = new RunningProxy(Listening.config(List.of(Listening.in(teapot), named)))) {
            assertThat(new HashSet<>(proxy.listeners.stats().keySet()))
                    .containsExactlyInAnyOrder("ingress", "127.0.0.1_" + proxy.port());
        }
    }
}
