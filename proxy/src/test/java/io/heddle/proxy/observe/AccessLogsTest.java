package io.heddle.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.Denial;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogsTest {
    @Test
    void the_default_text_is_envoys() {
        assertThat(line(LogFormat.text(""), Timelines.outbound(200)))
                .isEqualTo("[2026-11-21T12:34:56.789Z] \"GET /books?id=1 HTTP/1.1\" 200 - 5 1500 3 2 \"-\" \"curl/8\""
                        + " \"r-1\" \"catalog.shop:9080\" \"127.0.0.2:15006\"\n");
    }

    @Test
    void heddles_json_has_a_member_for_everything() {
        var line = new LogLine();
        LogFormat.standardJson().append(line, Timelines.inbound(200));
        assertThat(line.toString())
                .isEqualTo("{\"time\":\"2026-11-21T12:34:56.789Z\",\"listener\":\"virtualInbound\","
                        + "\"method\":\"GET\",\"authority\":\"catalog.shop:9080\",\"path\":\"/books\","
                        + "\"protocol\":\"HTTP/1.1\",\"status\":200,\"flags\":\"-\",\"details\":\"via_upstream\","
                        + "\"policies\":null,"
                        + "\"bytes_received\":5,\"bytes_sent\":1500,\"duration_ms\":3,\"upstream_ms\":2,"
                        + "\"attempts\":1,\"route\":null,\"cluster\":\"outbound|9080||catalog.shop\","
                        + "\"upstream\":\"127.0.0.2:15006\",\"upstream_workload\":\"catalog-v2-1\","
                        + "\"remote\":\"127.0.0.1:40001\",\"peer\":\"spiffe://mesh.test/ns/shop/sa/web\","
                        + "\"source_workload\":\"web-1\",\"request_id\":null}\n");
    }

    @Test
    void a_configured_json_keeps_numbers_as_numbers() {
        var format = LogFormat.json(Map.of("b", "%RESPONSE_CODE%", "a", "x-%REQ(NONE?:METHOD)%-%ROUTE_NAME%"));
        assertThat(line(format, Timelines.outbound(503))).isEqualTo("{\"a\":\"x-GET--\",\"b\":503}\n");
    }

    @Test
    void a_denied_request_names_its_policies() {
        var denied = Timelines.inbound(403);
        denied.denial =
                Optional.of(new Denial(Denial.Reason.NO_ALLOW_MATCHED, List.of("shop/a", "shop/ratings-callers")));
        var operator = "%AUTHORIZATION_POLICIES%";
        assertThat(line(LogFormat.json(Map.of("policies", operator)), denied))
                .isEqualTo("{\"policies\":[\"shop/a\",\"shop/ratings-callers\"]}\n");
        assertThat(line(LogFormat.json(Map.of("p", "by " + operator)), denied))
                .isEqualTo("{\"p\":\"by shop/a,shop/ratings-callers\"}\n");
        assertThat(line(LogFormat.text(operator + "\n"), denied)).isEqualTo("shop/a,shop/ratings-callers\n");
        assertThat(line(LogFormat.text(operator + "\n"), Timelines.inbound(200)))
                .isEqualTo("-\n");
    }

    @Test
    void a_request_cannot_forge_a_line() {
        var timeline = Timelines.outbound(200);
        timeline.received(new TextHead("GET", "/\n[fake] \"\\\u001b[2J\u00e9", "h"), peer(), new byte[0]);
        assertThat(line(LogFormat.text("%REQ(:PATH)%\n"), timeline)).isEqualTo("/\\x0a[fake] \\\"\\\\\\x1b[2J\\xe9\n");
        assertThat(line(LogFormat.json(Map.of("p", "%REQ(:PATH)%")), timeline))
                .isEqualTo("{\"p\":\"/\\u000a[fake] \\\"\\\\\\u001b[2J\\u00e9\"}\n");
    }

    @Test
    void an_unknown_operator_is_a_problem() {
        assertThat(LogFormat.text("%NONSENSE(x)%").problems()).anySatisfy(problem -> {
            assertThat(problem.toString()).contains("%NONSENSE(x)%", "not a known");
            assertThat(problem.isError()).isTrue();
        });
        assertThat(LogFormat.text("%DYNAMIC_METADATA()%").problems()).hasSize(1);
        assertThat(LogFormat.text("%FILTER_STATE(k:FIELD)%").problems()).hasSize(1);
        assertThat(LogFormat.text("100%").problems()).hasSize(1);
        assertThat(LogFormat.text("100%%").problems()).isEmpty();
    }

    /// Istio's default format has them.
    @Test
    void an_operator_of_envoys_that_says_nothing_here_is_a_warning() {
        var format = LogFormat.text("%UPSTREAM_TRANSPORT_FAILURE_REASON% %RESP(CONTENT-TYPE):9% %RESPONSE_CODE%"
                + " %UPSTREAM_CLUSTER_RAW% %START_TIME(%Y %s)% %REQ(USER-AGENT):3%\n");
        assertThat(format.problems()).hasSize(1).noneMatch(Problem::isError);
        assertThat(line(format, Timelines.outbound(200)))
                .isEqualTo("- - 200 " + Timelines.CLUSTER.name() + " 2026 1795264496 cur\n");
        var others = LogFormat.text(
                "%START_TIME(%Q)% %UPSTREAM_WIRE_BYTES_SENT% %DOWNSTREAM_TLS_GROUP% %CEL(request.path)%\n");
        assertThat(others.problems()).hasSize(4).noneMatch(Problem::isError);
        assertThat(line(others, Timelines.outbound(200))).isEqualTo("2026-11-21T12:34:56.789Z - - -\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)",
                "RESP(x-envoy-upstream-service-time)",
                "RESPONSE_HEADER(X-Envoy-Upstream-Service-Time)",
                "RESP(x-envoy-upstream-service-time):1",
                "RESP(x-none?x-envoy-upstream-service-time)",
                "RESP(x-envoy-upstream-service-time?x-none):5"
            })
    void the_time_of_a_host_goes_by_its_header_in_any_case(String operator) {
        var format = LogFormat.text("%" + operator + "% %RESPONSE_CODE%\n");
        assertThat(format.problems()).isEmpty();
        assertThat(line(format, Timelines.outbound(200))).isEqualTo("2 200\n");
        var unsent = Timelines.outbound(503);
        unsent.upstreamHeadSent = 0;
        assertThat(line(format, unsent)).isEqualTo("- 503\n");
    }

    @Test
    void a_header_beside_the_time_of_a_host_comes_first_where_it_is_named_first() {
        var timeline = Timelines.outbound(200);
        assertThat(line(LogFormat.text("%RESP(:status?x-envoy-upstream-service-time):2%"), timeline))
                .isEqualTo("20");
        assertThat(line(LogFormat.text("%RESP(x-envoy-upstream-service-time?:status)%"), timeline))
                .isEqualTo("2");
        assertThat(LogFormat.text("%RESP(a?b?x-envoy-upstream-service-time)%").problems())
                .anyMatch(Problem::isError);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a\0b"})
    void a_log_without_a_file_is_refused(String path) {
        assertThat(AccessLogs.check(config(logging(path, "a")))).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isTrue();
            assertThat(problem.toString()).contains("access_log").doesNotContain("\0");
            assertThat(problem.remedy()).isEqualTo("name a file");
        });
        assertThat(AccessLogs.open(Optional.of(new AccessLogs.Settings(path, "json")))
                        .problems())
                .anyMatch(Problem::isError);
    }

    @Test
    void what_headers_may_have_a_log_may_have_too() {
        for (var operator : Operator.values()) {
            if (operator != Operator.SCHEME) {
                assertThat(LogFormat.text("%" + operator + "%").problems())
                        .as("%s", operator)
                        .isEmpty();
            }
        }
        for (var operator : List.of(
                "REQ(:SCHEME)",
                "REQ_WITHOUT_QUERY(:PATH):5",
                "PATH(NQ:ORIG_OR_PATH)",
                "QUERY_PARAM(id)",
                "RESP(:STATUS?X-A)",
                "TRAILER(X-A)",
                "DYNAMIC_METADATA(auth:user):3",
                "METADATA(ROUTE:a:b)",
                "UPSTREAM_METADATA(envoy.lb:version)",
                "FILTER_STATE(role:PLAIN):3")) {
            assertThat(SubstitutionFormat.of("%" + operator + "%").problems()).isEmpty();
            assertThat(LogFormat.text("%" + operator + "%").problems())
                    .as("%s", operator)
                    .isEmpty();
        }
    }

    @Test
    void an_ipv6_address_stands_in_brackets_before_its_port() {
        var timeline = Timelines.outbound(200);
        var here = new InetSocketAddress(InetAddress.ofLiteral("::1"), 80);
        timeline.received(
                new TextHead("GET", "/", "h"),
                new Peer(here, here, false, Optional.empty(), Optional.empty()),
                new byte[0]);
        var format = "%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%\n";
        assertThat(line(LogFormat.text(format), timeline)).isEqualTo("[::1]:80 ::1\n");
    }

    @Test
    void a_request_goes_by_the_id_that_was_made_for_it() {
        var timeline = Timelines.outbound(200);
        timeline.received(
                new TextHead("GET", "/", "h", "x-request-id", "theirs"),
                peer(),
                "made".getBytes(StandardCharsets.US_ASCII));
        assertThat(line(LogFormat.text("%REQ(X-REQUEST-ID)%\n"), timeline)).isEqualTo("made\n");
        timeline.reset();
        timeline.received(new TextHead("GET", "/", "h", "x-request-id", "theirs"), peer(), new byte[0]);
        assertThat(line(LogFormat.text("%REQ(X-REQUEST-ID)%\n"), timeline)).isEqualTo("theirs\n");
    }

    @Test
    void what_filters_found_out_is_told_and_forges_no_line() {
        var timeline = Timelines.outbound(200);
        var user = new LabelValue.Text("ann\n\"x\"");
        timeline.state.merge("auth", new LabelValue.Fields(Map.of("user", user)));
        timeline.state.put("role", new RequestState.Kept("admin", new LabelValue.Text("admin")));
        assertThat(line(LogFormat.text("%DYNAMIC_METADATA(auth:user)% %FILTER_STATE(role:PLAIN)%\n"), timeline))
                .isEqualTo("ann\\x0a\\\"x\\\" admin\n");
        assertThat(line(LogFormat.text("%DYNAMIC_METADATA(none)% %FILTER_STATE(none)%\n"), timeline))
                .isEqualTo("- -\n");
        var json = Map.of("a", "%DYNAMIC_METADATA(auth)%", "b", "%FILTER_STATE(role)%", "c", "%FILTER_STATE(x:PLAIN)%");
        assertThat(line(LogFormat.json(json), timeline))
                .isEqualTo("{\"a\":{\"user\":\"ann\\u000a\\\"x\\\"\"},\"b\":\"admin\",\"c\":null}\n");
    }

    @Test
    void times_are_right_on_any_day() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            long millis = random.nextLong(4_102_444_800_000L);
            var line = new LogLine();
            Timestamps.append(line, millis);
            assertThat(Instant.parse(line.toString()).toEpochMilli()).isEqualTo(millis);
        }
    }

    @Test
    void every_line_reaches_the_file(@TempDir Path folder) throws Exception {
        var file = folder.resolve("logs/access.log");
        try (var logs = open(file)) {
            for (int i = 0; i < 500; i++) {
                logs.finished(Timelines.outbound(200));
            }
        }
        assertThat(Files.readAllLines(file)).hasSize(500).allMatch(line -> line.endsWith("\"request_id\":\"r-1\"}"));
    }

    /// A filter whose connections, or requests, are logged to `file` in this format.
    private static NetworkFilter.Tcp logging(Path file, String format) {
        return logging(file.toString(), format);
    }

    private static NetworkFilter.Tcp logging(String file, String format) {
        var log = new NetworkFilter.AccessLog(file, format + "\n", Map.of(), Optional.empty());
        var one = new NetworkFilter.Tcp("relay", "app", Duration.ZERO);
        return new NetworkFilter.Tcp(one.statPrefix(), one.clusters(), one.idle(), List.of(log));
    }

    private static RuntimeConfig config(NetworkFilter... filters) {
        var chains = Arrays.stream(filters)
                .map(filter -> new ListenerChain("", ListenerChain.Match.ANY, Optional.empty(), filter))
                .toList();
        var listener = Listener.of("in", "127.0.0.1", 0, chains);
        return new RuntimeConfig(Map.of("in", listener), Map.of(), Map.of(), Map.of(), Map.of());
    }

    private static AccessLogs none() {
        return ((Checked.Ok<AccessLogs>) AccessLogs.open(Optional.empty())).value();
    }

    private static RequestTimeline servedBy(NetworkFilter filter) {
        var timeline = Timelines.outbound(200);
        timeline.servedBy(filter, "in");
        return timeline;
    }

    @Test
    void what_began_before_its_format_changed_is_told_in_its_own_logs_alone(@TempDir Path folder) throws Exception {
        var mine = folder.resolve("mine.log");
        var others = folder.resolve("others.log");
        var gone = folder.resolve("gone.log");
        var before = logging(mine, "before %RESPONSE_CODE%");
        var ended = logging(gone, "gone");
        var other = logging(others, "other");
        try (var logs = none()) {
            logs.take(config(before, ended, other));
            var relayed = servedBy(before);
            logs.relayed(relayed);
            var after = logging(mine, "after");
            logs.take(config(after, other));
            logs.relayed(relayed);
            logs.relayed(servedBy(before));
            logs.relayed(servedBy(after));
            logs.relayed(servedBy(ended));
        }
        assertThat(Files.readAllLines(mine)).containsExactly("before 200", "before 200", "before 200", "after");
        assertThat(others)
                .satisfiesAnyOf(
                        file -> assertThat(file).doesNotExist(),
                        file -> assertThat(file).isEmptyFile());
        assertThat(gone)
                .satisfiesAnyOf(
                        file -> assertThat(file).doesNotExist(),
                        file -> assertThat(file).isEmptyFile());
    }

    @Test
    void the_logs_of_a_connection_are_looked_up_once_a_configuration(@TempDir Path folder) {
        var filter = logging(folder.resolve("a.log"), "%RESP(X-A)%");
        try (var logs = none()) {
            logs.take(config(filter));
            var timeline = servedBy(filter);
            assertThat(logs.asksAnswer(timeline)).isTrue();
            var found = timeline.logs();
            assertThat(found.sinks()).hasSize(1);
            timeline.reset();
            timeline.servedBy(filter, "in");
            assertThat(timeline.logs()).isSameAs(found);
            logs.finished(timeline);
            assertThat(timeline.logs()).isSameAs(found);
            var other = logging(folder.resolve("b.log"), "%TRAILER(X-A?:STATUS)%");
            logs.take(config(filter, other));
            logs.finished(timeline);
            assertThat(timeline.logs()).isNotSameAs(found);
            timeline.servedBy(other, "in");
            assertThat(timeline.logs()).isSameAs(LogSinks.NONE);
            assertThat(logs.asksAnswer(timeline)).isTrue();
        }
    }

    @Test
    void a_log_of_lines_of_answers_asks_for_them() {
        for (var format : List.of("%RESP(X-A)%", "%TRAILER(X-A?:STATUS)%", "%RESPONSE_HEADER(X-A):3%")) {
            assertThat(((Checked.Ok<LogFormat>) LogFormat.json(Map.of("a", format)))
                            .value()
                            .asksAnswer())
                    .as(format)
                    .isTrue();
        }
        assertThat(LogFormat.standardJson().asksAnswer()).isFalse();
        assertThat(((Checked.Ok<LogFormat>) LogFormat.text("%RESP(:STATUS)% %REQ(X-A)% %RESPONSE_CODE%"))
                        .value()
                        .asksAnswer())
                .isFalse();
        assertThat(((Checked.Ok<LogFormat>) LogFormat.text("")).value().asksAnswer())
                .isFalse();
    }

    @Test
    void a_file_that_has_grown_is_moved_aside_and_begun_again(@TempDir Path directory) throws Exception {
        var file = directory.resolve("access.log");
        try (var log = LogFile.open(file.toString(), 2_000)) {
            for (int i = 0; i < 200; i++) {
                int line = i;
                log.log(LogFormat.standardJson(), Timelines.outbound(200));
                org.awaitility.Awaitility.await().until(() -> log.written() == line + 1);
            }
        }
        assertThat(Files.size(file)).isLessThan(4_000);
        assertThat(Files.size(directory.resolve("access.log.1"))).isBetween(2_000L, 4_000L);
    }

    @Test
    void a_file_that_was_moved_away_and_made_anew_is_opened_when_that_is_asked_for(@TempDir Path directory)
            throws Exception {
        var file = directory.resolve("access.log");
        try (var log = LogFile.open(file.toString())) {
            log.log("old");
            org.awaitility.Awaitility.await().until(() -> Files.exists(file) && Files.size(file) > 0);
            Files.move(file, directory.resolve("access.log.old"));
            Files.createFile(file);
            log.reopen();
            org.awaitility.Awaitility.await().until(() -> {
                log.log("new");
                return Files.size(file) > 0;
            });
        }
        assertThat(Files.readAllLines(file)).containsOnly("new");
        assertThat(Files.readAllLines(directory.resolve("access.log.old"))).startsWith("old");
    }

    @Test
    void a_full_ring_refuses_instead_of_waiting() {
        var ring = new LogRing(4);
        for (int i = 0; i < 4; i++) {
            long ticket = ring.claim();
            ring.line(ticket).put(i);
            ring.publish(ticket);
        }
        assertThat(ring.claim()).isEqualTo(-1);
        assertThat(ring.first().toString()).isEqualTo("0");
        ring.release();
        assertThat(ring.claim()).isEqualTo(4);
    }

    private static AccessLogs open(Path file) {
        var opened = AccessLogs.open(Optional.of(new AccessLogs.Settings(file.toString(), "json")));
        return ((Checked.Ok<AccessLogs>) opened).value();
    }

    private static String line(Checked<LogFormat> format, RequestTimeline timeline) {
        var line = new LogLine();
        ((Checked.Ok<LogFormat>) format).value().append(line, timeline);
        return line.toString();
    }

    private static Peer peer() {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        return new Peer(address, address, false, Optional.empty(), Optional.empty());
    }
}
