package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.ListenerChain.Match;
import io.heddle.traffic.runtime.ListenerFilter;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.ServerCertificates;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.TlsParameters;
import io.heddle.traffic.runtime.TlsSessions;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InspectionTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final ListenerFilter TLS = new ListenerFilter.TlsInspector(false);
    private static final ListenerFilter HTTP = new ListenerFilter.HttpInspector();
    private static final ListenerFilter PROXY = new ListenerFilter.ProxyProtocol(false, Set.of(1, 2));
    private static final Duration SOON = Duration.ofMillis(200);

    /// Tells its name and how many bytes it got, once the client has stopped sending.
    private static Origin named(String name) {
        return new Origin((socket, _) -> {
            var all = socket.getInputStream().readAllBytes();
            Origin.write(socket, name + " " + all.length);
        });
    }

    private static Origin greeter() {
        return new Origin((socket, _) -> {
            Origin.write(socket, "220 hello\r\n");
            socket.getInputStream().read();
        });
    }

    /// A chain on which TLS ends.
    private static ListenerChain secured(Match match, Origin origin) {
        var tls = new ServerTls(
                ServerCertificates.NONE,
                PeerVerification.NONE,
                true,
                TlsParameters.DEFAULT,
                List.of(),
                TlsSessions.DEFAULT);
        var relay = Listening.relay(match, origin);
        return new ListenerChain("", match, Optional.of(tls), relay.filter());
    }

    private static String exchange(Socket client, byte[] bytes) throws IOException {
        client.getOutputStream().write(bytes);
        client.shutdownOutput();
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({"a.example, a", "www.b.example, b", "c.example, other"})
    void passes_tls_through_by_server_name(String serverName, String origin) throws IOException {
        var hello = Hellos.real(serverName, "h2");
        try (var a = named("a");
                var b = named("b");
                var other = named("other");
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(
                                        Listening.relay(Match.serverNames("a.example"), a),
                                        Listening.relay(Match.serverNames("*.b.example"), b))
                                .withOtherwise(Listening.relay(Match.ANY, other))
                                .withInspection(Listener.Inspection.of(TLS))),
                        a,
                        b,
                        other));
                var client = proxy.connect()) {
            assertThat(exchange(client, hello)).isEqualTo(origin + " " + hello.length);
            assertThat(Listening.figure(proxy, ListenerStats.Figure.SNI_FOUND)).isEqualTo(1);
        }
    }

    @Test
    void a_connection_that_is_looked_at_when_its_listener_goes_ends_after_the_time_to_drain() throws IOException {
        try (var origin = new Origin((socket, _) -> socket.getInputStream().transferTo(socket.getOutputStream()));
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(Listening.relay(Match.ANY, origin))
                                .withInspection(Listener.Inspection.of(TLS))),
                        origin));
                var client = proxy.connect()) {
            await().until(() -> Listening.figure(proxy, ListenerStats.Figure.ACTIVE) == 1);
            proxy.listeners.swapped(proxy.config.current(), RuntimeConfig.EMPTY);
            Origin.write(client, "ping");
            assertThat(Origin.read(client.getInputStream(), 4)).isEqualTo("ping");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void a_client_hello_may_come_octet_by_octet() throws IOException {
        var hello = Hellos.records(Hellos.message(Hellos.serverName("a.example")), 20);
        try (var a = named("a");
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(Listening.relay(Match.serverNames("a.example"), a))
                                .withInspection(Listener.Inspection.of(TLS))),
                        a));
                var client = proxy.connect()) {
            for (byte octet : hello) {
                client.getOutputStream().write(octet);
            }
            assertThat(exchange(client, octets("more"))).isEqualTo("a " + (hello.length + 4));
        }
    }

    @Test
    void closes_and_counts_what_no_chain_takes() throws IOException {
        try (var a = named("a");
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(Listening.relay(Match.serverNames("a.example"), a))
                                .withInspection(Listener.Inspection.of(TLS))),
                        a));
                var client = proxy.connect()) {
            assertThat(exchange(client, octets(GET))).isEmpty();
            assertThat(Listening.figure(proxy, ListenerStats.Figure.NO_CHAIN)).isEqualTo(1);
            assertThat(a.connections).hasValue(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"GET / HTTP/1.1, 201", "GET / HTTP/1.0, 202", "QUIT now, tcp"})
    void tells_http_from_other_plaintext(String line, String answer) throws IOException {
        try (var tcp = named("tcp");
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(
                                        Listening.answer(Listening.protocols("http/1.1"), 201),
                                        Listening.answer(Listening.protocols("http/1.0"), 202),
                                        Listening.relay(Match.ANY, tcp))
                                .withInspection(Listener.Inspection.of(TLS, HTTP))),
                        tcp));
                var client = proxy.connect()) {
            Origin.write(client, line + "\r\nHost: a\r\n\r\n");
            client.shutdownOutput();
            var got = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(got.startsWith("HTTP/1") ? got.substring(9, 12) : got.substring(0, 3))
                    .isEqualTo(answer);
        }
    }

    @Test
    void what_is_said_before_the_client_ends_is_enough() throws IOException {
        try (var tcp = named("tcp");
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(
                                        Listening.answer(Listening.protocols("http/1.1"), 201),
                                        Listening.relay(Match.ANY, tcp))
                                .withInspection(Listener.Inspection.of(TLS, HTTP))),
                        tcp));
                var client = proxy.connect()) {
            assertThat(exchange(client, octets("GE"))).isEqualTo("tcp 2");
        }
    }

    @Test
    void a_client_that_ends_without_a_word_is_closed_and_counted() throws IOException {
        try (var proxy = new RunningProxy(Listening.config(List.of(
                        Listening.in(Listening.answer(Match.ANY, 201)).withInspection(Listener.Inspection.of(TLS)))));
                var client = proxy.connect()) {
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(Listening.figure(proxy, ListenerStats.Figure.INSPECTION_REMOTE_CLOSE))
                    .isEqualTo(1);
        }
    }

    @Test
    void a_silent_client_is_closed_after_the_timeout() throws IOException {
        try (var proxy = new RunningProxy(Listening.config(List.of(Listening.in(Listening.answer(Match.ANY, 201))
                        .withInspection(Listener.Inspection.of(TLS).closingAfter(SOON)))));
                var client = proxy.connect()) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(Listening.figure(proxy, ListenerStats.Figure.INSPECTION_TIMEOUT))
                    .isEqualTo(1);
            await().untilAsserted(() -> assertThat(Listening.figure(proxy, ListenerStats.Figure.INSPECTING))
                    .isZero());
        }
    }

    @Test
    void goes_on_after_the_timeout_where_it_may_and_replays_what_came() throws IOException {
        try (var tcp = named("tcp");
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(Listening.relay(Match.ANY, tcp))
                                .withInspection(
                                        Listener.Inspection.of(TLS, HTTP).continuingAfter(SOON))),
                        tcp));
                var client = proxy.connect()) {
            Origin.write(client, "GET");
            await().until(() -> tcp.connections.get() == 1);
            assertThat(exchange(client, octets(" this"))).isEqualTo("tcp 8");
        }
    }

    @Test
    void waits_once_for_the_client_of_a_server_that_speaks_first() throws IOException {
        try (var greeter = greeter();
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(Listening.relay(Match.ANY, greeter))
                                .withInspection(
                                        Listener.Inspection.of(TLS, HTTP).continuingAfter(SOON))),
                        greeter))) {
            for (int i = 0; i < 4; i++) {
                try (var client = proxy.connect()) {
                    assertThat(Origin.read(client.getInputStream(), 11)).isEqualTo("220 hello\r\n");
                }
            }
            assertThat(Listening.figure(proxy, ListenerStats.Figure.INSPECTION_TIMEOUT))
                    .isEqualTo(1);
            assertThat(Listening.figure(proxy, ListenerStats.Figure.SERVER_FIRST))
                    .isEqualTo(3);
        }
    }

    @Test
    void a_client_of_tls_is_not_taken_for_plaintext_because_its_server_speaks_first() throws IOException {
        try (var greeter = greeter();
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(
                                        secured(Match.transport("tls"), greeter),
                                        Listening.relay(Match.transport("raw_buffer"), greeter))
                                .withInspection(Listener.Inspection.of(TLS).continuingAfter(SOON))),
                        greeter))) {
            for (int i = 0; i < 2; i++) {
                try (var silent = proxy.connect()) {
                    assertThat(Origin.read(silent.getInputStream(), 11)).isEqualTo("220 hello\r\n");
                }
            }
            try (var client = proxy.connect()) {
                client.getOutputStream().write(Hellos.real("a.example"));
                assertThat(client.getInputStream().read())
                        .as("the end, for want of a certificate")
                        .isEqualTo(-1);
            }
            assertThat(greeter.connections).hasValue(2);
            assertThat(Listening.figure(proxy, ListenerStats.Figure.INSPECTION_TIMEOUT))
                    .isEqualTo(2);
            assertThat(Listening.figure(proxy, ListenerStats.Figure.SERVER_FIRST))
                    .isZero();
        }
    }

    @Test
    void tls_that_ends_at_another_destination_does_not_make_clients_wait() throws IOException {
        try (var greeter = greeter();
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(
                                        secured(Match.destinationPort(1), greeter), Listening.relay(Match.ANY, greeter))
                                .withInspection(Listener.Inspection.of(TLS).continuingAfter(SOON))),
                        greeter))) {
            for (int i = 0; i < 2; i++) {
                try (var client = proxy.connect()) {
                    assertThat(Origin.read(client.getInputStream(), 11)).isEqualTo("220 hello\r\n");
                }
            }
            assertThat(Listening.figure(proxy, ListenerStats.Figure.SERVER_FIRST))
                    .isEqualTo(1);
        }
    }

    @Test
    void silence_alone_teaches_nothing() throws IOException {
        try (var tcp = named("tcp");
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(
                                        Listening.answer(Listening.protocols("http/1.1"), 201),
                                        Listening.relay(Match.ANY, tcp))
                                .withInspection(
                                        Listener.Inspection.of(TLS, HTTP).continuingAfter(SOON))),
                        tcp))) {
            try (var silent = proxy.connect()) {
                await().until(() -> tcp.connections.get() == 1);
                assertThat(exchange(silent, octets(GET))).isEqualTo("tcp " + GET.length());
            }
            try (var client = proxy.connect()) {
                Origin.write(client, GET);
                assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 201 ");
            }
        }
    }

    @Test
    void a_late_complaint_over_http_teaches_nothing() throws IOException {
        try (var tcp = new Origin((socket, _) -> Origin.write(socket, "HTTP/1.1 408 \r\n\r\n"));
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(Listening.relay(Match.ANY, tcp))
                                .withInspection(
                                        Listener.Inspection.of(TLS, HTTP).continuingAfter(SOON))),
                        tcp))) {
            for (int i = 0; i < 2; i++) {
                try (var client = proxy.connect()) {
                    assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 408");
                }
            }
            assertThat(Listening.figure(proxy, ListenerStats.Figure.INSPECTION_TIMEOUT))
                    .isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY TCP4 203.0.113.7 10.0.0.1 12345 80\r\n", "v2"})
    void believes_a_proxy_header_about_the_client(String header) throws IOException {
        var address = new byte[] {(byte) 203, 0, 113, 7, 10, 0, 0, 1, 48, 57, 0, 80};
        var bytes = header.equals("v2") ? ProxyHeaderTest.binary(0x21, 0x11, address) : octets(header);
        try (var proxy = new RunningProxy(Listening.config(List.of(Listening.in(
                                Listening.answer(Listening.sources("203.0.113.0/24"), 201),
                                Listening.answer(Match.ANY, 202))
                        .withInspection(Listener.Inspection.of(PROXY)))));
                var client = proxy.connect()) {
            client.getOutputStream().write(bytes);
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 201 ");
        }
    }

    @Test
    void a_balancers_own_check_keeps_its_address() throws IOException {
        try (var proxy = new RunningProxy(Listening.config(List.of(Listening.in(
                                Listening.answer(Listening.sources("127.0.0.0/8"), 201),
                                Listening.answer(Match.ANY, 202))
                        .withInspection(Listener.Inspection.of(PROXY)))));
                var client = proxy.connect()) {
            client.getOutputStream().write(ProxyHeaderTest.binary(0x20, 0x00));
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 201 ");
        }
    }

    @Test
    void refuses_a_connection_without_the_header_unless_it_is_optional() throws IOException {
        var optional = new ListenerFilter.ProxyProtocol(true, Set.of(2));
        try (var proxy = new RunningProxy(Listening.config(List.of(
                Listening.in(Listening.answer(Match.ANY, 201)).withInspection(Listener.Inspection.of(PROXY)))))) {
            try (var client = proxy.connect()) {
                Origin.write(client, GET);
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                assertThat(Listening.figure(proxy, ListenerStats.Figure.INSPECTION_ERROR))
                        .isEqualTo(1);
            }
            var port = proxy.port();
            proxy.config.swap(Listening.config(List.of(
                    Listening.in(Listening.answer(Match.ANY, 201)).withInspection(Listener.Inspection.of(optional)))));
            assertThat(proxy.port()).isEqualTo(port);
            try (var client = proxy.connect()) {
                Origin.write(client, GET);
                assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 201 ");
            }
            try (var client = proxy.connect()) {
                Origin.write(client, "PROXY UNKNOWN\r\n" + GET);
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void finds_tls_behind_a_proxy_header() throws IOException {
        var hello = Hellos.real("a.example");
        try (var a = named("a");
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(Listening.relay(Match.serverNames("a.example"), a))
                                .withInspection(Listener.Inspection.of(PROXY, TLS, HTTP))),
                        a));
                var client = proxy.connect()) {
            Origin.write(client, "PROXY TCP4 203.0.113.7 10.0.0.1 12345 443\r\n");
            assertThat(exchange(client, hello)).isEqualTo("a " + hello.length);
        }
    }

    @Test
    void hands_a_connection_off_to_the_listener_of_its_original_destination() throws IOException {
        var elsewhere = Listener.of("elsewhere", "10.0.0.1", 80, List.of(Listening.answer(Match.ANY, 207)))
                .withSockets(Listener.Sockets.UNBOUND);
        var everywhere = Listener.of("everywhere", "0.0.0.0", 81, List.of(Listening.answer(Match.ANY, 208)))
                .withSockets(Listener.Sockets.UNBOUND)
                .withInspection(Listener.Inspection.of(HTTP));
        var in = Listening.in(Listening.answer(Match.destinationPort(82), 209), Listening.answer(Match.ANY, 210))
                .handingOff()
                .withInspection(Listener.Inspection.of(PROXY));
        try (var proxy = new RunningProxy(Listening.config(List.of(in, elsewhere, everywhere)))) {
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
            for (int port = 80; port < 84; port++) {
                try (var client = proxy.connect()) {
                    Origin.write(client, "PROXY TCP4 203.0.113.7 10.0.0.1 12345 " + port + "\r\n" + GET);
                    assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 " + (207 + port - 80) + " ");
                }
            }
        }
    }

    @Test
    void a_filter_leaves_alone_the_ports_it_is_disabled_for() throws IOException {
        try (var greeter = greeter();
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(Listening.relay(Match.ANY, greeter))
                                .withInspection(new Listener.Inspection(
                                        List.of(new ListenerFilter.Step(
                                                TLS, new ListenerFilter.PortPredicate.Range(1, 65536))),
                                        Duration.ZERO,
                                        false))),
                        greeter));
                var client = proxy.connect()) {
            assertThat(Origin.read(client.getInputStream(), 11)).isEqualTo("220 hello\r\n");
        }
    }

    @Test
    void spreads_relayed_connections_over_clusters_by_weight() throws IOException {
        try (var one = Origin.answering("x");
                var other = Origin.answering("x");
                var proxy = new RunningProxy(Listening.config(
                        List.of(Listening.in(Listening.chain(
                                Match.ANY,
                                new NetworkFilter.Tcp(
                                        "tcp",
                                        ClusterChoice.Weighted.ofTargets(
                                                List.of(
                                                        ClusterChoice.Target.of("" + one.port()),
                                                        ClusterChoice.Target.of("" + other.port())),
                                                List.of(3, 4)),
                                        Duration.ofHours(1),
                                        List.of())))),
                        one,
                        other))) {
            for (int i = 0; i < 40; i++) {
                try (var client = proxy.connect()) {
                    Origin.write(client, "\r\n\r\n");
                    assertThat(client.getInputStream().read()).isEqualTo('x');
                }
            }
            assertThat(one.connections.get()).isBetween(27, 33);
            assertThat(one.connections.get() + other.connections.get()).isEqualTo(40);
        }
    }
}
