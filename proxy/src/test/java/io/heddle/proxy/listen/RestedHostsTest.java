package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Connections of HTTP/2 on which nothing came from the host for a while, over real sockets.
class RestedHostsTest {
    private static final int HEADERS = 1;
    private static final int PING = 6;
    private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /// The types of the frames that came on the first connection.
    private final List<Integer> first = Collections.synchronizedList(new ArrayList<>());

    /// Answers the first request on a connection with 200, and nothing else.
    private void answerOnce(Socket socket, int number) throws IOException {
        var in = socket.getInputStream();
        in.readNBytes(24);
        socket.getOutputStream().write(SETTINGS);
        boolean answered = false;
        for (var header = in.readNBytes(9); header.length == 9; header = in.readNBytes(9)) {
            in.readNBytes((header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff));
            if (number == 1) {
                first.add((int) header[3]);
            }
            if (header[3] == HEADERS && !answered) {
                answered = true;
                socket.getOutputStream().write(new byte[] {0, 0, 1, HEADERS, 5, 0, 0, 0, 1, (byte) 0x88});
            }
        }
    }

    private static RuntimeConfig asking(int port, Http2Options.KeepAlive keepAlive) {
        var config = RunningProxy.config(port);
        var app = Objects.requireNonNull(config.clusters().get("app"));
        var standard = Http2Options.DEFAULT;
        var options = new Http2Options(
                standard.headerTableSize(),
                standard.maxConcurrentStreams(),
                standard.streamWindow(),
                standard.connectionWindow(),
                false,
                keepAlive);
        var changed = new Cluster(
                app.name(),
                app.discovery(),
                app.endpoints(),
                app.connectTimeout(),
                app.balancer(),
                app.limits(),
                app.transports(),
                Cluster.Protocol.HTTP2,
                options,
                app.connections(),
                app.service());
        return new RuntimeConfig(config.listeners(), Map.of(), Map.of("app", changed), Map.of(), Map.of());
    }

    @Test
    void asks_before_a_request_and_takes_another_connection_when_nobody_answers() throws Exception {
        var rested = new Http2Options.KeepAlive(Duration.ZERO, 0, Duration.ofMillis(200), Duration.ofNanos(1));
        try (var host = new Origin(this::answerOnce);
                var proxy = new RunningProxy(asking(host.port(), rested));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200");
            first.clear();
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200");
            assertThat(host.connections()).isEqualTo(2);
            assertThat(first.indexOf(PING)).isNotNegative().isLessThan(first.indexOf(HEADERS));
        }
    }

    @Test
    void asks_nobody_who_rested_no_longer_than_that() throws Exception {
        var patient = new Http2Options.KeepAlive(Duration.ZERO, 0, Duration.ofMillis(200), Duration.ofHours(1));
        try (var host = new Origin(this::answerOnce);
                var proxy = new RunningProxy(asking(host.port(), patient));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200");
            assertThat(first).contains(HEADERS).doesNotContain(PING);
        }
    }
}
