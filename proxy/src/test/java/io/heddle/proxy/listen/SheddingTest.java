package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.resilience.OverloadPolicy.Action;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What an overloaded proxy does to requests and connections.
class SheddingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void requests_are_answered_503_on_a_connection_that_stays() throws IOException {
        try (var app = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(app.port()));
                var client = proxy.connect()) {
            proxy.overload.take(Map.of(Action.STOP_ACCEPTING_REQUESTS, 1.0));
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream()))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\ncontent-length: 11\r\n")
                    .doesNotContain("connection: close");
            assertThat(Origin.read(client.getInputStream(), 11)).isEqualTo("overloaded\n");
            assertThat(proxy.seen(0)).isEqualTo(new RunningProxy.Seen(503, "OM", "overload", 0, 11, 0));
            assertThat(proxy.overload.requests()).isEqualTo(1);
            assertThat(app.seen()).isEmpty();

            proxy.overload.take(Map.of(Action.STOP_ACCEPTING_REQUESTS, 0.0));
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void a_head_that_is_not_whole_yet_is_not_waited_for() throws IOException {
        try (var app = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(app.port()));
                var client = proxy.connect()) {
            Origin.write(client, "GET / HTTP/1.1\r\nHost: a\r\nx: aaaa");
            proxy.overload.take(Map.of(Action.STOP_ACCEPTING_REQUESTS, 1.0));
            Origin.write(client, "aaaa");
            assertThat(Origin.head(client.getInputStream()))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\nconnection: close\r\n");
            assertThat(Origin.read(client.getInputStream(), 11)).isEqualTo("overloaded\n");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(proxy.overload.requests()).isEqualTo(1);
            assertThat(app.seen()).isEmpty();
        }
    }

    @Test
    void a_listener_that_bypasses_it_goes_on_as_ever() throws IOException {
        try (var app = Origin.answering(OK);
                var proxy = new RunningProxy(bypassing(RunningProxy.config(app.port())))) {
            proxy.overload.take(Map.of(
                    Action.STOP_ACCEPTING_REQUESTS,
                    1.0,
                    Action.REJECT_INCOMING_CONNECTIONS,
                    1.0,
                    Action.DISABLE_HTTP_KEEPALIVE,
                    1.0));
            proxy.listeners.accept(false);
            try (var client = proxy.connect()) {
                for (int i = 0; i < 2; i++) {
                    Origin.write(client, GET);
                    assertThat(Origin.head(client.getInputStream()))
                            .startsWith("HTTP/1.1 200 ")
                            .doesNotContain("connection: close");
                }
            }
            assertThat(proxy.overload.requests()).isZero();
        }
    }

    private static RuntimeConfig bypassing(RuntimeConfig config) {
        var usual = Listener.Sockets.DEFAULT;
        var sockets = new Listener.Sockets(
                true, false, false, true, usual.backlog(), usual.acceptsPerEvent(), 0, false, true);
        var listener = Objects.requireNonNull(config.listeners().get("in")).withSockets(sockets);
        return new RuntimeConfig(Map.of("in", listener), config.routes(), config.clusters(), Map.of(), Map.of());
    }

    @Test
    void a_scaled_trigger_sheds_a_part() throws IOException {
        try (var app = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(app.port()));
                var client = proxy.connect()) {
            proxy.overload.take(Map.of(Action.STOP_ACCEPTING_REQUESTS, 0.5));
            int shed = 0;
            for (int i = 0; i < 200; i++) {
                Origin.write(client, GET);
                if (Origin.head(client.getInputStream()).startsWith("HTTP/1.1 503 ")) {
                    Origin.read(client.getInputStream(), 11);
                    shed++;
                }
            }
            // 200 draws of one half: within 40 of 100 but for one time in 70 million.
            assertThat(shed).isBetween(60, 140);
        }
    }

    @Test
    void connections_end_with_the_answer_under_way() throws IOException {
        try (var app = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(app.port()));
                var client = proxy.connect()) {
            proxy.overload.take(Map.of(Action.DISABLE_HTTP_KEEPALIVE, 1.0));
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream()))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\r\nconnection: close\r\n");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void new_connections_are_closed_and_old_ones_go_on() throws IOException {
        try (var app = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(app.port()));
                var old = proxy.connect()) {
            Origin.write(old, GET);
            Origin.head(old.getInputStream());
            proxy.overload.take(Map.of(Action.REJECT_INCOMING_CONNECTIONS, 1.0));
            try (var client = proxy.connect()) {
                assertThat(ended(client)).isTrue();
            }
            assertThat(Listening.figure(proxy, ListenerStats.Figure.OVERLOAD_REJECT))
                    .isEqualTo(1);
            Origin.write(old, GET);
            assertThat(Origin.head(old.getInputStream())).startsWith("HTTP/1.1 200 ");
        }
    }

    private static boolean ended(java.net.Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (IOException reset) {
            return !(reset instanceof SocketTimeoutException);
        }
    }

    @Test
    void new_connections_wait_until_they_are_accepted_again() throws Exception {
        try (var app = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(app.port()))) {
            proxy.listeners.accept(false);
            proxy.loops.workers().getFirst().loop().submit(() -> {}).get();
            try (var client = proxy.connect()) {
                Origin.write(client, GET);
                client.setSoTimeout(200);
                org.assertj.core.api.Assertions.assertThatThrownBy(
                                () -> client.getInputStream().read())
                        .isInstanceOf(SocketTimeoutException.class);
                client.setSoTimeout(10_000);
                proxy.listeners.accept(true);
                assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
            }
            await().until(() -> proxy.seen.size() == 1);
        }
    }
}
