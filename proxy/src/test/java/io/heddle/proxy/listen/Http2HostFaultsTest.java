package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What clients of HTTP/1.1 hear when a host speaks HTTP/2 wrongly, over real sockets.
class Http2HostFaultsTest {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int OK = 0x88;
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /// Bytes that a host answers with.
    private static final class Frames {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        /// After the host's empty settings.
        static Frames settled() {
            return new Frames().frame(SETTINGS, 0, 0);
        }

        Frames frame(int type, int flags, int stream, int... payload) {
            bytes.writeBytes(
                    new byte[] {0, 0, (byte) payload.length, (byte) type, (byte) flags, 0, 0, 0, (byte) stream});
            for (int octet : payload) {
                bytes.write(octet);
            }
            return this;
        }

        Frames head(int flags) {
            return frame(HEADERS, flags | END_HEADERS, 1, OK);
        }

        /// A head with `content-length`, as a literal beside name 28 of the static table.
        Frames head(char length) {
            return frame(HEADERS, END_HEADERS, 1, OK, 0x0f, 0x0d, 1, length);
        }

        Frames data(int flags, String text) {
            return frame(DATA, flags, 1, text.chars().toArray());
        }

        Frames times(int count, int type, int flags, int stream, int... payload) {
            for (int i = 0; i < count; i++) {
                frame(type, flags, stream, payload);
            }
            return this;
        }
    }

    private static Arguments row(String what, int status, Frames frames) {
        return Arguments.of(what, status, frames.bytes.toByteArray());
    }

