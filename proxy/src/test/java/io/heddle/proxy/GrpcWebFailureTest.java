package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Calls of gRPC-Web to a host that does not speak gRPC; the filter is off in the chain, and on for one route.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GrpcWebFailureTest {
    private static final String FRAME = "\u0080\0\0\0";
    private FilteredProxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        proxy = new FilteredProxy(
                FilteredProxy.read("grpc-web-failure.yaml"), state, Map.of("/", GrpcWebFailureTest::answer));
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        var coded = exchange.getRequestURI().getPath().endsWith("/coded");
        exchange.getResponseHeaders().set("content-type", "text/html");
        if (coded) {
            exchange.getResponseHeaders().set("content-encoding", "gzip");
        }
        var body = "50 % ü".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(coded ? 404 : 503, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String call(String path, String type) throws IOException {
        return proxy.ask("POST " + path, "host: app", "content-type: " + type, "accept: " + type, "content-length: 0");
    }

    private static String body(String answer) {
        var raw = answer.substring(answer.indexOf("\n\n") + 2);
        return raw.contains("gAAAA") ? raw : raw.substring(raw.indexOf('\n') + 1, raw.lastIndexOf("\n0\n"));
    }

    @Test
    void an_answer_that_is_no_grpc_tells_what_failed_in_a_last_frame() throws IOException {
        var answer = call("/web/a", "application/grpc-web");
        assertThat(answer).startsWith("HTTP/1.1 503 ").contains("\ncontent-type: application/grpc-web+proto\n");
        assertThat(body(answer))
                .startsWith(FRAME)
                .contains("grpc-status:14\n")
                .contains("grpc-message:50 %25 %C3%BC\n")
                .doesNotContain("50 % ");
    }

    @Test
    void what_is_coded_is_not_quoted() throws IOException {
        var answer = call("/web/coded", "application/grpc-web+proto");
        assertThat(answer).startsWith("HTTP/1.1 404 ").doesNotContain("content-encoding");
        assertThat(body(answer)).startsWith(FRAME).contains("grpc-status:12\n").doesNotContain("grpc-message");
    }

    @Test
    void the_text_form_gets_it_in_base64() throws IOException {
        var answer = call("/web/a", "application/grpc-web-text");
        assertThat(answer).contains("\ncontent-type: application/grpc-web-text+proto\n");
        var coded = answer.lines()
                .filter(line -> line.startsWith("gAAAA"))
                .findFirst()
                .orElseThrow();
        assertThat(new String(Base64.getDecoder().decode(coded), StandardCharsets.ISO_8859_1))
                .startsWith(FRAME)
                .contains("grpc-status:14\r\n");
    }

    @Test
    void a_filter_that_is_off_lets_requests_pass_where_no_route_switches_it_on() throws IOException {
        assertThat(call("/other", "application/grpc-web"))
                .startsWith("HTTP/1.1 503 ")
                .containsIgnoringCase("\ncontent-type: text/html\n")
                .doesNotContain("grpc-status");
    }
}
