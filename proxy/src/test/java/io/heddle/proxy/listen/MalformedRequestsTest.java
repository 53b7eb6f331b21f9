package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every line of `malformed-requests.txt`: status, a tab, the bytes with escapes. The answer has that status; a refusal
/// also closes the connection and never reaches the application.
@SuppressWarnings("StringSplitter")
class MalformedRequestsTest {
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

    static Stream<String> cases() throws IOException {
        try (var in = MalformedRequestsTest.class.getResourceAsStream("/malformed-requests.txt")) {
            var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return List.of(text.split("\n")).stream().filter(line -> !line.isBlank() && !line.startsWith("#"));
        }
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
}
