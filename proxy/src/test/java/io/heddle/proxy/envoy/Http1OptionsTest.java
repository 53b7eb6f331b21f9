package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.listen.Origin;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `http_protocol_options` of listeners and of clusters, over raw sockets, in this proxy as in Envoy.
final class Http1OptionsTest {
    private static final String GET = "GET /p HTTP/1.1\r\nHost: shop\r\nX-mY-hEAD: 1\r\nuser_agent-x: 2\r\n\r\n";
    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\nx-lOw-tEst: 1\r\nfoo$b#$are: 2\r\nContent-Length: 2\r\n\r\nok";
    private static final String PROPER = "header_key_format: {proper_case_words: {}}";

    @TempDir
    private Path folder;

    private static String preserved(String fields) {
        return "header_key_format: {stateful_formatter: {name: preserve, typed_config: {\"@type\": "
                + "type.googleapis.com/envoy.extensions.http.header_formatters.preserve_case.v3"
                + ".PreserveCaseFormatterConfig" + fields + "}}}";
    }

    /// One request to a listener and by a cluster with these options.
    private void each(String request, String listener, String cluster, SeenCheck check) throws Exception {
        try (var app = Origin.answering(ANSWER)) {
            var explicit = SideBySide.options("explicit_http_config: {http_protocol_options: {" + cluster + "}}");
            var bootstrap = SideBySide.http(
                    "http_protocol_options: {" + listener + "}", SideBySide.host(app.port()) + ", " + explicit);
            SideBySide.holds(folder, bootstrap, port -> {
                int before = app.seen().size();
                var answer = SideBySide.ask(port, request, "\r\n\r\n");
                check.of(answer, app.seen().size() > before ? app.seen().getLast() : "");
            });
        }
    }

    private interface SeenCheck {
        void of(String answer, String seen);
    }

    @Test
    void writes_names_with_capitals_to_clients() throws Exception {
        each(
                GET,
                PROPER,
                "",
                (answer, _) -> assertThat(SideBySide.lines(answer))
                        .contains("X-Low-Test: 1", "Foo$B#$Are: 2", "Content-Length: 2")
                        .anyMatch(line -> line.startsWith("Server: ")));
    }

    @Test
    void writes_names_with_capitals_to_hosts() throws Exception {
        each(
                GET,
                "",
                PROPER,
                (_, seen) -> assertThat(SideBySide.lines(seen))
                        .contains("Host: shop", "X-My-Head: 1", "User_Agent-X: 2", "X-Forwarded-Proto: http")
                        .anyMatch(line -> line.startsWith("X-Request-Id: ")));
    }

    @Test
    void writes_names_as_they_came() throws Exception {
        each(GET, preserved(""), preserved(""), (answer, seen) -> {
            assertThat(SideBySide.lines(seen))
                    .contains("Host: shop", "X-mY-hEAD: 1", "user_agent-x: 2", "x-forwarded-proto: http");
            assertThat(SideBySide.lines(answer))
                    .contains("x-lOw-tEst: 1", "Content-Length: 2")
                    .anyMatch(line -> line.startsWith("server: "));
        });
    }

    @Test
    void writes_names_of_its_own_with_capitals_beside_those_that_came() throws Exception {
        var own = preserved(", formatter_type_on_envoy_headers: PROPER_CASE, forward_reason_phrase: true");
        each(GET, own, own, (answer, seen) -> {
            assertThat(SideBySide.lines(seen))
                    .contains("Host: shop", "X-mY-hEAD: 1", "user_agent-x: 2", "X-Forwarded-Proto: http")
                    .anyMatch(line -> line.startsWith("X-Request-Id: "));
            assertThat(SideBySide.lines(answer))
                    .contains("x-lOw-tEst: 1", "Content-Length: 2")
                    .anyMatch(line -> line.startsWith("Server: "));
        });
    }

    @Test
    void sends_hosts_the_whole_url() throws Exception {
        var whole = "send_fully_qualified_url: true";
        each(GET, "", whole, (_, seen) -> assertThat(seen).startsWith("GET http://shop/p HTTP/1.1\r\nhost: shop\r\n"));
        each(
                "GET http://other:81/y?q HTTP/1.1\r\nHost: shop\r\n\r\n",
                "",
                whole,
                (_, seen) -> assertThat(seen).startsWith("GET http://other:81/y?q HTTP/1.1\r\nhost: other:81\r\n"));
        each(
                "GET /p HTTP/1.1\r\nHost: shop\r\nx-forwarded-proto: https\r\n\r\n",
                "",
                whole,
                (_, seen) -> assertThat(seen).startsWith("GET https://shop/p HTTP/1.1\r\n"));
    }

    @Test
    void takes_no_urls_where_that_is_off() throws Exception {
        var url = "GET http://shop/p HTTP/1.1\r\nHost: shop\r\n\r\n";
        each(url, "allow_absolute_url: false", "", (answer, seen) -> {
            assertThat(answer).startsWith("HTTP/1.1 404 ");
            assertThat(seen).isEmpty();
        });
        each(
                GET,
                "allow_absolute_url: false",
                "",
                (answer, _) -> assertThat(answer).startsWith("HTTP/1.1 200 "));
        each(
                url,
                "allow_absolute_url: true",
                "",
                (answer, _) -> assertThat(answer).startsWith("HTTP/1.1 200 "));
    }

    @Test
    void has_a_host_for_requests_of_http_1_0_that_name_none() throws Exception {
        var listener = "accept_http_10: true, default_host_for_http_10: \"else:80\"";
        each("GET /p HTTP/1.0\r\nx: y\r\n\r\n", listener, "", (answer, seen) -> {
            assertThat(answer).contains(" 200 OK\r\n");
            assertThat(SideBySide.lines(seen)).contains("host: else:80", "x: y");
        });
        each(
                "GET /p HTTP/1.0\r\nHost: shop\r\n\r\n",
                listener,
                "",
                (_, seen) -> assertThat(seen.toLowerCase(Locale.ROOT))
                        .contains("host: shop\r\n")
                        .doesNotContain("else"));
    }

    /// How many answers come to a request without a host and another one, where the listener has
    /// `fields`.
    private void answers(int expected, String fields) throws Exception {
        try (var app = Origin.answering(ANSWER)) {
            SideBySide.holds(folder, SideBySide.http(fields, SideBySide.host(app.port())), port -> {
                var good = GET.replace("X-mY", "Connection: close\r\nX-mY");
                var answers = SideBySide.ask(port, "GET / HTTP/1.1\r\nx: y\r\n\r\n" + good, "never")
                        .split("HTTP/1.1 ", -1);
                assertThat(answers).hasSize(expected + 1);
                assertThat(answers[1]).startsWith("400 Bad Request\r\n");
            });
        }
    }

    @Test
    void goes_on_after_a_request_without_a_host_where_that_is_on() throws Exception {
        answers(1, "");
        answers(2, "stream_error_on_invalid_http_message: true");
        answers(2, "http_protocol_options: {override_stream_error_on_invalid_http_message: true}");
        answers(
                1,
                "stream_error_on_invalid_http_message: true, http_protocol_options: "
                        + "{override_stream_error_on_invalid_http_message: false}");
    }
}
