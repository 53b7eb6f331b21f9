package io.heddle.control.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.control.telemetry.GraphView.Grain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrafficGraphTest {
    private final TrafficGraph graph = new TrafficGraph();

    private static Map<String, String> labels(String reporter, String revision, String code, String flags) {
        var labels = new HashMap<String, String>();
        labels.put("reporter", reporter);
        labels.put("source_workload_namespace", "shop");
        labels.put("source_canonical_service", "web");
        labels.put("source_canonical_revision", "v1");
        labels.put("destination_service_namespace", "shop");
        labels.put("destination_service_name", "catalog");
        labels.put("destination_workload_namespace", revision.isEmpty() ? "unknown" : "shop");
        labels.put("destination_canonical_service", revision.isEmpty() ? "unknown" : "catalog");
        labels.put("destination_canonical_revision", revision.isEmpty() ? "unknown" : revision);
        labels.put("response_code", code);
        labels.put("response_flags", flags);
        labels.put("connection_security_policy", reporter.equals("destination") ? "mutual_tls" : "unknown");
        return labels;
    }

    private static Sample requests(Map<String, String> labels, double value) {
        return new Sample(TrafficGraph.REQUESTS, labels, value);
    }

    private static Sample bySource(String revision, double value) {
        return requests(labels("source", revision, "200", "-"), value);
    }

    private void scrape(String proxy, long second, Sample... samples) {
        graph.record(proxy, Arrays.asList(samples), second);
    }

    private GraphView.Edge onlyEdge(int window, long second) {
        var edges = graph.view(window, Grain.SERVICE, second).edges();
        assertThat(edges).hasSize(1);
        return edges.getFirst();
    }

    @Test
    void rates_come_from_the_growth_of_counters() {
        scrape("p", 100, bySource("v1", 0));
        for (int i = 1; i <= 20; i++) {
            scrape("p", 100 + i, bySource("v1", 50.0 * i));
        }
        var edge = onlyEdge(10, 120);
        assertThat(edge.rate()).isCloseTo(50, within(0.01));
        assertThat(edge.requests()).isEqualTo(1000);
        assertThat(edge.from()).isEqualTo("shop/web");
        assertThat(edge.to()).isEqualTo("shop/catalog");
    }

    @Test
    void a_counter_that_went_back_counts_from_zero() {
        scrape("p", 1, bySource("v1", 0));
        scrape("p", 2, bySource("v1", 100));
        scrape("p", 3, bySource("v1", 30));
        assertThat(onlyEdge(10, 3).requests()).isEqualTo(130);
    }

    @Test
    void what_happened_before_the_first_scrape_is_in_the_total_only() {
        scrape("p", 1, bySource("v1", 5000));
        assertThat(onlyEdge(10, 1).requests()).isEqualTo(5000);
        assertThat(onlyEdge(10, 1).rate()).isZero();
    }

    @Test
    void a_new_edge_has_its_rate_over_its_own_age() {
        scrape("p", 1);
        scrape("p", 2, bySource("v1", 40));
        scrape("p", 3, bySource("v1", 80));
        assertThat(onlyEdge(10, 3).rate()).isCloseTo(40, within(0.01));
    }

    @Test
    void errors_are_4xx_5xx_no_response_and_failure_flags() {
        scrape("p", 1);
        scrape(
                "p",
                2,
                bySource("v1", 90),
                requests(labels("source", "v1", "404", "-"), 5),
                requests(labels("source", "v1", "503", "-"), 2),
                requests(labels("source", "", "503", "UF"), 1),
                requests(labels("source", "v1", "0", "DC"), 1),
                requests(labels("source", "v1", "404", "NR"), 1));
        var edge = onlyEdge(10, 2);
        assertThat(edge.requests()).isEqualTo(100);
        assertThat(edge.success().orElseThrow()).isCloseTo(0.90, within(1e-9));
        assertThat(edge.errors()).isEqualTo(Map.of("404", 5L, "503", 3L, "0", 1L, "NR", 1L));
    }

    @Test
    void a_caller_that_is_only_denied_is_not_well() {
        scrape("p", 1);
        scrape("p", 2, requests(labels("source", "v1", "403", "-"), 9));
        assertThat(onlyEdge(10, 2).success()).contains(0.0);
        assertThat(onlyEdge(10, 2).errors()).isEqualTo(Map.of("403", 9L));
    }

    @Test
    void an_edge_without_requests_in_the_window_has_no_success_and_no_latency() {
        scrape("p", 1);
        scrape("p", 2, bySource("v1", 9), bucket("1", 9), bucket("+Inf", 9));
        assertThat(onlyEdge(10, 2).success()).contains(1.0);
        var idle = onlyEdge(10, 60);
        assertThat(idle.rate()).isZero();
        assertThat(idle.success()).isEmpty();
        assertThat(idle.p50Millis()).isEmpty();
        assertThat(idle.p99Millis()).isEmpty();
    }

    @Test
    void what_called_nobody_is_no_edge() {
        var nowhere = labels("source", "", "502", "-");
        nowhere.put("destination_service_namespace", "unknown");
        nowhere.put("destination_service_name", "unknown");
        var malformed = labels("destination", "v1", "400", "DPE");
        malformed.put("connection_security_policy", "none");
        scrape("p", 1);
        scrape("p", 2, requests(nowhere, 3), requests(malformed, 4));
        assertThat(graph.view(10, Grain.SERVICE, 2).edges()).isEmpty();
    }

    @Test
    void both_ends_of_a_call_make_one_edge_that_is_counted_once() {
        scrape("web", 1);
        scrape("catalog", 1);
        scrape("web", 2, bySource("v1", 10));
        scrape("catalog", 2, requests(labels("destination", "v1", "200", "-"), 10));
        var edge = onlyEdge(10, 2);
        assertThat(edge.requests()).isEqualTo(10);
        assertThat(edge.mtls()).contains(true);
    }

    @Test
    void an_edge_has_mtls_only_when_the_called_side_saw_nothing_else() {
        scrape("web", 1);
        scrape("catalog", 1);
        scrape("web", 2, bySource("v1", 10));
        assertThat(onlyEdge(10, 2).mtls()).isEmpty();
        scrape("catalog", 2, requests(labels("destination", "v1", "200", "-"), 10));
        assertThat(onlyEdge(10, 2).mtls()).contains(true);
        var plaintext = labels("destination", "v1", "200", "-");
        plaintext.put("connection_security_policy", "none");
        scrape("catalog", 3, requests(plaintext, 1));
        assertThat(onlyEdge(10, 3).mtls()).contains(false);
    }

    @Test
    void a_caller_without_a_sidecar_is_an_edge_from_unknown() {
        var labels = labels("destination", "v1", "200", "-");
        labels.put("source_workload_namespace", "unknown");
        labels.put("source_canonical_service", "unknown");
        labels.put("source_canonical_revision", "unknown");
        scrape("catalog", 1);
        scrape("catalog", 2, requests(labels, 7));
        assertThat(onlyEdge(10, 2).from()).isEqualTo("unknown");
        assertThat(onlyEdge(10, 2).requests()).isEqualTo(7);
    }

    @Test
    void tells_versions_apart_by_workload_and_joins_them_by_service() {
        scrape("p", 1);
        scrape("p", 2, bySource("v1", 9), bySource("v2", 1));
        assertThat(onlyEdge(10, 2).requests()).isEqualTo(10);
        assertThat(onlyEdge(10, 2).rate()).isCloseTo(10, within(0.01));
        var catalog = graph.view(10, Grain.SERVICE, 2).nodes().getFirst();
        assertThat(catalog).isEqualTo(new GraphView.Node("shop/catalog", "shop", "catalog", "", List.of("v1", "v2")));
        assertThat(graph.view(10, Grain.WORKLOAD, 2).edges())
                .extracting(GraphView.Edge::to)
                .containsExactly("shop/catalog-v1", "shop/catalog-v2");
    }

    @Test
    void quantiles_interpolate_inside_their_bucket() {
        scrape("p", 1);
        scrape("p", 2, bySource("v1", 100), bucket("1", 0), bucket("2", 50), bucket("5", 98), bucket("+Inf", 100));
        var edge = onlyEdge(10, 2);
        assertThat(edge.p50Millis().orElseThrow()).isCloseTo(2, within(1e-9));
        assertThat(edge.p99Millis()).contains(5.0);
        scrape("p", 3, bySource("v1", 200), bucket("1", 0), bucket("2", 100), bucket("5", 200), bucket("+Inf", 202));
        assertThat(onlyEdge(1, 3).p50Millis().orElseThrow()).isCloseTo(2.02, within(0.05));
    }

    private static Sample bucket(String bound, double value) {
        var labels = labels("source", "v1", "200", "-");
        labels.put("le", bound);
        return new Sample(TrafficGraph.DURATION, labels, value);
    }

    @Test
    void counts_what_it_drops_when_there_are_too_many_series() {
        var small = new TrafficGraph(10);
        var samples = new ArrayList<Sample>();
        for (int i = 0; i < 25; i++) {
            samples.add(bySource("v" + i, 1));
        }
        small.record("p", samples, 1);
        assertThat(small.seriesCount()).isEqualTo(10);
        assertThat(small.droppedSamples()).isEqualTo(15);
    }

    @Test
    void forgets_edges_and_series_idle_for_five_minutes_and_not_before() {
        scrape("p", 1, bySource("v1", 1));
        graph.forgetIdle(300);
        assertThat(graph.view(10, Grain.SERVICE, 300).edges()).hasSize(1);
        graph.forgetIdle(301);
        assertThat(graph.view(10, Grain.SERVICE, 301).edges()).isEmpty();
        assertThat(graph.seriesCount()).isZero();
    }

    @Test
    void values_that_are_no_counts_change_nothing() {
        scrape("p", 1);
        scrape("p", 2, bySource("v1", Double.NaN), bySource("v2", -3), bySource("v3", Double.POSITIVE_INFINITY));
        assertThat(graph.view(10, Grain.SERVICE, 2).edges()).isEmpty();
    }
}
