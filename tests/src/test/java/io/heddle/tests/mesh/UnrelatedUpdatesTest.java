package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.tests.proxy.Application;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A change that does not concern a live connection never touches it: a WebSocket and a gRPC stream go on, each through
/// two sidecars, while a thousand changes of another service are pushed to both.
class UnrelatedUpdatesTest {
    private static final int UPDATES = 1000;
    private static final int EVERY = 25;

    private static final String SERVICES = """
            apiVersion: v1
            kind: Service
            metadata: {name: chat, namespace: shop}
            spec: {selector: {app: chat}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: talk, namespace: shop}
            spec: {selector: {app: talk}, ports: [{name: grpc, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: other-a, namespace: shop}
            spec: {selector: {app: other-a}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: other-b, namespace: shop}
            spec: {selector: {app: other-b}, ports: [{name: http, port: 80}]}
            """;

    private static final MethodDescriptor<String, String> SAY = MethodDescriptor.<String, String>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName("test.Talk/Say")
            .setRequestMarshaller(new Text())
            .setResponseMarshaller(new Text())
            .build();

    @TempDir
    private static Path folder;

    private static Mesh mesh;
    private static Application chat;
    private static Server talk;
    private static Sidecar web;

    /// Messages are text.
    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Says everything again; ends when the other does.
    private record Repeat(StreamObserver<String> to) implements StreamObserver<String> {
        @Override
        public void onNext(String value) {
            to.onNext(value);
        }

        @Override
        public void onError(Throwable cause) {
            // The test ended the call.
        }

        @Override
        public void onCompleted() {
            to.onCompleted();
        }
    }

    /// Keeps what was said, and the end as `ended: …`.
    private record Kept(BlockingQueue<String> heard) implements StreamObserver<String> {
        @Override
        public void onNext(String value) {
            heard.add(value);
        }

        @Override
        public void onError(Throwable cause) {
            heard.add("ended: " + cause);
        }

        @Override
        public void onCompleted() {
            heard.add("ended: completed");
        }
    }

    @BeforeAll
    static void start() throws IOException {
        chat = new Application();
        talk = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerServiceDefinition.builder("test.Talk")
                        .addMethod(SAY, ServerCalls.asyncBidiStreamingCall(Repeat::new))
                        .build())
                .build()
                .start();
        mesh = Mesh.start(folder);
        mesh.apply(SERVICES).succeeded();
        mesh.beside(chat.port(), "chat.shop");
        mesh.beside(talk.getPort(), "talk.shop");
        web = mesh.run("web.shop", "v1");
        mesh.awaitSynced(3);
    }

    @AfterAll
    static void stop() {
        mesh.close();
        talk.shutdownNow();
        chat.close();
    }

    @Test
    void a_websocket_and_a_grpc_stream_go_on_while_a_thousand_changes_are_pushed() throws Exception {
        var channel = NettyChannelBuilder.forAddress("127.0.0.1", web.port("outbound"))
                .usePlaintext()
                .overrideAuthority("talk.shop")
                .build();
        try (var socket = websocket()) {
            var heard = new LinkedBlockingQueue<String>();
            var say = ClientCalls.asyncBidiStreamingCall(channel.newCall(SAY, CallOptions.DEFAULT), new Kept(heard));
            exchange(socket, say, heard, "before");
            for (int i = 0; i < UPDATES; i++) {
                mesh.post(route(i));
                if (i % EVERY == 0) {
                    exchange(socket, say, heard, "during " + i);
                }
            }
            awaitLast();
            exchange(socket, say, heard, "after");
            assertThat(heard).as("what the stream said unasked").isEmpty();
        } finally {
            end(channel);
        }
    }

    private static void end(ManagedChannel channel) throws InterruptedException {
        channel.shutdownNow();
        assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    /// Every change is another split of a service that nobody here calls; the last names itself.
    private static String route(int number) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: other-a, namespace: shop}
                spec:
                  parentRefs: [{kind: Service, group: "", name: other-a}]
                  rules:
                  - filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-update, value: "update-%d"}]}}]
                    backendRefs: [{name: other-a, port: 80, weight: %d}, {name: other-b, port: 80, weight: 1000}]
                """.formatted(number, number);
    }

    /// Waits until the callers' sidecar runs the last change: then it has gone through them all.
    private static void awaitLast() {
        var dump = java.net.URI.create("http://127.0.0.1:" + web.port("admin") + "/config_dump");
        await("the last change is live")
                .atMost(Duration.ofSeconds(60))
                .until(() -> mesh.get(dump, java.util.Map.of()).body().contains("\"update-" + (UPDATES - 1) + "\""));
        mesh.awaitSynced(3);
    }

    private static void exchange(Socket socket, StreamObserver<String> say, BlockingQueue<String> heard, String text)
            throws IOException, InterruptedException {
        say.onNext(text);
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(text);
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var frame = new byte[6 + bytes.length]; // a text message with a mask of zeros (RFC 6455, section 5.2)
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | bytes.length);
        System.arraycopy(bytes, 0, frame, 6, bytes.length);
        socket.getOutputStream().write(frame);
        var in = new DataInputStream(socket.getInputStream());
        assertThat(in.readUnsignedByte()).isEqualTo(0x81);
        assertThat(new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8))
                .isEqualTo(text);
    }

    private static Socket websocket() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), web.port("outbound"));
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write("""
                GET /echo HTTP/1.1\r
                Host: chat.shop\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                \r
                """.getBytes(StandardCharsets.ISO_8859_1));
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                throw new AssertionError("no upgrade: " + head);
            }
            head.append((char) octet);
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 101");
        return socket;
    }
}
