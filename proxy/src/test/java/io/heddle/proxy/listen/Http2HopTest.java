package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heddle.traffic.reply.ReplyRules;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP/2 by prior knowledge over real sockets: from real clients to a proxy, between two proxies, and to an
/// application that speaks HTTP/1.1.
class Http2HopTest {
    private static final String HELLO =
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-App: 1\r\nKeep-Alive: timeout=9\r\nConnection: keep-alive\r\n\r\nhello";

    /// A program's way, or nothing where it is not installed.
    private static Optional<String> find(String program) {
        var given = System.getenv(program.toUpperCase(java.util.Locale.ROOT));
        if (given != null) {
            return Optional.of(given);
        }
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, program))
                .filter(path -> path.toFile().canExecute())
                .map(Path::toString)
                .findFirst();
    }

    static String run(String program, String... arguments) throws Exception {
        var found = find(program);
        if (found.isEmpty()) {
            System.out.println("SKIPPED: no " + program + " here");
        }
        assumeTrue(found.isPresent(), "SKIPPED: no " + program + " here");
        var command = Stream.concat(found.stream(), Stream.of(arguments)).toList();
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var out = new ByteArrayOutputStream();
        process.getInputStream().transferTo(out);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    /// An application that answers with the length of the body it was sent, and its kind of framing.
    private static Origin counting() {
        return new Origin((socket, _) -> {
            var in = socket.getInputStream();
            var head = Origin.head(in);
            while (!head.isEmpty()) {
                var lower = head.toLowerCase(java.util.Locale.ROOT);
                var answer = "0";
                if (lower.contains("transfer-encoding: chunked")) {
                    answer = "chunked " + chunked(in);
                } else if (lower.contains("content-length: ")) {
                    int at = lower.indexOf("content-length: ") + 16;
                    int length = Integer.parseInt(lower.substring(at, lower.indexOf('\r', at)));
                    Origin.read(in, length);
                    answer = "length " + length;
                }
                Origin.write(
                        socket,
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n"
                                + Integer.toHexString(answer.length()) + "\r\n" + answer
                                + "\r\n0\r\nx-sum: 42\r\n\r\n");
                head = Origin.head(in);
            }
        });
    }

    static long chunked(java.io.InputStream in) throws IOException {
        long sum = 0;
        while (true) {
            var line = new StringBuilder();
            int octet = in.read();
            while (octet != '\n') {
                line.append((char) octet);
                octet = in.read();
            }
            int size = Integer.parseInt(line.toString().strip(), 16);
            sum += size;
            Origin.read(in, size + 2);
            if (size == 0) {
                return sum;
            }
        }
    }

    /// A proxy that speaks HTTP/2 to one that speaks HTTP/1.1 to `port`.
    private static RuntimeConfig toHttp2(int port) {
        return RunningProxy.speaking(RunningProxy.config(port), Cluster.Protocol.HTTP2);
    }

    @Test
    void curl_speaks_http2_to_an_application_that_does_not() throws Exception {
        try (var app = Origin.answering(HELLO);
                var proxy = new RunningProxy(RunningProxy.config(app.port()))) {
            var out = run(
                    "curl",
                    "-s",
                    "-i",
                    "--http2-prior-knowledge",
                    "http://127.0.0.1:" + proxy.port() + "/a?b=c",
                    "-H",
                    "Cookie: a=1");
            assertThat(out).startsWith("HTTP/2 200").contains("x-app: 1").endsWith("hello");
            assertThat(out.toLowerCase(java.util.Locale.ROOT)).doesNotContain("keep-alive");
            assertThat(app.seen())
                    .singleElement()
                    .satisfies(head -> assertThat(head)
                            .startsWith("GET /a?b=c HTTP/1.1\r\nhost: 127.0.0.1:" + proxy.port() + "\r\n")
                            .contains("cookie: a=1\r\n", "x-forwarded-proto: http\r\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--http1.1", "--http2-prior-knowledge"})
    void bodies_pass_through_two_proxies_with_http2_between(String version) throws Exception {
        try (var app = counting();
                var second = new RunningProxy(RunningProxy.config(app.port()));
                var first = new RunningProxy(toHttp2(second.port()))) {
            var url = "http://127.0.0.1:" + first.port() + "/";
            var body = "x".repeat(3_000_000);
            assertThat(run("curl", "-s", version, "-d", body.substring(0, 100_000), url))
                    .as("first %s, second %s", first.seen, second.seen)
                    .isEqualTo("length 100000");
            assertThat(run("curl", "-s", version, "-H", "Transfer-Encoding: chunked", "-d", "abc", url))
                    .endsWith(" 3");
            assertThat(run("curl", "-s", version, "-I", url)).contains("200").doesNotContain("length 0");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void many_clients_share_one_connection_between_proxies() throws Exception {
        try (var app = Origin.answering(HELLO);
                var second = new RunningProxy(RunningProxy.config(app.port()));
                var first = new RunningProxy(toHttp2(second.port()))) {
            var out = run("h2load", "-n", "500", "-c", "5", "-m", "20", "http://127.0.0.1:" + first.port() + "/");
            assertThat(out).contains("500 succeeded, 0 failed", "status codes: 500 2xx");
            assertThat(second.seen).hasSize(500);
            assertThat(connectionsTo(second.port())).isEqualTo(1);
        }
    }

    /// How many connections there are to a port of this machine, as the kernel says.
    private static long connectionsTo(int port) throws IOException {
        var remote = ":%04X".formatted(port);
        long found = 0;
        for (var table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            found += Files.readAllLines(Path.of(table)).stream()
                    .map(line -> line.strip().split(" +", -1))
                    .filter(columns -> columns[2].endsWith(remote) && columns[3].equals("01"))
                    .count();
        }
        return found;
    }

    @Test
    void a_real_http2_server_is_spoken_to() throws Exception {
        var nghttpd = find("nghttpd");
        if (nghttpd.isEmpty()) {
            System.out.println("SKIPPED: no nghttpd here");
        }
        assumeTrue(nghttpd.isPresent(), "SKIPPED: no nghttpd here");
        int port;
        try (var probe = new java.net.ServerSocket(0)) {
            port = probe.getLocalPort();
        }
        var server = new ProcessBuilder(nghttpd.get(), "--no-tls", "-d", ".", Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var proxy = new RunningProxy(toHttp2(port))) {
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                try (var probe = new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), port)) {
                    return probe.isConnected();
                } catch (IOException notYet) {
                    return false;
                }
            });
            var out = run("curl", "-s", "-i", "http://127.0.0.1:" + proxy.port() + "/pom.xml");
            assertThat(out).startsWith("HTTP/1.1 200").contains("<artifactId>heddle-proxy</artifactId>");
        } finally {
            server.destroy();
        }
    }

    @Test
    void a_drained_listener_tells_its_connections_to_go_and_ends() throws Exception {
        try (var app = Origin.answering(HELLO);
                var second = new RunningProxy(RunningProxy.config(app.port()));
                var first = new RunningProxy(toHttp2(second.port()))) {
            var url = "http://127.0.0.1:" + first.port() + "/";
            assertThat(run("curl", "-s", url)).isEqualTo("hello");
            second.listeners.drain(_ -> true).get(10, TimeUnit.SECONDS);
            assertThat(second.seen).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n\r\nSX\r\n\r\n", "\n\nSM\n\n", " SM", "1\r\n\r\nSM\r\n\r\n"})
    void a_preface_that_goes_wrong_is_answered_in_http_2(String rest) throws IOException {
        try (var app = Origin.answering(HELLO);
                var proxy = new RunningProxy(RunningProxy.config(app.port()));
                var client = proxy.connect()) {
            Origin.write(client, "PRI * HTTP/2.0" + rest);
            var answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            // GOAWAY of stream 0 and PROTOCOL_ERROR (RFC 9113, sections 3.4 and 6.8).
            assertThat(answer)
                    .doesNotContain("HTTP/1")
                    .endsWith("\u0007\0\0\0\0\0\0\0\0\0\0\0\0\u0001the connection does not begin with the preface");
        }
    }

    /// The strict set of h2spec, on a listener that speaks nothing else.
    @Test
    void h2spec_finds_no_fault() throws Exception {
        try (var app = Origin.answering(HELLO)) {
            var http = (NetworkFilter.Http) RunningProxy.http(RunningProxy.forward(RetryPolicy.NONE, Timeouts.DEFAULT));
            var only = new NetworkFilter.Http(
                    http.statPrefix(),
                    http.routes(),
                    http.filters(),
                    http.clientCertificate(),
                    http.paths(),
                    http.heads(),
                    http.limits(),
                    http.upgrades(),
                    new NetworkFilter.Codec(NetworkFilter.Codec.Kind.HTTP2, Http2Options.DEFAULT),
                    List.of(),
                    ReplyRules.NONE);
            try (var proxy = new RunningProxy(RunningProxy.config(only, app.port()))) {
                var out =
                        run("h2spec", "--strict", "-h", "127.0.0.1", "-p", Integer.toString(proxy.port()), "-o", "20");
                assertThat(Objects.requireNonNull(out)).contains(" 0 failed");
            }
        }
    }
}
