package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What `local_reply_config` makes of answers of every kind that a proxy gives itself.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LocalRepliesTest {
    private FilteredProxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        proxy = new FilteredProxy("local-replies.yaml", state);
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    private static String json(int status, String message, String path, String flags) {
        return "{\"flags\":%s,\"message\":%s,\"path\":\"%s\",\"status\":%d}\n"
                .formatted(flags.isEmpty() ? "\"-\"" : "\"" + flags + "\"", "\"" + message + "\"", path, status);
    }

    @Test
    void answers_without_a_route_are_written_as_configured() throws Exception {
        assertThat(proxy.ask("GET /none", "host: a"))
                .startsWith("HTTP/1.1 404 ")
                .contains("\ncontent-type: application/problem+json\n")
                .doesNotContain("text/plain")
                .endsWith("\n\n" + json(404, "", "/none", "NR"));
        assertThat(proxy.askHttp2("/none"))
                .startsWith("HTTP/2 404")
                .contains("\ncontent-type: application/problem+json\n")
                .endsWith("\n\n" + json(404, "", "/none", "NR"));
    }

    @Test
    void a_mapper_gives_another_status_body_format_and_headers() throws Exception {
        assertThat(proxy.ask("GET /none", "host: a", "x-plain: 1"))
                .startsWith("HTTP/1.1 410 ")
                .contains("\nx-reason: route_not_found\n", "\ncontent-type: text/plain\n")
                .endsWith("\n\ngone away (/none)");
        assertThat(proxy.askHttp2("/none", "x-plain: 1"))
                .startsWith("HTTP/2 410")
                .contains("\nx-reason: route_not_found\n")
                .endsWith("\n\ngone away (/none)");
    }

    @Test
    void direct_responses_and_redirects_are_answers_like_others() throws IOException {
        assertThat(proxy.ask("GET /direct", "host: a"))
                .startsWith("HTTP/1.1 418 ")
                .endsWith("\n\n" + json(418, "a \\\"pot\\\"", "/direct", ""));
        assertThat(proxy.ask("GET /moved", "host: a"))
                .startsWith("HTTP/1.1 301 ")
                .contains("\nlocation: http://a/there\n")
                .endsWith("\n\n" + json(301, "", "/moved", ""));
    }

    @Test
    void hosts_that_are_away_are_told_of_in_the_same_way() throws IOException {
        assertThat(proxy.ask("GET /gone", "host: a"))
                .startsWith("HTTP/1.1 599 ")
                .contains("\"flags\":\"UF\"", "\"status\":599", "\"message\":\"upstream connect error");
    }

    @Test
    void bytes_that_are_no_request_are_answered_alike() throws IOException {
        assertThat(proxy.ask("GET /none", "host: a", "host: b"))
                .startsWith("HTTP/1.1 400 ")
                .contains("\"flags\":\"DPE\"", "\"status\":400");
    }

    @Test
    void statuses_without_a_body_get_none() throws IOException {
        assertThat(proxy.ask("GET /created", "host: a"))
                .startsWith("HTTP/1.1 204 ")
                .doesNotContain("content-length")
                .endsWith("\n\n");
        assertThat(proxy.ask("HEAD /direct", "host: a"))
                .startsWith("HTTP/1.1 418 ")
                .endsWith("\n\n");
    }

    @Test
    void clients_of_grpc_get_the_text_as_their_message() throws IOException {
        assertThat(proxy.ask("POST /none", "host: a", "x-plain: 1", "content-type: application/grpc"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\ngrpc-message: gone away (/none)\n", "\ncontent-type: application/grpc\n", "\nx-reason: ")
                .contains("\ngrpc-status: 2\n")
                .doesNotContain("text/plain");
    }

    @Test
    void answers_of_the_application_stay_as_they_are() throws IOException {
        assertThat(proxy.ask("GET /app", "host: a", "x-answer: 404"))
                .startsWith("HTTP/1.1 404 ")
                .contains("\n\nGET /app\n");
    }
}