    static List<Arguments> answers() {
        var http1 = new Frames();
        http1.bytes.writeBytes("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        int[] large = {0x7f, 0xff, 0xff, 0xff};
        // A status of three digits as a literal beside name 8 of the static table.
        int[] hints = {0x08, 3, '1', '0', '3'};
        return List.of(
                row("a good answer", 200, Frames.settled().head('2').data(END_STREAM, "hi")),
                row(
                        "a few interim answers",
                        200,
                        Frames.settled()
                                .times(30, HEADERS, END_HEADERS, 1, hints)
                                .head(END_STREAM)),
                row("a host of HTTP/1.1", 502, http1),
                row("no settings first", 502, new Frames().head(END_STREAM)),
                row("a setting that none may have", 502, new Frames().frame(SETTINGS, 0, 0, 0, 4, 255, 255, 255, 255)),
                row(
                        "a block that cannot be decoded",
                        502,
                        Frames.settled().frame(HEADERS, END_HEADERS | END_STREAM, 1, 0x80)),
                row("an answer to nothing", 502, Frames.settled().frame(HEADERS, END_HEADERS | END_STREAM, 3, OK)),
                row("a window that overflows", 502, Frames.settled().times(2, WINDOW_UPDATE, 0, 0, large)),
                row("a flood of settings", 502, Frames.settled().times(200, SETTINGS, 0, 0)),
                row("a head without a status", 502, Frames.settled().frame(HEADERS, END_HEADERS | END_STREAM, 1)),
                row(
                        "too many interim answers",
                        502,
                        Frames.settled()
                                .times(40, HEADERS, END_HEADERS, 1, hints)
                                .head(END_STREAM)),
                row("two heads", 502, Frames.settled().head(0).head(END_STREAM)),
                row("more than its length", 502, Frames.settled().head('2').data(END_STREAM, "abc")),
                row("less than its length", 502, Frames.settled().head('5').data(END_STREAM, "abc")),
                row(
                        "a status in the trailers",
                        502,
                        Frames.settled().head(0).data(0, "hi").head(END_STREAM)),
                row("a flood of empty data", 502, Frames.settled().head(0).times(200, DATA, 0, 1)),
                row("the end without an answer", 503, Frames.settled()));
    }

    /// Reads the preface and frames up to the request's head.
    private static void awaitRequest(Socket socket) throws IOException {
        var in = socket.getInputStream();
        in.readNBytes(24);
        int type = -1;
        while (type != HEADERS) {
            var header = in.readNBytes(9);
            if (header.length < 9) {
                throw new IOException("no request");
            }
            type = header[3];
            in.readNBytes((header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff));
        }
    }

    private static Origin host(byte[] answer) {
        return new Origin((socket, _) -> {
            awaitRequest(socket);
            socket.getOutputStream().write(answer);
            socket.shutdownOutput();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        });
    }

    private static RuntimeConfig to(Origin host) {
        return RunningProxy.speaking(RunningProxy.config(host.port()), Cluster.Protocol.HTTP2);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void a_client_hears_who_was_at_fault(String what, int status, byte[] answer) throws IOException {
        try (var host = host(answer);
                var proxy = new RunningProxy(to(host));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            var head = Origin.head(client.getInputStream());
            while (head.startsWith("HTTP/1.1 103 ")) {
                head = Origin.head(client.getInputStream());
            }
            assertThat(head).as(what).startsWith("HTTP/1.1 " + status + " ");
            await().until(() -> proxy.seen.size() == 1);
            assertThat(proxy.seen(0).status()).isEqualTo(status);
            assertThat(proxy.seen(0).flag()).isEqualTo(status == 502 ? "UPE" : status == 503 ? "UC" : "-");
        }
    }

    @Test
    void what_has_gone_out_already_is_cut() throws IOException {
        var seen = new CountDownLatch(1);
        try (var host = new Origin((socket, _) -> {
                    awaitRequest(socket);
                    socket.getOutputStream()
                            .write(Frames.settled()
                                    .head('5')
                                    .data(0, "hi")
                                    .bytes
                                    .toByteArray());
                    try {
                        seen.await();
                    } catch (InterruptedException interrupted) {
                        throw new IOException(interrupted);
                    }
                    socket.getOutputStream()
                            .write(new Frames().head(END_STREAM).bytes.toByteArray());
                    assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
                });
                var proxy = new RunningProxy(to(host));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
            assertThat(Origin.read(client.getInputStream(), 2)).isEqualTo("hi");
            seen.countDown();
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
            await().until(() -> proxy.seen.size() == 1);
            assertThat(proxy.seen(0).flag()).isEqualTo("UPE");
        }
    }

    @Test
    void a_connection_goes_on_after_an_answer_that_was_taken_back() throws IOException {
        try (var host = new Origin((socket, number) -> {
                    awaitRequest(socket);
                    var frames = Frames.settled().head('2').data(END_STREAM, number == 1 ? "abc" : "hi");
                    socket.getOutputStream().write(frames.bytes.toByteArray());
                    socket.shutdownOutput();
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                });
                var proxy = new RunningProxy(to(host));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            var head = Origin.head(client.getInputStream());
            assertThat(head).startsWith("HTTP/1.1 502 ").containsOnlyOnce("content-length: ");
            int at = head.indexOf("content-length: ") + 16;
            Origin.read(client.getInputStream(), Integer.parseInt(head.substring(at, head.indexOf('\r', at))));
            await().until(() -> proxy.seen.size() == 1);
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
            assertThat(Origin.read(client.getInputStream(), 2)).isEqualTo("hi");
        }
    }

    @Test
    void a_fault_is_worth_another_try_where_a_reset_is() throws IOException {
        var retries = new RetryPolicy(
                Set.of(RetryPolicy.Condition.RESET), List.of(), 1, Duration.ZERO, Duration.ofMillis(5), false);
        try (var host = new Origin((socket, number) -> {
                    awaitRequest(socket);
                    var frames = number == 1
                            ? new Frames().head(END_STREAM)
                            : Frames.settled().head(END_STREAM);
                    socket.getOutputStream().write(frames.bytes.toByteArray());
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                });
                var proxy = new RunningProxy(RunningProxy.speaking(
                        RunningProxy.config(
                                RunningProxy.http(RunningProxy.forward(retries, Timeouts.DEFAULT)), host.port()),
                        Cluster.Protocol.HTTP2));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
            assertThat(host.connections).hasValue(2);
        }
    }
}
