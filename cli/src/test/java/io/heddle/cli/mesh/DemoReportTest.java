package io.heddle.cli.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.cli.output.Console;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class DemoReportTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void traffic_with_mtls_on_every_edge_and_no_loss_is_a_success() {
        var report = report(graph(), load(0, 0));
        assertThat(report.shortcomings()).isEmpty();
        assertThat(report.json().path("edges")).hasSize(5);
        assertThat(report.json().path("lost").asLong()).isZero();
        assertThat(report.json().path("edges").path(0).path("p99_ms").asDouble())
                .isEqualTo(4.5);
    }

    @Test
    void a_lost_request_or_one_that_still_waits_is_a_failure() {
        assertThat(report(graph(), load(1, 0)).shortcomings())
                .containsExactly("1 requests did not get their application's answer");
        assertThat(report(graph(), load(0, 2)).json().path("lost").asLong()).isEqualTo(2);
    }

    @Test
    void a_missing_edge_and_a_plaintext_one_are_named() {
        var plain = MAPPER.readTree(graph().toString().replaceFirst("\"mtls\":true", "\"mtls\":false"));
        assertThat(report(plain, load(0, 0)).shortcomings())
                .containsExactly("shop/loadgen to shop/web: not all traffic was mutual TLS");
        assertThat(report(MAPPER.readTree("{}"), load(0, 0)).shortcomings())
                .hasSize(5)
                .allMatch(text -> text.endsWith("no traffic was seen"));
    }

    @Test
    void a_control_plane_that_is_down_at_the_end_is_a_failure_and_the_last_figures_are_still_there() {
        var report = new DemoReport(
                graph(), load(0, 0), new DemoReport.Start(1234, 10, true), Optional.of("control plane down"));
        assertThat(report.shortcomings()).containsExactly("control plane down");
        assertThat(report.json().path("edges")).hasSize(5);
    }

    @Test
    void the_table_has_a_row_an_edge_and_says_what_was_lost() {
        var lines = LiveTable.lines(Console.ofProcess(Map.of()), graph(), load(3, 0));
        assertThat(lines.getFirst()).startsWith("FROM").contains("MTLS");
        assertThat(lines.get(1)).startsWith("loadgen").contains("99.90 %").endsWith("yes");
        assertThat(String.join("\n", lines)).contains("3 lost", "v1 7");
    }

    @Test
    void an_idle_edge_has_dashes_where_nothing_was_measured() {
        var idle = MAPPER.readTree("{\"edges\":[{\"from\":\"shop/a\",\"to\":\"shop/b\",\"rate\":0.0,"
                + "\"success\":null,\"p50_ms\":null,\"p99_ms\":null,\"mtls\":null}]}");
        var line =
                LiveTable.lines(Console.ofProcess(Map.of()), idle, load(0, 0)).get(1);
        assertThat(line.split("\\s+")).containsExactly("a", "b", "0.0", "-", "-", "-", "-");
    }

    @Test
    void times_need_a_unit() {
        var span = new TimeSpan();
        assertThat(span.convert("20s")).isEqualTo(Duration.ofSeconds(20));
        assertThat(span.convert("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThatThrownBy(() -> span.convert("20")).hasMessageContaining("20s");
    }

    @Test
    void every_workload_has_its_own_name_and_all_services_of_the_edges_are_there() {
        var all = DemoWorkload.all(true);
        assertThat(all.stream().map(DemoWorkload::name)).doesNotHaveDuplicates().hasSize(9);
        assertThat(all.stream().map(DemoWorkload::account).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("web", "catalog", "ratings", "orders", "payments", "loadgen");
        assertThat(Examples.bookshop()).contains("kind: PeerAuthentication", "name: catalog-v3");
    }

    private static DemoReport report(JsonNode graph, JsonNode load) {
        return new DemoReport(graph, load, new DemoReport.Start(1234, 10, true), Optional.empty());
    }

    private static JsonNode graph() {
        var edges = DemoWorkload.EDGES.stream()
                .map(edge ->
                        "{\"from\":\"%s\",\"to\":\"%s\",\"requests\":10,\"rate\":1.0,\"success\":0.999,\"p50_ms\":1.5,\"p99_ms\":4.5,\"mtls\":true}"
                                .formatted(edge.get(0), edge.get(1)))
                .collect(Collectors.joining(",", "[", "]"));
        return MAPPER.readTree("{\"edges\":" + edges + "}");
    }

    private static JsonNode load(int lost, int waiting) {
        return MAPPER.readTree("{\"sent\":10,\"ok\":9,\"lost\":" + lost + ",\"waiting\":" + waiting
                + ",\"versions\":{\"v1\":7},\"errors\":{}}");
    }
}
