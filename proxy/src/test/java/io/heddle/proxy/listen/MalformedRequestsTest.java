package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every line of `testdata/cases/http1/malformed-requests.txt`: status, a tab, the bytes with escapes. The answer has
/// that status; a refusal also closes the connection and never reaches the application.
///
/// `docs/reference/http1.md` has the same lines as a table; `-Dheddle.golden=write` writes it anew.
@SuppressWarnings("StringSplitter")
class MalformedRequestsTest {
    private static final Path CASES = Path.of("../testdata/cases/http1/malformed-requests.txt");
    private static final Path REFERENCE = Path.of("../docs/reference/http1.md");
    private static final String BEGIN = "<!-- requests: begin -->\n";
    private static final String END = "<!-- requests: end -->\n";
    private static final int SHOWN = 110;

    private static Origin origin;
    private static RunningProxy proxy;

    @BeforeAll
    static void start() {
        origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        proxy = new RunningProxy(RunningProxy.config(origin.port()));
    }

    @AfterAll
    static void stop() throws IOException {
        proxy.close();
        origin.close();
    }

    static List<String> cases() throws IOException {
        return Files.readAllLines(CASES, StandardCharsets.UTF_8).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answers_as_written(String line) throws IOException {
        var status = line.substring(0, 3);
        var bytes = line.substring(4).translateEscapes();
        origin.heads.clear();
        try (var client = proxy.connect()) {
            Origin.write(client, bytes);
            client.shutdownOutput();
            var all = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(all).startsWith("HTTP/1.1 " + status + " ");
            if (!status.equals("200")) {
                assertThat(all).contains("connection: close\r\n");
                assertThat(all.split("HTTP/1.1 ")).hasSize(2);
                assertThat(origin.heads).isEmpty();
            }
        }
    }

    @Test
    void the_reference_has_the_same_table() throws IOException {
        var table = cases().stream()
                .map(line -> "| " + line.substring(0, 3) + " | `" + shown(line.substring(4)) + "` |\n")
                .collect(Collectors.joining("", BEGIN + "| Answer | Request |\n|---|---|\n", END));
        var text = Files.readString(REFERENCE);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END) + END.length();
        assertThat(begin).isPositive();
        if ("write".equals(System.getProperty("heddle.golden"))) {
            Files.writeString(REFERENCE, text.substring(0, begin) + table + text.substring(end));
            return;
        }
        assertThat(text.substring(begin, end)).isEqualTo(table);
    }

    private static String shown(String bytes) {
        return bytes.length() <= SHOWN ? bytes : bytes.substring(0, SHOWN) + "… (" + bytes.length() + " characters)";
    }
}
