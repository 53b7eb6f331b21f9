package io.heddle.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.admin.Page.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What comes over a socket to the admin interface, written by hand.
final class PageServerTest {
    private PageServer server;

    @BeforeEach
    void start() throws IOException {
        server = PageServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Map.of(
                        "/show", Page.of("", query -> Answer.text(200, new TreeMap<>(query) + "\n")),
                        "/change", Page.changing("", query -> Answer.text(200, "changed " + query + "\n"))));
    }

    @AfterEach
    void end() {
        server.close();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// All that is answered to `text`, until the server ends the connection.
    private String answers(String text) throws IOException {
        try (var socket = connect()) {
            write(socket, text);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String get(String target) throws IOException {
        return answers("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cluster\\.c0", "^cluster.c0$", "(rq|cx)_", "rq_\\d{1,3}+", "[a-z]\"<>`", "100%", "%zz%4", "a=b"
            })
    void takes_a_regular_expression_as_it_is(String filter) throws IOException {
        assertThat(get("/show?usedonly&filter=" + filter))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .endsWith("\r\n\r\n{filter=" + filter + ", usedonly=}\n");
    }

    @ParameterizedTest
    @CsvSource({"%5Ea%7Cb, ^a|b", "a%20b, 'a b'", "%C3%A9, é", "%25%2B, %+", "1&filter=2, 2"})
    void decodes_octets(String written, String meant) throws IOException {
        assertThat(get("/show?filter=" + written)).endsWith("{filter=" + meant + "}\n");
        assertThat(get("/sh%6fw")).startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    void answers_one_request_after_the_other_on_a_connection() throws IOException {
        var shown = answers("GET /show HTTP/1.1\r\nHost: localhost\r\n\r\n"
                + "HEAD /show?a HTTP/1.1\r\nHost: 127.0.0.1:15000\r\n\r\n"
                + "POST /change?b HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 3\r\n\r\nabc"
                + "POST /change?c HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                + "GET /show?d HTTP/1.0\r\nHost: localhost\r\n\r\n");
        assertThat(shown.split("HTTP/1.1 200 OK\r\n", -1)).hasSize(6);
        assertThat(shown)
                .contains("content-length: 3\r\n", "{}\n", "content-length: 5\r\n", "changed {b=}", "changed {c=}")
                .doesNotContain("{a=}")
                .endsWith("connection: close\r\n\r\n{d=}\n");
    }

    @Test
    void refuses_what_is_no_request_and_who_does_not_ask_for_this_host() throws IOException {
        assertThat(answers("GET /show?a b HTTP/1.1\r\nHost: localhost\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(answers("GET /show HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(answers("GET /show HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421 ");
        assertThat(get("/nothing")).startsWith("HTTP/1.1 404 ");
        assertThat(get("/change")).startsWith("HTTP/1.1 405 ");
        assertThat(answers("POST /change HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ");
        assertThat(answers("PUT /show HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ");
    }

    @Test
    void has_limits() throws IOException {
        assertThat(get("/show?a=" + "x".repeat(30_000))).startsWith("HTTP/1.1 200 ");
        assertThat(get("/show?a=" + "x".repeat(40_000))).startsWith("HTTP/1.1 414 ");
        assertThat(answers("GET /show HTTP/1.1\r\nHost: localhost\r\n" + "a: b\r\n".repeat(200) + "\r\n"))
                .startsWith("HTTP/1.1 431 ");
        var large = "x".repeat(100_000);
        assertThat(answers("POST /change HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + large))
                .contains("\r\nconnection: close\r\n");
    }

    @Test
    void clients_that_stay_lock_nobody_out() throws IOException {
        var staying = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 100; i++) {
                staying.add(connect());
            }
            assertThat(get("/show")).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(staying.getFirst().getInputStream().read()).isEqualTo(-1);
        } finally {
            for (var socket : staying) {
                socket.close();
            }
        }
    }
}
