package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.Upgrades;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Bodies on HTTP/2 that had to wait in the proxy, since the other side took no more, and go on by themselves when it
/// does: all of each arrives, though nothing more is received that would bring it on its way.
class ResumedBodiesTest {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int ACK = 1;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /// More than sockets hold, less than the windows.
    private static final int LARGE = 12 * 1024 * 1024;

    private static final Http2Options WINDOWS =
            new Http2Options(4096, 100, 2 * LARGE, 2 * LARGE, true, Http2Options.KeepAlive.NONE);

    private static void frame(OutputStream out, int type, int flags, int stream, byte[] payload) throws IOException {
        out.write(new byte[] {
            (byte) (payload.length >> 16),
            (byte) (payload.length >> 8),
            (byte) payload.length,
            (byte) type,
            (byte) flags,
            0,
            0,
            0,
            (byte) stream
        });
        out.write(payload);
    }

    private static void data(OutputStream out, int length) throws IOException {
        var piece = new byte[16 * 1024];
        for (int sent = 0; sent < length; sent += piece.length) {
            frame(out, DATA, 0, 1, piece);
        }
    }

    /// A frame that came.
    private record Frame(int type, int flags, String payload) {
        static Frame read(DataInputStream in) throws IOException {
            int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            in.readInt();
            return new Frame(type, flags, Origin.read(in, length));
        }

        /// The next one of a type.
        static Frame next(DataInputStream in, int type) throws IOException {
            var frame = read(in);
            while (frame.type != type) {
                frame = read(in);
            }
            return frame;
        }
    }

    /// The peer has received all that was sent to it before this.
    private static void awaitPong(DataInputStream in) throws IOException {
        assertThat(Frame.next(in, PING).flags()).isEqualTo(ACK);
    }

    private static RuntimeConfig config(Cluster.Protocol protocol, int port) {
        var http = (NetworkFilter.Http) RunningProxy.http(RunningProxy.forward(RetryPolicy.NONE, Timeouts.DEFAULT));
        var upgrades = new Upgrades(Map.of("websocket", true), false);
        var listening = new NetworkFilter.Http(
                http.statPrefix(),
                http.routes(),
                http.filters(),
                http.clientCertificate(),
                http.paths(),
                http.heads(),
                http.limits(),
                upgrades,
                new NetworkFilter.Codec(NetworkFilter.Codec.Kind.AUTO, WINDOWS),
                http.accessLogs(),
                http.replies());
        var config = RunningProxy.speaking(RunningProxy.config(listening, port), protocol);
        var app = config.clusters().values().iterator().next();
        var windows = new Cluster(
                "app",
                app.discovery(),
                app.endpoints(),
                app.connectTimeout(),
                app.balancer(),
                app.limits(),
                app.transports(),
                app.protocol(),
                WINDOWS,
                app.connections(),
                app.service());
        return new RuntimeConfig(config.listeners(), Map.of(), Map.of("app", windows), Map.of(), Map.of());
    }

    private static byte[] fields(int... octets) {
        var bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return bytes;
    }

    /// `:method: POST`, `:scheme: http`, `:path: /`, `:authority: a`.
    private static final byte[] POST = fields(0x83, 0x86, 0x84, 0x41, 1, 'a');

    private static void preface(Socket client) throws IOException {
        client.getOutputStream().write(PREFACE.getBytes(StandardCharsets.US_ASCII));
        frame(client.getOutputStream(), SETTINGS, 0, 0, new byte[0]);
    }

    /// The host reads nothing before the proxy has all of the request; then what waits goes on outside of any read.
    @Test
    void a_request_that_waited_for_its_host_arrives_whole() throws Exception {
        var sent = new CountDownLatch(1);
        try (var app = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    await(sent);
                    Origin.write(
                            socket,
                            "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"
                                    + "%8d".formatted(Http2HopTest.chunked(socket.getInputStream())));
                });
                var proxy = new RunningProxy(config(Cluster.Protocol.HTTP1, app.port()));
                var client = proxy.connect()) {
            app.server.setReceiveBufferSize(8 * 1024);
            preface(client);
            var out = client.getOutputStream();
            var in = new DataInputStream(client.getInputStream());
            frame(out, HEADERS, END_HEADERS, 1, POST);
            data(out, LARGE);
            frame(out, DATA, END_STREAM, 1, new byte[0]);
            frame(out, PING, 0, 0, new byte[8]);
            awaitPong(in);
            sent.countDown();
            assertThat(Frame.next(in, DATA).payload()).isEqualTo("%8d".formatted(LARGE));
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    /// The client reads nothing before the proxy has all that the host sends for now; the answer does not end.
    @Test
    void an_answer_that_waited_for_its_client_arrives_as_far_as_it_has_come() throws Exception {
        var sent = new CountDownLatch(1);
        try (var app = new Origin((socket, _) -> {
                    var in = new DataInputStream(socket.getInputStream());
                    in.readNBytes(PREFACE.length());
                    var out = socket.getOutputStream();
                    frame(out, SETTINGS, 0, 0, new byte[0]);
                    Frame.next(in, HEADERS);
                    frame(out, HEADERS, END_HEADERS, 1, fields(0x88)); // :status: 200
                    data(out, LARGE);
                    frame(out, PING, 0, 0, new byte[8]);
                    awaitPong(in);
                    sent.countDown();
                    in.transferTo(OutputStream.nullOutputStream());
                });
                var proxy = new RunningProxy(config(Cluster.Protocol.HTTP2, app.port()));
                var client = proxy.connect()) {
            Origin.write(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await(sent);
            var in = client.getInputStream();
            assertThat(Origin.head(in)).startsWith("HTTP/1.1 200 ");
            int got = 0;
            while (got < LARGE) {
                int size = Integer.parseInt(line(in), 16);
                in.skipNBytes(size + 2L);
                got += size;
            }
            assertThat(got).isEqualTo(LARGE);
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    /// What a client sends on an extended CONNECT waits until the host has agreed, and goes on then.
    @Test
    void what_was_sent_before_the_host_agreed_arrives_after_that() throws Exception {
        var asked = new CountDownLatch(1);
        try (var app = new Origin((socket, _) -> {
                    var head = Origin.head(socket.getInputStream());
                    await(asked);
                    Origin.write(socket, Origin.switching(head, ""));
                    socket.getInputStream().transferTo(socket.getOutputStream());
                });
                var proxy = new RunningProxy(config(Cluster.Protocol.HTTP1, app.port()));
                var client = proxy.connect()) {
            preface(client);
            var out = client.getOutputStream();
            var in = new DataInputStream(client.getInputStream());
            frame(out, HEADERS, END_HEADERS, 1, extendedConnect());
            frame(out, DATA, 0, 1, "early".getBytes(StandardCharsets.US_ASCII));
            frame(out, PING, 0, 0, new byte[8]);
            awaitPong(in);
            asked.countDown();
            assertThat(Frame.next(in, DATA).payload()).isEqualTo("early");
        }
    }

    /// `:method: CONNECT`, `:protocol: websocket`, `:scheme: http`, `:path: /`, `:authority: a`.
    private static byte[] extendedConnect() {
        var fields = new ByteArrayOutputStream();
        fields.write(0x02);
        text(fields, "CONNECT");
        fields.write(0x00);
        text(fields, ":protocol");
        text(fields, "websocket");
        fields.writeBytes(fields(0x86, 0x84, 0x41, 1, 'a'));
        return fields.toByteArray();
    }

    private static void text(ByteArrayOutputStream into, String text) {
        into.write(text.length());
        into.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
