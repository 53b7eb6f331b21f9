package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.request.Peer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every line of the tables in `testdata/cases/http1`: what is answered, a tab, the bytes with escapes, a tab, why.
///
/// A request that is refused also closes the connection and never reaches the application. A body that is refused does,
/// too, and never reaches it complete. `docs/reference/http1.md` has the same lines as tables;
/// `-Dheddle.golden=write` writes them anew.
@SuppressWarnings("StringSplitter")
class MalformedRequestsTest {
    private static final Path CASES = Path.of("../testdata/cases/http1");
    private static final Path REFERENCE = Path.of("../docs/reference/http1.md");
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String EMPTY_ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final int SHOWN = 110;

    private static Origin origin;
    private static RunningProxy proxy;

    /// One row.
    record Case(String answer, String bytes, String why) {
        String sent() {
            return bytes.translateEscapes();
        }

        @Override
        public String toString() {
            return answer + " " + shown();
        }

        private String shown() {
            return bytes.length() <= SHOWN
                    ? bytes
                    : bytes.substring(0, SHOWN) + "… (" + bytes.length() + " characters)";
        }

        String row() {
            return "| " + answer + " | `" + shown() + "` | " + why + " |\n";
        }
    }

    @BeforeAll
    static void start() {
        origin = Origin.answering(EMPTY_ANSWER);
        proxy = new RunningProxy(RunningProxy.config(origin.port()));
    }

    @AfterAll
    static void stop() throws IOException {
        proxy.close();
        origin.close();
    }

    private static List<Case> cases(String name) throws IOException {
        return Files.readAllLines(CASES.resolve("malformed-" + name + ".txt"), StandardCharsets.UTF_8).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("\t", -1))
                .map(parts -> new Case(parts[0], parts[1], parts[2]))
                .toList();
    }

    static List<Case> requests() throws IOException {
        return cases("requests");
    }

    static List<Case> bodies() throws IOException {
        return cases("bodies");
    }

    static List<Case> responses() throws IOException {
        return cases("responses");
    }

    private static String exchange(RunningProxy through, String bytes) throws IOException {
        try (var client = through.connect()) {
            Origin.write(client, bytes);
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static void refused(String all, String status) {
        assertThat(all).startsWith("HTTP/1.1 " + status + " ").contains("connection: close\r\n");
        assertThat(all.split("HTTP/1.1 ")).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void answers_requests_as_written(Case request) throws IOException {
        origin.heads.clear();
        var all = exchange(proxy, request.sent());
        if (request.answer().equals("200")) {
            assertThat(all).startsWith("HTTP/1.1 200 ");
        } else {
            refused(all, request.answer());
            assertThat(origin.heads).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void answers_bodies_as_written(Case body) throws IOException {
        try (var patient = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    var rest = Origin.head(socket.getInputStream());
                    if (rest.endsWith("\r\n\r\n")) {
                        Origin.write(socket, EMPTY_ANSWER);
                    }
                });
                var through = new RunningProxy(RunningProxy.config(patient.port()))) {
            var all = exchange(through, CHUNKED + body.sent());
            if (body.answer().equals("200")) {
                assertThat(all).startsWith("HTTP/1.1 200 ");
            } else {
                refused(all, body.answer());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("responses")
    void passes_answers_on_as_written(Case response) throws IOException {
        try (var upstream = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, response.sent());
                });
                var through = new RunningProxy(RunningProxy.config(upstream.port()));
                var client = through.connect()) {
            Origin.write(client, GET);
            var all = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            if (response.answer().equals("cut")) {
                assertThat(all).doesNotContain("0\r\n\r\n").doesNotContain("HTTP/1.1 5");
                await().until(() -> through.seen.size() == 1);
                assertThat(through.seen(0).flag()).isIn("UC", "UPE");
            } else {
                var last = all.substring(all.lastIndexOf("HTTP/1.1 "));
                assertThat(last).startsWith("HTTP/1.1 " + response.answer() + " ");
            }
        }
    }

    @Test
    void a_malformed_chunk_that_comes_after_the_head_has_gone_cuts_the_answer_off() throws Exception {
        var seen = new CountDownLatch(1);
        try (var upstream = new Origin((socket, _) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
                    awaitUninterrupted(seen);
                    Origin.write(socket, "xyz\r\n");
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                });
                var through = new RunningProxy(RunningProxy.config(upstream.port()));
                var client = through.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
            seen.countDown();
            var rest = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(rest).contains("hi").doesNotContain("0\r\n\r\n").doesNotContain("HTTP/1.1");
            assertThat(through.seen(0).flag()).isEqualTo("UPE");
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    @Test
    void bytes_that_are_no_request_are_told_with_who_sent_them() throws Exception {
        var peers = new LinkedBlockingQueue<Optional<Peer>>();
        try (var observed = new RunningProxy(
                        RunningProxy.config(origin.port()),
                        timeline -> peers.add(Optional.ofNullable(timeline.peer())));
                var client = observed.connect()) {
            Origin.write(client, "GET /\r\n\r\n");
            var peer = Objects.requireNonNull(peers.poll(10, TimeUnit.SECONDS)).orElseThrow();
            assertThat(peer.remote().getPort()).isEqualTo(client.getLocalPort());
        }
    }

    @Test
    void the_reference_has_the_same_tables() throws IOException {
        var text = Files.readString(REFERENCE);
        var wanted = text;
        for (var name : List.of("requests", "bodies", "responses")) {
            var begin = "<!-- " + name + ": begin -->\n";
            var end = "<!-- " + name + ": end -->\n";
            assertThat(wanted).contains(begin, end);
            var table = cases(name).stream()
                    .map(Case::row)
                    .collect(Collectors.joining("", begin + "| Answer | Bytes | Why |\n|---|---|---|\n", end));
            wanted = wanted.substring(0, wanted.indexOf(begin))
                    + table
                    + wanted.substring(wanted.indexOf(end) + end.length());
        }
        if ("write".equals(System.getProperty("heddle.golden"))) {
            Files.writeString(REFERENCE, wanted);
            return;
        }
        assertThat(text).isEqualTo(wanted);
    }
}
