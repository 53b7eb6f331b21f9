package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.NetworkFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every line of `testdata/cases/heads/requests.txt`: which rules, a tab, a request, a tab, what is answered or
/// what the application sees, a tab, why. `docs/reference/heads.md` has the same lines as a table;
/// `-Dheddle.golden=write` writes it anew.
@SuppressWarnings("StringSplitter")
class HeadRulesTest {
    private static final Path CASES = Path.of("../testdata/cases/heads/requests.txt");
    private static final Path REFERENCE = Path.of("../docs/reference/heads.md");
    private static final String BEGIN = "<!-- requests: begin -->\n";
    private static final String END = "<!-- requests: end -->\n";
    private static final String OK =
            "HTTP/1.1 200 OK\r\nServer: app\r\nX-Request-Id: theirs\r\nContent-Length: 0\r\n\r\n";

    private static final RetryPolicy RETRIES = new RetryPolicy(
            Set.of(RetryPolicy.Condition.SERVER_ERROR), List.of(), 2, Duration.ZERO, Duration.ofMillis(5), false);

    /// One row.
    record Case(String rules, String bytes, String outcome, String why) {
        String sent(int port) {
            return bytes.translateEscapes().replace("@PORT@", "" + port);
        }

        @Override
        public String toString() {
            return rules + " " + bytes;
        }

        String row() {
            return "| " + rules + " | `" + bytes + "` | " + outcome.replace("|", "<br>") + " | " + why + " |\n";
        }
    }

