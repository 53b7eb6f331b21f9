package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers made here to HTTP/1 requests whose bodies are not read yet: a small rest is no reason to end a
/// connection.
class EarlyAnswerTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String EXPECTING =
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";

    @TempDir
    private Path state;

    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text("""
                node: {id: test, cluster: test}
                static_resources:
                  listeners:
                  - name: front
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: front
                          http_filters:
                          - name: router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                              - match: {prefix: /}
                                direct_response: {status: 200, body: {inline_string: hi}}
                """), state));
        proxy.ready().get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(
                InetAddress.getLoopbackAddress(),
                Objects.requireNonNull(proxy.ports().get("front")).getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// The head of the next answer, whose body is `hi`.
    private static String answer(Socket client) throws IOException {
        var text = new StringBuilder();
        while (!text.toString().endsWith("\r\n\r\nhi")) {
            int octet = client.getInputStream().read();
            if (octet < 0) {
                throw new IOException("ended after: " + text);
            }
            text.append((char) octet);
        }
        return text.toString();
    }

    private static void answersAndGoesOn(Socket client) throws IOException {
        assertThat(answer(client)).startsWith("HTTP/1.1 200 ").doesNotContain("connection: close");
    }

    private static void answersAndEnds(Socket client) throws IOException {
        assertThat(answer(client)).startsWith("HTTP/1.1 200 ").contains("connection: close");
        client.shutdownOutput();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                POST + "hello",
                CHUNKED + "5\r\nhello\r\n0\r\n\r\n",
                CHUNKED + "5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n",
                EXPECTING + "hello"
            })
    void a_body_that_is_wholly_there_is_dropped_and_the_next_request_answered(String post) throws IOException {
        try (var client = connect()) {
            send(client, post + post + GET);
            answersAndGoesOn(client);
            answersAndGoesOn(client);
            answersAndGoesOn(client);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void a_small_body_that_comes_after_its_answer_is_dropped(int before) throws IOException {
        try (var client = connect()) {
            send(client, POST + "hello".substring(0, before));
            answersAndGoesOn(client);
            send(client, "hello".substring(before) + GET + POST);
            answersAndGoesOn(client);
            answersAndGoesOn(client);
            send(client, "hello" + GET);
            answersAndGoesOn(client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {CHUNKED, CHUNKED + "5\r\nhello\r\n", EXPECTING, CHUNKED + "junk\r\n"})
    void a_body_whose_end_nobody_knows_ends_the_connection(String post) throws IOException {
        try (var client = connect()) {
            send(client, post);
            answersAndEnds(client);
        }
    }

    @Test
    void a_long_body_ends_the_connection() throws IOException {
        try (var client = connect()) {
            send(client, POST.replace(": 5", ": 100000") + "x".repeat(1000));
            answersAndEnds(client);
        }
    }

    @Test
    void a_client_that_stops_within_a_small_body_ends_the_connection() throws IOException {
        try (var client = connect()) {
            send(client, POST + "he");
            client.shutdownOutput();
            assertThat(answer(client)).startsWith("HTTP/1.1 200 ");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }
}
