package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import io.heddle.proxy.body.Codings;
import io.heddle.traffic.body.ContentCoding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies that a proxy compresses and makes plain. What a request says in `x-a-<name>` comes back as header `<name>`;
/// `x-size` asks for so many bytes, `x-echo` for what came.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CompressionTest {
    private static final String TEXT = "What is said twice is compressed. ".repeat(60);

    private final CountDownLatch secondEvent = new CountDownLatch(1);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private FilteredProxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        proxy = new FilteredProxy(
                FilteredProxy.read("compression.yaml"),
                state,
                Map.of("/", CompressionTest::answer, "/events", this::events, "/endless", CompressionTest::endless));
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        headers.forEach((name, values) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith("x-a-")) {
                exchange.getResponseHeaders().set(name.substring(4), values.getFirst());
            }
        });
        byte[] came = exchange.getRequestBody().readAllBytes();
        var body = TEXT.getBytes(StandardCharsets.ISO_8859_1);
        if (headers.containsKey("x-echo")) {
            body = came;
            for (var name :
                    new String[] {"content-encoding", "content-length", "accept-encoding", "transfer-encoding"}) {
                var value = headers.getFirst(name);
                if (value != null) {
                    exchange.getResponseHeaders().set("x-got-" + name, value);
                }
            }
        }
        int status = headers.containsKey("x-status") ? Integer.parseInt(headers.getFirst("x-status")) : 200;
        boolean bodiless =
                status == 204 || status == 304 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, bodiless ? -1 : body.length == 0 ? -1 : body.length);
        if (!bodiless && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private void events(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("content-type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write("data: 1\n\n".getBytes(StandardCharsets.ISO_8859_1));
        exchange.getResponseBody().flush();
        try {
            secondEvent.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        exchange.getResponseBody().write("data: 2\n\n".getBytes(StandardCharsets.ISO_8859_1));
        exchange.close();
    }

    private static void endless(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("content-type", "text/plain");
        exchange.sendResponseHeaders(200, 0);
        var block = TEXT.getBytes(StandardCharsets.ISO_8859_1);
        while (true) {
            exchange.getResponseBody().write(block);
        }
    }

    private HttpRequest.Builder to(String listener, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port(listener) + path));
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        return send(to("squeezed", path).headers(headers).build());
    }

    private static String gunzip(byte[] bytes) throws IOException {
        return new String(
                new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static String header(HttpResponse<?> answer, String name) {
        return String.join(", ", answer.headers().allValues(name));
    }

    private static final String[] GZIP = {"accept-encoding", "gzip", "x-a-content-type", "text/plain; charset=utf-8"};

    private static String[] with(String... more) {
        return Stream.concat(Stream.of(GZIP), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void an_answer_is_compressed_for_who_accepts_it() throws Exception {
        var answer = get("/", GZIP);
        assertThat(gunzip(answer.body())).isEqualTo(TEXT);
        assertThat(answer.body().length).isLessThan(TEXT.length() / 5);
        assertThat(header(answer, "content-encoding")).isEqualTo("gzip");
        assertThat(header(answer, "vary")).isEqualTo("Accept-Encoding");
        assertThat(header(answer, "content-length")).isEmpty();
        assertThat(header(answer, "transfer-encoding")).isEqualTo("chunked");
    }

    @Test
    void an_answer_is_left_alone_for_who_does_not_and_where_it_must_be() throws Exception {
        var plain = get("/", "x-a-content-type", "text/plain");
        assertThat(new String(plain.body(), StandardCharsets.ISO_8859_1)).isEqualTo(TEXT);
        assertThat(header(plain, "vary")).as("caches must know all the same").isEqualTo("Accept-Encoding");
        for (var headers : new String[][] {
            {"accept-encoding", "gzip", "x-a-content-type", "image/png"},
            with("x-a-cache-control", "public, no-transform"),
            with("x-a-content-encoding", "deflate"),
            with("x-status", "206"),
        }) {
            var answer = get("/", headers);
            assertThat(header(answer, "content-encoding")).isNotEqualTo("gzip");
            assertThat(answer.body()).hasSize(TEXT.length());
            assertThat(header(answer, "content-length")).isEqualTo(Integer.toString(TEXT.length()));
        }
        assertThat(header(get("/plain", GZIP), "content-encoding")).isEmpty();
        assertThat(header(get("/", with("x-status", "304")), "content-encoding"))
                .isEmpty();
        var head = send(to("squeezed", "/")
                .headers(GZIP)
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "content-encoding")).isEmpty();
        assertThat(header(head, "vary")).as("as to GET").isEqualTo("Accept-Encoding");
    }

    @Test
    void etags_say_no_more_than_is_true() throws Exception {
        assertThat(header(get("/", with("x-a-etag", "\"1\"")), "etag")).isEmpty();
        assertThat(header(get("/", with("x-a-etag", "W/\"1\"")), "etag")).isEqualTo("W/\"1\"");
        assertThat(header(get("/", with("x-a-vary", "Origin")), "vary")).isEqualTo("Origin, Accept-Encoding");
    }

    @Test
    void the_client_chooses_among_several() throws Exception {
        assumeTrue(
                Codings.missing(new ContentCoding.Brotli(5, 18)).isEmpty()
                        && Codings.missing(new ContentCoding.Zstd(3, false)).isEmpty(),
                "SKIPPED: no libraries here");
        for (var expected : new String[][] {
            {"gzip, br", "gzip"},
            {"br, gzip;q=0.9", "br"},
            {"gzip, br, zstd", "zstd"},
            {"*", "zstd"},
            {"br", "br"},
        }) {
            var answer = get("/", "accept-encoding", expected[0], "x-a-content-type", "text/plain");
            assertThat(header(answer, "content-encoding")).as(expected[0]).isEqualTo(expected[1]);
            assertThat(answer.body().length).isBetween(20, TEXT.length() / 5);
        }
        assertThat(header(
                        get("/", "accept-encoding", "br", "x-a-content-type", "text/plain", "x-a-etag", "\"1\""),
                        "etag"))
                .as("left alone for its ETag")
                .isEqualTo("\"1\"");
        assertThat(metrics())
                .contains("envoy_http_compressor_other_brotli_response_not_compressed_etag")
                .contains("envoy_http_compressor_small_gzip_response_header_compressor_overshadowed");
    }

    private String metrics() throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port("admin") + "/stats/prometheus"));
        return new String(send(request.build()).body(), StandardCharsets.UTF_8);
    }

    @Test
    void an_event_gets_through_before_the_next_one_is_there() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port("squeezed"))) {
            socket.setSoTimeout(10_000);
            var head = "GET /events HTTP/1.0\r\nhost: app\r\naccept-encoding: gzip\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            var in = socket.getInputStream();
            var text = new StringBuilder();
            while (text.indexOf("\r\n\r\n") < 0) {
                text.append((char) in.read());
            }
            assertThat(text).contains("content-encoding: gzip");
            var events = new GZIPInputStream(in, 1);
            assertThat(new String(events.readNBytes(9), StandardCharsets.ISO_8859_1))
                    .isEqualTo("data: 1\n\n");
            secondEvent.countDown();
            assertThat(new String(events.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("data: 2\n\n");
        }
    }

    @Test
    void a_client_that_leaves_takes_its_compressor_with_it() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port("squeezed"))) {
            var head = "GET /endless HTTP/1.1\r\nhost: app\r\naccept-encoding: gzip\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(socket.getInputStream().readNBytes(20_000)).hasSize(20_000);
            assertThat(Codings.inUse()).isPositive();
        }
        await().atMost(10, TimeUnit.SECONDS).until(() -> Codings.inUse() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--http1.1", "--http2-prior-knowledge"})
    void curl_reads_it_over_either_protocol(String version) throws Exception {
        var curl = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "curl"))
                .filter(file -> file.toFile().canExecute())
                .findFirst();
        assumeTrue(curl.isPresent(), "SKIPPED: no curl here");
        var process = new ProcessBuilder(
                        curl.get().toString(),
                        "-si",
                        "--max-time",
                        "10",
                        version,
                        "--compressed",
                        "-H",
                        "accept-encoding: gzip",
                        "-H",
                        "x-a-content-type: text/plain",
                        "http://127.0.0.1:" + proxy.port("squeezed") + "/")
                .start();
        var answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(answer).contains("content-encoding: gzip\r\n").endsWith("\r\n\r\n" + TEXT);
    }

    @Test
    void a_request_is_compressed_for_the_application() throws Exception {
        var answer = send(to("requests", "/")
                .headers("x-echo", "1", "content-type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(TEXT))
                .build());
        assertThat(header(answer, "x-got-content-encoding")).isEqualTo("gzip");
        assertThat(header(answer, "x-got-content-length")).isEmpty();
        assertThat(header(answer, "x-got-transfer-encoding")).isEqualTo("chunked");
        assertThat(gunzip(answer.body())).isEqualTo(TEXT);
        var binary = send(to("requests", "/")
                .headers("x-echo", "1", "content-type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofString(TEXT))
                .build());
        assertThat(header(binary, "x-got-content-encoding")).isEmpty();
        assertThat(header(binary, "x-got-content-length")).isEqualTo(Integer.toString(TEXT.length()));
        assertThat(metrics())
                .contains(
                        "envoy_http_compressor_up_gzip_request_compressed{envoy_http_conn_manager_prefix=\"requests\"} 1")
                .contains(
                        "envoy_http_compressor_up_gzip_request_total_uncompressed_bytes{envoy_http_conn_manager_prefix="
                                + "\"requests\"} " + TEXT.length());
    }

    @Test
    void a_request_is_made_plain_and_gets_its_length_from_a_buffer_behind() throws Exception {
        var answer = send(to("swollen", "/")
                .headers("x-echo", "1", "content-encoding", "gzip", "accept-encoding", "br")
                .POST(HttpRequest.BodyPublishers.ofByteArray(gzip(TEXT.getBytes(StandardCharsets.ISO_8859_1))))
                .build());
        assertThat(new String(answer.body(), StandardCharsets.ISO_8859_1)).isEqualTo(TEXT);
        assertThat(header(answer, "x-got-content-encoding")).isEmpty();
        assertThat(header(answer, "x-got-accept-encoding")).isEqualTo("br,gzip");
    }

    @Test
    void a_bomb_and_what_is_no_gzip_are_refused() throws Exception {
        for (byte[] body : new byte[][] {gzip(new byte[4 << 20]), "no gzip".getBytes(StandardCharsets.ISO_8859_1)}) {
            var answer = send(to("swollen", "/")
                    .headers("content-encoding", "gzip")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build());
            assertThat(answer.statusCode()).isEqualTo(400);
        }
        var large = send(to("swollen", "/")
                .headers("content-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        gzip(TEXT.repeat(60).getBytes(StandardCharsets.ISO_8859_1))))
                .build());
        assertThat(large.statusCode()).as("plain it is too large").isIn(400, 413);
        await().atMost(10, TimeUnit.SECONDS).until(() -> Codings.inUse() == 0);
    }

    @Test
    void an_answer_is_made_plain() throws Exception {
        var squeezed = gzip(TEXT.getBytes(StandardCharsets.ISO_8859_1));
        // The application sends back what it gets, so what is not marked passes as it is.
        var answer = send(to("swollen", "/")
                .headers("x-echo", "1", "x-a-content-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(squeezed))
                .build());
        assertThat(new String(answer.body(), StandardCharsets.ISO_8859_1)).isEqualTo(TEXT);
        assertThat(header(answer, "content-encoding")).isEmpty();
        assertThat(header(answer, "content-length")).isEmpty();
    }
}
