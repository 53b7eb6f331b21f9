package io.heddle.tests.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A tunnel over TLS whose client ends its direction by close_notify and leaves TCP open, by either TLS
/// library.
class TunnelEndTest {
    private static final String OFFER =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    private static final String TAKEN =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

    @TempDir
    private static Path folder;

    @ParameterizedTest
    @CsvSource({"jdk, true", "jdk, false", "'', true", "'', false"})
    void it_ends_with_its_application(String library, boolean early) throws Exception {
        var certificates = Certificates.make(folder.resolve("certificates"));
        var name = "end" + (library.isEmpty() ? "" : "-" + library) + (early ? "-early" : "");
        var closed = new CountDownLatch(1);
        try (var application = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
                var proxy = ProxyProcess.start(
                        folder,
                        name,
                        Bootstraps.tls(name, certificates, application.getLocalPort()),
                        library.isEmpty() ? Map.of() : Map.of("HEDDLE_TLS", library));
                var raw = new Socket(InetAddress.getLoopbackAddress(), proxy.port(name))) {
            var served = CompletableFuture.runAsync(() -> serve(application, early ? closed : new CountDownLatch(0)));
            raw.setSoTimeout(30_000);
            var client = (SSLSocket) ForeignClientsTest.trusting(certificates.resolve("ca.pem"))
                    .getSocketFactory()
                    .createSocket(raw, "localhost", raw.getPort(), false);
            client.setEnabledProtocols(new String[] {"TLSv1.3"});
            client.getOutputStream().write(OFFER.getBytes(StandardCharsets.US_ASCII));
            if (!early) {
                assertThat(client.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 101");
            }
            client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            closed.countDown();
            served.get(30, TimeUnit.SECONDS);
            assertThat(raw.getInputStream().readAllBytes())
                    .as("the end comes, though the client keeps TCP open")
                    .isNotNull();
        }
    }

    /// Takes the offer when `closed`, and ends when the client has.
    private static void serve(ServerSocket application, CountDownLatch closed) {
        try (var socket = application.accept()) {
            socket.setSoTimeout(30_000);
            var text = new StringBuilder();
            while (!text.toString().endsWith("\r\n\r\n")) {
                text.append((char) socket.getInputStream().read());
            }
            assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
            socket.getOutputStream().write(TAKEN.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("hello");
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
