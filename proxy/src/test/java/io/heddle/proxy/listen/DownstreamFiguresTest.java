package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.observe.DownstreamFigure;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What is counted of a connection manager's connections.
class DownstreamFiguresTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /// Those that are not zero.
    private static Map<DownstreamFigure, Long> figures(RunningProxy proxy) {
        var stats = Objects.requireNonNull(proxy.listeners.managers().get("outbound"));
        var figures = new EnumMap<DownstreamFigure, Long>(DownstreamFigure.class);
        for (var figure : DownstreamFigure.values()) {
            if (stats.value(figure) != 0) {
                figures.put(figure, stats.value(figure));
            }
        }
        return figures;
    }

    @Test
    void a_client_that_goes_has_ended_its_connection() throws IOException {
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(origin.port()))) {
            try (var client = proxy.connect()) {
                Origin.write(client, GET + "\r\n");
                assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200");
                assertThat(Origin.read(client.getInputStream(), 2)).isEqualTo("ok");
                await().untilAsserted(() -> assertThat(figures(proxy))
                        .containsOnly(
                                Map.entry(DownstreamFigure.TOTAL, 1L),
                                Map.entry(DownstreamFigure.ACTIVE, 1L),
                                Map.entry(DownstreamFigure.HTTP1_TOTAL, 1L),
                                Map.entry(DownstreamFigure.HTTP1_ACTIVE, 1L)));
            }
            await().untilAsserted(() -> assertThat(figures(proxy))
                    .containsOnly(
                            Map.entry(DownstreamFigure.TOTAL, 1L),
                            Map.entry(DownstreamFigure.HTTP1_TOTAL, 1L),
                            Map.entry(DownstreamFigure.DESTROY, 1L),
                            Map.entry(DownstreamFigure.DESTROY_REMOTE, 1L)));
        }
    }

    @Test
    void a_last_answer_ends_the_connection_here() throws IOException {
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET + "Connection: close\r\n\r\n");
            assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
            await().untilAsserted(() -> assertThat(figures(proxy))
                    .containsOnly(
                            Map.entry(DownstreamFigure.TOTAL, 1L),
                            Map.entry(DownstreamFigure.HTTP1_TOTAL, 1L),
                            Map.entry(DownstreamFigure.DESTROY, 1L),
                            Map.entry(DownstreamFigure.DESTROY_LOCAL, 1L)));
        }
    }

    @Test
    void a_request_is_active_until_its_client_goes() throws IOException {
        try (var origin = new Origin((socket, _) -> socket.getInputStream().readAllBytes());
                var proxy = new RunningProxy(RunningProxy.config(origin.port()))) {
            try (var client = proxy.connect()) {
                client.setSoLinger(true, 0);
                Origin.write(client, GET + "\r\n");
                await().untilAsserted(
                                () -> assertThat(figures(proxy)).containsEntry(DownstreamFigure.REQUESTS_ACTIVE, 1L));
            }
            await().untilAsserted(() -> assertThat(figures(proxy))
                    .containsOnly(
                            Map.entry(DownstreamFigure.TOTAL, 1L),
                            Map.entry(DownstreamFigure.HTTP1_TOTAL, 1L),
                            Map.entry(DownstreamFigure.DESTROY, 1L),
                            Map.entry(DownstreamFigure.DESTROY_REMOTE, 1L),
                            Map.entry(DownstreamFigure.DESTROY_ACTIVE, 1L),
                            Map.entry(DownstreamFigure.DESTROY_REMOTE_ACTIVE, 1L)));
        }
    }
}
