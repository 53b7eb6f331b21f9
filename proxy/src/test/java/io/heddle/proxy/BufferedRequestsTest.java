package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that wait in a proxy until their bodies are whole. The application answers with the head that it got and
/// the number of bytes after it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BufferedRequestsTest {
    private final AtomicInteger asked = new AtomicInteger();
    private FilteredProxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        proxy = new FilteredProxy(FilteredProxy.read("buffer.yaml"), state, Map.of("/", this::answer));
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        var text = new StringBuilder();
        new TreeMap<>(exchange.getRequestHeaders())
                .forEach((name, values) -> values.forEach(value -> text.append(name.toLowerCase(Locale.ROOT))
                        .append(": ")
                        .append(value)
                        .append('\n')));
        text.append("bytes ").append(exchange.getRequestBody().readAllBytes().length);
        var moved = exchange.getRequestURI().getPath().equals("/moved");
        if (moved) {
            exchange.getResponseHeaders().set("location", "http://app/here");
        }
        var body = text.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(moved ? 307 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String send(String head, String body) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text(head).getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1).replace("\r", "");
        }
    }

    private static String text(String head) {
        return head.replaceFirst(" HTTP/1.1", " HTTP/1.1\r\nhost: app\r\nconnection: close") + "\r\n\r\n";
    }

    private static String chunks(int size, int count) {
        return (Integer.toHexString(size) + "\r\n" + "x".repeat(size) + "\r\n").repeat(count) + "0\r\n\r\n";
    }

    @Test
    void a_request_goes_on_whole_with_its_length() throws IOException {
        assertThat(send("POST / HTTP/1.1\r\ntransfer-encoding: chunked", chunks(10, 7)))
                .startsWith("HTTP/1.1 200 ")
                .contains("\ncontent-length: 70\n")
                .doesNotContain("chunked")
                .endsWith("bytes 70");
        assertThat(send("PUT / HTTP/1.1\r\ncontent-length: 1000", "x".repeat(1000)))
                .contains("\ncontent-length: 1000\n")
                .endsWith("bytes 1000");
        assertThat(send("POST / HTTP/1.1\r\ntransfer-encoding: chunked", "0\r\n\r\n"))
                .contains("\ncontent-length: 0\n")
                .endsWith("bytes 0");
        assertThat(send("GET / HTTP/1.1", "")).startsWith("HTTP/1.1 200 ").endsWith("bytes 0");
    }

    /// Head and body come in one piece, and the connection goes on: a head that ended too early would leave the rest of
    /// it to be read as another request.
    @Test
    void a_head_that_gets_a_length_ends_where_it_should() throws IOException {
        for (var framing : List.of(
                "transfer-encoding: chunked\r\nx-last: 1\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                "expect: 100-continue\r\ncontent-length: 3\r\n\r\nabc",
                "content-length: 3\r\nexpect: 100-continue\r\n\r\nabc")) {
            int before = asked.get();
            var answer = sendAndLeave("POST / HTTP/1.1\r\nhost: app\r\n" + framing, "bytes 3");
            assertThat(answer).as(framing).contains("\ncontent-length: 3\n").contains("\nx-request-id: ");
            assertThat(asked).as(framing).hasValue(before + 1);
        }
    }

    /// Sends a request in one piece and reads until `end` has come, or no more.
    private String sendAndLeave(String request, String end) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            var text = new StringBuilder();
            int octet = 0;
            while (octet >= 0 && !text.toString().matches("(?s).*\nbytes [0-9]$")) {
                octet = socket.getInputStream().read();
                text.append(octet < 0 ? "" : String.valueOf((char) octet));
            }
            assertThat(text.toString()).endsWith(end);
            return text.toString().replace("\r", "");
        }
    }

    @Test
    void a_body_beyond_the_limit_is_refused_and_never_gets_through() throws IOException {
        int before = asked.get();
        assertThat(send("POST / HTTP/1.1\r\ntransfer-encoding: chunked", chunks(100, 11)))
                .startsWith("HTTP/1.1 413 ")
                .endsWith("Payload Too Large");
        assertThat(send("POST / HTTP/1.1\r\ncontent-length: 1001", ""))
                .as("the announcement is enough")
                .startsWith("HTTP/1.1 413 ");
        assertThat(send("POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 1001", ""))
                .startsWith("HTTP/1.1 413 ");
        assertThat(asked).hasValue(before);
    }

    @Test
    void a_client_that_waits_is_told_to_go_on() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
            socket.setSoTimeout(10_000);
            var head = text("POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 5");
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            var go = "HTTP/1.1 100 Continue\r\n\r\n";
            assertThat(new String(socket.getInputStream().readNBytes(go.length()), StandardCharsets.ISO_8859_1))
                    .isEqualTo(go);
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContain("100-continue")
                    .endsWith("bytes 5");
        }
    }

    @Test
    void a_route_holds_more_or_nothing() throws IOException {
        assertThat(send("POST /streamed HTTP/1.1\r\ntransfer-encoding: chunked", chunks(100, 11)))
                .contains("\ntransfer-encoding: chunked\n")
                .endsWith("bytes 1100");
        assertThat(send("POST /large HTTP/1.1\r\ntransfer-encoding: chunked", chunks(100_000, 20)))
                .contains("\ncontent-length: 2000000\n")
                .endsWith("bytes 2000000");
    }

    @Test
    void what_comes_while_another_filter_waits_is_held_too() throws IOException {
        assertThat(send("POST /late HTTP/1.1\r\ntransfer-encoding: chunked", chunks(100_000, 9)))
                .contains("\ncontent-length: 900000\n")
                .endsWith("bytes 900000");
        assertThat(send("POST /late HTTP/1.1\r\ntransfer-encoding: chunked", chunks(3, 1)))
                .contains("\ncontent-length: 3\n")
                .endsWith("bytes 3");
    }

    @Test
    void a_redirect_is_followed_with_the_body_that_was_held() throws IOException {
        assertThat(send("POST /moved HTTP/1.1\r\ncontent-length: 5", "hello"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("bytes 5");
        assertThat(send("POST /moved HTTP/1.1\r\ntransfer-encoding: chunked", chunks(5, 2)))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("bytes 10");
    }

    /// With `nghttp`, since curl 7.88 loses one answer in twenty-five that ends with the stream (RFC 9113, section 8.1)
    /// while it sends.
    @ParameterizedTest
    @ValueSource(ints = {999, 1001})
    void http2_is_held_alike(int size, @TempDir Path folder) throws Exception {
        var nghttp = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(place -> Path.of(place, "nghttp"))
                .filter(file -> file.toFile().canExecute())
                .findFirst();
        assumeTrue(nghttp.isPresent(), "SKIPPED: no nghttp here");
        var body = Files.writeString(folder.resolve("body"), "x".repeat(size));
        var process = new ProcessBuilder(
                        nghttp.get().toString(),
                        "-v",
                        "-t10",
                        "--no-content-length",
                        "-d",
                        body.toString(),
                        "http://127.0.0.1:" + proxy.port("in") + "/")
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        if (size > 1000) {
            assertThat(answer).contains(":status: 413").contains("Payload Too Large");
        } else {
            assertThat(answer).contains("content-length: " + size + "\n").contains("bytes " + size);
        }
    }
}