    static List<Case> cases() throws IOException {
        return Files.readAllLines(CASES, StandardCharsets.UTF_8).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("\t", -1))
                .map(parts -> new Case(parts[0], parts[1], parts[2], parts[3]))
                .toList();
    }

    private static Map<String, String> words(String rules) {
        var words = new HashMap<String, String>();
        for (var word : rules.split(" ", -1)) {
            int equals = word.indexOf('=');
            words.put(equals < 0 ? word : word.substring(0, equals), equals < 0 ? "" : word.substring(equals + 1));
        }
        return words;
    }

    private static NetworkFilter.PathRules paths(Map<String, String> words) {
        return new NetworkFilter.PathRules(
                words.containsKey("normalize"),
                words.containsKey("merge"),
                NetworkFilter.EscapedSlashes.valueOf(words.getOrDefault("escaped", "KEEP_UNCHANGED")));
    }

    private static HeadOptions heads(Map<String, String> words) {
        var internal = Stream.ofNullable(words.get("internal"))
                .map(range -> AddressMatcher.parse(range).orElseThrow())
                .toList();
        return new HeadOptions(
                new HeadOptions.ClientAddress(
                        words.containsKey("remote"),
                        Integer.parseInt(words.getOrDefault("hops", "0")),
                        words.containsKey("skip"),
                        words.containsKey("port"),
                        internal),
                HeadOptions.CertificateDetails.URI,
                new HeadOptions.HostRules(
                        HeadOptions.StripPort.valueOf(words.getOrDefault("strip", "NONE")), words.containsKey("dot")),
                HeadOptions.Underscores.valueOf(words.getOrDefault("underscores", "ALLOW")),
                new HeadOptions.RequestIds(
                        !words.containsKey("noid"), words.containsKey("preserve"), words.containsKey("answerid")),
                HeadOptions.Names.DEFAULT);
    }

    private static NetworkFilter.Http with(NetworkFilter.PathRules paths, HeadOptions heads) {
        var http = (NetworkFilter.Http) RunningProxy.http(RunningProxy.forward(RetryPolicy.NONE, Timeouts.DEFAULT));
        return new NetworkFilter.Http(
                http.statPrefix(),
                http.routes(),
                http.filters(),
                http.clientCertificate(),
                paths,
                heads,
                http.limits(),
                http.upgrades(),
                http.codec(),
                http.accessLogs(),
                http.replies());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void does_to_heads_what_is_written(Case row) throws Exception {
        var words = words(row.rules());
        var clients = new LinkedBlockingQueue<String>();
        try (var app = Origin.answering(OK);
                var proxy = new RunningProxy(
                        RunningProxy.config(with(paths(words), heads(words)), app.port()),
                        timeline -> clients.add(Objects.requireNonNull(timeline.peer())
                                .remote()
                                .getAddress()
                                .getHostAddress()));
                var client = proxy.connect()) {
            Origin.write(client, row.sent(proxy.port()));
            var answer = Origin.head(client.getInputStream());
            if (row.outcome().startsWith("GET ")) {
                assertThat(answer).startsWith("HTTP/1.1 200 ");
                assertSeen(app.seen().getFirst(), row.outcome().replace("@PORT@", "" + proxy.port()), clients);
            } else {
                assertAnswered(answer, row.outcome());
                assertThat(app.seen()).isEmpty();
            }
        }
    }

    private static void assertAnswered(String answer, String outcome) {
        var parts = outcome.split(" ", -1);
        if (parts[0].equals("grpc")) {
            assertThat(answer).contains("\r\ngrpc-status: " + parts[1] + "\r\n");
            return;
        }
        assertThat(answer).startsWith("HTTP/1.1 " + parts[0] + " ");
        if (parts.length > 1) {
            assertThat(answer).contains("\r\nlocation: " + parts[1] + "\r\n");
        }
    }

    private static void assertSeen(String head, String outcome, BlockingQueue<String> clients)
            throws InterruptedException {
        var parts = outcome.split("\\|", -1);
        var first = parts[0].split(" ", -1);
        assertThat(head).startsWith(first[0] + " " + first[1] + " HTTP/1.1\r\n");
        var lines = head.lines().map(line -> line.toLowerCase(Locale.ROOT)).toList();
        assertThat(lines.stream().filter(line -> line.startsWith("host:")).toList())
                .containsExactly("host: " + first[2]);
        assertThat(lines).noneMatch(line -> line.contains("_:") || line.startsWith("x_"));
        for (var part : List.of(parts).subList(1, parts.length)) {
            if (part.startsWith("client ")) {
                assertThat(clients.poll(10, TimeUnit.SECONDS)).isEqualTo(part.substring("client ".length()));
            } else if (part.startsWith("not ")) {
                assertThat(lines).noneMatch(line -> line.startsWith(part.substring("not ".length())));
            } else if (part.endsWith(": ")) {
                assertThat(lines).filteredOn(line -> line.startsWith(part)).hasSize(1);
            } else {
                assertThat(lines).filteredOn(part::equals).hasSize(1);
            }
        }
    }

    /// Over HTTP/2 an authority is a copy that moves when a line before it goes.
    @Test
    void does_the_same_to_heads_of_http_2() throws Exception {
        var words = words("normalize escaped=UNESCAPE_AND_FORWARD underscores=DROP_HEADER strip=ANY dot remote");
        try (var app = Origin.answering(OK);
                var proxy = new RunningProxy(RunningProxy.config(with(paths(words), heads(words)), app.port()))) {
            var out = Http2HopTest.run(
                    "curl",
                    "-s",
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{http_version} %{http_code}",
                    "--http2-prior-knowledge",
                    "-H",
                    "Host: a.example.:80",
                    "-H",
                    "x_real: 1",
                    "-H",
                    "x-b: 2",
                    "-H",
                    "X-Forwarded-For: 1.2.3.4",
                    "http://127.0.0.1:" + proxy.port() + "/x/..%2Fadmin?q=%2F");
            assertThat(out).isEqualTo("2 200");
            assertThat(app.seen().getFirst().lines())
                    .startsWith("GET /admin?q=%2F HTTP/1.1", "host: a.example")
                    .contains("x-b: 2", "x-forwarded-for: 1.2.3.4,127.0.0.1")
                    .noneMatch(line -> line.startsWith("x_real"));
        }
    }

    private static HeadOptions names(HeadOptions.ServerHeader server, boolean id) {
        var none = HeadOptions.DEFAULT;
        return new HeadOptions(
                none.client(),
                none.certificate(),
                none.host(),
                none.underscores(),
                new HeadOptions.RequestIds(true, false, id),
                new HeadOptions.Names(server, "edge", "1.1 edge", HeadOptions.Scheme.RECEIVED, true));
    }

    private static List<String> answer(HeadOptions heads, String application) throws IOException {
        try (var app = Origin.answering(application);
                var proxy =
                        new RunningProxy(RunningProxy.config(with(NetworkFilter.PathRules.NONE, heads), app.port()));
                var client = proxy.connect()) {
            Origin.write(client, "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\n\r\n");
            var answer = Origin.head(client.getInputStream());
            assertThat(app.seen().getFirst()).contains("\r\nvia: 1.1 edge\r\n");
            return answer.lines().map(line -> line.toLowerCase(Locale.ROOT)).toList();
        }
    }

    @Test
    void answers_say_who_the_proxy_is_as_configured() throws IOException {
        assertThat(answer(names(HeadOptions.ServerHeader.OVERWRITE, true), OK))
                .contains("server: edge", "via: 1.1 edge", "x-request-id: mine")
                .doesNotContain("server: app", "x-request-id: theirs");
        assertThat(answer(names(HeadOptions.ServerHeader.APPEND_IF_ABSENT, false), OK))
                .contains("server: app", "x-request-id: theirs")
                .doesNotContain("server: edge");
        assertThat(answer(names(HeadOptions.ServerHeader.APPEND_IF_ABSENT, false), OK.replace("Server: app\r\n", "")))
                .contains("server: edge");
        assertThat(answer(names(HeadOptions.ServerHeader.PASS_THROUGH, false), OK))
                .contains("server: app")
                .doesNotContain("server: edge");
    }

    @Test
    void all_tries_of_a_request_go_by_one_id() throws IOException {
        try (var down = Origin.answering("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
                var proxy = new RunningProxy(
                        RunningProxy.config(RunningProxy.forward(RETRIES, Timeouts.DEFAULT), down.port()));
                var client = proxy.connect()) {
            Origin.write(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Origin.head(client.getInputStream());
            var ids = down.seen().stream()
                    .map(head -> head.lines()
                            .filter(line -> line.startsWith("x-request-id:"))
                            .findFirst()
                            .orElseThrow())
                    .toList();
            assertThat(ids).hasSizeGreaterThan(1);
            assertThat(ids.stream().distinct()).hasSize(1);
        }
    }

    @Test
    void the_reference_has_the_same_table() throws IOException {
        var text = Files.readString(REFERENCE);
        assertThat(text).contains(BEGIN, END);
        var table = cases().stream()
                .map(Case::row)
                .collect(Collectors.joining(
                        "", BEGIN + "| Rules | Request | Answer, or what is seen | Why |\n|---|---|---|---|\n", END));
        var wanted = text.substring(0, text.indexOf(BEGIN)) + table + text.substring(text.indexOf(END) + END.length());
        if ("write".equals(System.getProperty("heddle.golden"))) {
            Files.writeString(REFERENCE, wanted);
            return;
        }
        assertThat(text).isEqualTo(wanted);
    }
}
