package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Requests that a client sends without waiting for answers, and its end of sending with them.
final class PipeliningTest {
    private static final Pattern LENGTH = Pattern.compile("content-length: (\\d+)", Pattern.CASE_INSENSITIVE);
    private static final String GET = "GET /get HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";

    private Origin origin;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws IOException {
        origin = new Origin((socket, _) -> echoBodies(socket));
        proxy = new RunningProxy(RunningProxy.config(origin.port()));
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        origin.close();
    }

    /// Answers each request with its method and body.
    private static void echoBodies(Socket socket) throws IOException {
        var head = Origin.head(socket.getInputStream());
        while (!head.isEmpty()) {
            var length = LENGTH.matcher(head);
            var body = head.substring(0, head.indexOf(' '))
                    + Origin.read(socket.getInputStream(), length.find() ? Integer.parseInt(length.group(1)) : 0);
            Origin.write(socket, "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
            head = Origin.head(socket.getInputStream());
        }
    }

    private String answer(Socket client) throws IOException {
        var length = LENGTH.matcher(Origin.head(client.getInputStream()));
        assertThat(length.find()).isTrue();
        return Origin.read(client.getInputStream(), Integer.parseInt(length.group(1)));
    }

    @Test
    void the_body_of_a_request_that_waited_for_another_is_sent_on() throws IOException {
        try (var client = proxy.connect()) {
            Origin.write(client, GET + GET + POST + POST + GET);
            assertThat(answer(client)).isEqualTo("GET");
            assertThat(answer(client)).isEqualTo("GET");
            assertThat(answer(client)).isEqualTo("POSTabc");
            assertThat(answer(client)).isEqualTo("POSTabc");
            assertThat(answer(client)).isEqualTo("GET");
        }
    }

    @Test
    void what_was_sent_before_the_client_stopped_sending_is_answered() throws IOException {
        try (var client = proxy.connect()) {
            Origin.write(client, GET + POST + GET);
            client.shutdownOutput();
            assertThat(answer(client)).isEqualTo("GET");
            assertThat(answer(client)).isEqualTo("POSTabc");
            var last = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(last)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("connection: close\r\n")
                    .endsWith("\r\n\r\nGET");
        }
    }

    @Test
    void no_more_requests_begin_than_a_client_takes_answers() throws Exception {
        int sent = 1_000;
        var large = "x".repeat(100_000);
        try (var host = Origin.answering("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + large);
                var between = new RunningProxy(RunningProxy.config(host.port()));
                var deaf = between.connect();
                var other = between.connect()) {
            Origin.write(deaf, "GET /deaf HTTP/1.1\r\nHost: a\r\n\r\n".repeat(sent));
            long before = -1;
            long now = begun(host);
            while (before != now) {
                for (int i = 0; i < 50; i++) {
                    Origin.write(other, GET);
                    assertThat(answer(other)).isEqualTo(large);
                }
                before = now;
                now = begun(host);
            }
            assertThat(now).isLessThan(sent / 2);
            for (int i = 0; i < sent; i++) {
                assertThat(answer(deaf)).isEqualTo(large);
            }
        }
    }

    private static long begun(Origin host) {
        return host.seen().stream()
                .filter(head -> head.startsWith("GET /deaf "))
                .count();
    }

    @Test
    void an_empty_line_after_the_last_request_is_no_request() throws IOException {
        try (var client = proxy.connect()) {
            Origin.write(client, POST + "\r\n");
            client.shutdownOutput();
            assertThat(answer(client)).isEqualTo("POSTabc");
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void a_request_that_the_end_cuts_off_is_refused_after_the_answers_to_those_before() throws IOException {
        try (var client = proxy.connect()) {
            Origin.write(client, GET + "GET /cut HTT");
            client.shutdownOutput();
            assertThat(answer(client)).isEqualTo("GET");
            var last = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(last).startsWith("HTTP/1.1 400 ").contains("connection: close\r\n");
        }
    }
}
