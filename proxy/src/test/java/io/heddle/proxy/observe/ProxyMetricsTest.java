package io.heddle.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.grpc.GrpcMethod;
import io.heddle.traffic.grpc.GrpcMethods;
import io.heddle.traffic.request.Denial;
import io.heddle.traffic.request.ResponseFlag;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProxyMetricsTest {
    private static final ProxyMetrics.Settings SETTINGS = new ProxyMetrics.Settings("0.1.0", 3, Duration.ofMinutes(15));

    @Test
    void the_source_tells_everything_of_a_request() {
        var metrics = new ProxyMetrics(SETTINGS, Timelines.WEB, () -> Optional.of(Timelines.WEB_ID));
        metrics.finished(Timelines.outbound(200));
        metrics.finished(Timelines.outbound(200));
        var labels = "reporter=\"source\",source_cluster=\"local\",source_workload_namespace=\"shop\","
                + "source_workload=\"web-1\",source_app=\"web\",source_version=\"v1\","
                + "source_canonical_service=\"web\",source_canonical_revision=\"v1\","
                + "source_principal=\"spiffe://mesh.test/ns/shop/sa/web\",destination_cluster=\"local\","
                + "destination_workload_namespace=\"shop\",destination_workload=\"catalog-v2-1\","
                + "destination_app=\"catalog\",destination_version=\"v2\","
                + "destination_canonical_service=\"catalog\",destination_canonical_revision=\"v2\","
                + "destination_principal=\"spiffe://mesh.test/ns/shop/sa/catalog\","
                + "destination_service=\"catalog.shop\",destination_service_name=\"catalog\","
                + "destination_service_namespace=\"shop\",request_protocol=\"http\",response_code=\"200\","
                + "grpc_response_status=\"\",response_flags=\"-\",connection_security_policy=\"unknown\"";
        assertThat(scrape(metrics, "istio_requests_total"))
                .isEqualTo("# HELP istio_requests_total Requests.\n# TYPE istio_requests_total counter\n"
                        + "istio_requests_total{" + labels + "} 2\n");
        assertThat(scrape(metrics, "istio_request_duration_milliseconds"))
                .contains("# TYPE istio_request_duration_milliseconds histogram\n")
                .contains("istio_request_duration_milliseconds_bucket{" + labels + ",le=\"3\"} 0\n")
                .contains("istio_request_duration_milliseconds_bucket{" + labels + ",le=\"4\"} 2\n")
                .contains("istio_request_duration_milliseconds_bucket{" + labels + ",le=\"+Inf\"} 2\n")
                .contains("istio_request_duration_milliseconds_sum{" + labels + "} 6.4\n")
                .contains("istio_request_duration_milliseconds_count{" + labels + "} 2\n");
        assertThat(scrape(metrics, "istio_response_bytes"))
                .contains("istio_response_bytes_bucket{" + labels + ",le=\"1024\"} 0\n")
                .contains("istio_response_bytes_sum{" + labels + "} 3000\n");
    }

    @Test
    void what_filters_answer_counts_as_no_clusters() {
        var metrics = new ProxyMetrics(SETTINGS, Timelines.WEB, () -> Optional.of(Timelines.WEB_ID));
        var refused = Timelines.outbound(403);
        refused.forwarded = false;
        metrics.finished(refused);
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq_completed")).isEmpty();
    }

    @Test
    void requests_are_told_by_manager_cluster_and_status_under_envoys_names() {
        var settings = new ProxyMetrics.Settings("0.1.0", 9, Duration.ofMinutes(15));
        var metrics = new ProxyMetrics(settings, Timelines.WEB, () -> Optional.of(Timelines.WEB_ID));
        for (int status : new int[] {200, 200, 204, 503, 0}) {
            metrics.finished(Timelines.outbound(status));
        }
        var cluster = "envoy_cluster_name=\"" + Timelines.CLUSTER.name() + "\"";
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq_total")).endsWith("{" + cluster + "} 5\n");
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq_completed")).endsWith("{" + cluster + "} 4\n");
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq_xx"))
                .contains("{envoy_response_code_class=\"2\"," + cluster + "} 3\n")
                .contains("{envoy_response_code_class=\"5\"," + cluster + "} 1\n");
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq"))
                .contains("envoy_cluster_upstream_rq{envoy_response_code=\"200\"," + cluster + "} 2\n");
        var manager = "envoy_http_conn_manager_prefix=\"" + Timelines.outbound(200).statPrefix + "\"";
        assertThat(scrape(metrics, "envoy_http_downstream_rq_total")).endsWith("{" + manager + "} 5\n");
        assertThat(scrape(metrics, "envoy_http_downstream_rq_xx"))
                .contains("{envoy_response_code_class=\"2\"," + manager + "} 3\n");
    }

    @Test
    void what_a_filter_answers_like_a_host_counts_as_no_clusters_all_the_same() {
        var metrics = new ProxyMetrics(SETTINGS, Timelines.WEB, () -> Optional.of(Timelines.WEB_ID));
        metrics.finished(Timelines.outbound(503));
        var refused = Timelines.outbound(503);
        refused.forwarded = false;
        metrics.finished(refused);
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq_completed")).endsWith("} 1\n");
        assertThat(scrape(metrics, "envoy_http_downstream_rq_completed")).endsWith("} 2\n");
    }

    @Test
    void every_manager_and_cluster_is_told_of_beyond_the_limit_of_series() {
        var settings = new ProxyMetrics.Settings("0.1.0", 1, Duration.ofMinutes(15));
        var metrics = new ProxyMetrics(settings, Timelines.WEB, Optional::empty);
        for (int i = 0; i < 20; i++) {
            metrics.finished(to("cluster-" + i, "outbound-" + i, 200));
            metrics.finished(to("cluster-" + i, "outbound-" + i, 503));
        }
        assertThat(scrape(metrics, "istio_requests_total").lines()).hasSize(2 + 1);
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq_completed").lines())
                .hasSize(2 + 20)
                .contains("envoy_cluster_upstream_rq_completed{envoy_cluster_name=\"cluster-19\"} 2");
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq"))
                .contains("{envoy_response_code=\"503\",envoy_cluster_name=\"cluster-19\"} 1\n");
        assertThat(scrape(metrics, "envoy_http_downstream_rq_total").lines())
                .hasSize(2 + 20)
                .contains("envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix=\"outbound-19\"} 2");
    }

    @Test
    void what_is_gone_is_told_no_more_and_counts_anew_when_it_comes_back() {
        var metrics = new ProxyMetrics(SETTINGS, Timelines.WEB, Optional::empty);
        var managers = new HashSet<>(Set.of("outbound", "left"));
        var clusters = new HashSet<>(Set.of("kept", "left"));
        metrics.tellOf(() -> managers, () -> clusters);
        var kept = to("kept", "outbound", 200);
        var left = to("left", "left", 200);
        for (int i = 0; i < 3; i++) {
            metrics.finished(kept);
            metrics.finished(left);
        }
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq_total")).contains("\"left\"} 3\n");
        managers.remove("left");
        clusters.remove("left");
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq_total")).endsWith("counter\n" + total("kept", 3));
        assertThat(scrape(metrics, "envoy_http_downstream_rq_total")).doesNotContain("left");
        managers.add("left");
        clusters.add("left");
        metrics.finished(kept);
        metrics.finished(left);
        assertThat(scrape(metrics, "envoy_cluster_upstream_rq_total"))
                .endsWith("counter\n" + total("kept", 4) + total("left", 1));
        assertThat(scrape(metrics, "envoy_http_downstream_rq_total"))
                .contains("envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix=\"left\"} 1\n");
    }

    private static String total(String cluster, int tries) {
        return "envoy_cluster_upstream_rq_total{envoy_cluster_name=\"" + cluster + "\"} " + tries + "\n";
    }

    private static RequestTimeline to(String cluster, String statPrefix, int status) {
        var timeline = Timelines.outbound(status);
        timeline.statPrefix = statPrefix;
        timeline.toCluster(Timelines.cluster(cluster));
        return timeline;
    }

    @Test
    void own_calls_of_grpc_are_told_by_method_and_status() {
        var metrics = new ProxyMetrics(SETTINGS, Timelines.WEB, () -> Optional.of(Timelines.WEB_ID));
        var calls = new GrpcMethods();
        metrics.addCalls(calls, List.of("OK", "CANCELLED"));
        assertThat(scrape(metrics, "grpc_client_started_total")).isEmpty();
        var figures = calls.of(new GrpcMethod("control", "a.B", "C"));
        figures.begun();
        figures.asked(2);
        assertThat(scrape(metrics, "grpc_client_handled_total")).isEmpty();
        figures.ended(1);
        var labels = "envoy_cluster_name=\"control\",grpc_service=\"a.B\",grpc_method=\"C\"";
        assertThat(scrape(metrics, "grpc_client_started_total"))
                .endsWith("\ngrpc_client_started_total{" + labels + "} 1\n");
        assertThat(scrape(metrics, "grpc_client_handled_total"))
                .endsWith("counter\ngrpc_client_handled_total{" + labels + ",grpc_code=\"CANCELLED\"} 1\n");
        assertThat(scrape(metrics, "grpc_client_msg_sent_total")).contains("{" + labels + "} 2\n");
        assertThat(scrape(metrics, "grpc_client_msg_received_total")).contains("{" + labels + "} 0\n");
    }

    @Test
    void the_destination_tells_of_mutual_tls_and_of_the_policy_that_refused() {
        var metrics = new ProxyMetrics(SETTINGS, Timelines.CATALOG, () -> Optional.of(Timelines.CATALOG_ID));
        metrics.finished(Timelines.inbound(200));
        var denied = Timelines.inbound(403);
        denied.denial = Optional.of(new Denial(Denial.Reason.DENY_MATCHED, List.of("shop/not-web")));
        metrics.finished(denied);
        denied.denial =
                Optional.of(new Denial(Denial.Reason.NO_ALLOW_MATCHED, List.of("shop/only-ops", "shop/only-web")));
        metrics.finished(denied);
        assertThat(scrape(metrics, "istio_requests_total"))
                .contains("reporter=\"destination\"")
                .contains("source_workload=\"web-1\"")
                .contains("destination_workload=\"catalog-v2-1\"")
                .contains("source_principal=\"" + Timelines.WEB_ID + "\"")
                .contains("connection_security_policy=\"mutual_tls\"")
                .contains("response_code=\"403\"");
        assertThat(scrape(metrics, "istio_authz_denied_total"))
                .contains("istio_authz_denied_total{policy=\"shop/not-web\",reason=\"deny_matched\"} 1\n")
                .contains("istio_authz_denied_total{policy=\"shop/only-ops,shop/only-web\","
                        + "reason=\"no_allow_matched\"} 1\n");
        assertThat(scrape(metrics, "envoy_http_inbound_rbac_denied")).endsWith("envoy_http_inbound_rbac_denied 2\n");
    }

    @Test
    void a_request_that_got_nowhere_is_told_with_unknown_names_and_its_flag() {
        var metrics = new ProxyMetrics(SETTINGS, Timelines.WEB, Optional::empty);
        var timeline = new RequestTimeline();
        timeline.statPrefix = "outbound";
        timeline.status = 404;
        timeline.flag = ResponseFlag.NO_ROUTE_FOUND;
        timeline.finished = System.nanoTime();
        metrics.finished(timeline);
        assertThat(scrape(metrics, "istio_requests_total"))
                .contains("destination_service=\"unknown\"")
                .contains("destination_workload=\"unknown\"")
                .contains("source_principal=\"unknown\"")
                .contains("response_flags=\"NR\"");
    }

    @Test
    void series_beyond_the_limit_are_counted_as_overflow() {
        var metrics = new ProxyMetrics(SETTINGS, Timelines.WEB, Optional::empty);
        for (int status = 200; status < 210; status++) {
            metrics.finished(Timelines.outbound(status));
        }
        assertThat(scrape(metrics, "istio_requests_total").lines()).hasSize(2 + 3);
        assertThat(scrape(metrics, "heddle_metrics_overflow_total")).endsWith(" 7\n");
    }

    @Test
    void idle_series_go_and_come_back_from_zero() {
        var settings = new ProxyMetrics.Settings("0.1.0", 3, Duration.ofSeconds(10));
        var metrics = new ProxyMetrics(settings, Timelines.WEB, Optional::empty);
        var old = Timelines.outbound(200);
        old.finished = System.nanoTime() - Duration.ofSeconds(11).toNanos();
        metrics.finished(old);
        assertThat(scrape(metrics, "istio_requests_total")).isEmpty();
        metrics.finished(Timelines.outbound(200));
        assertThat(scrape(metrics, "istio_requests_total")).endsWith("} 1\n");
    }

    @Test
    void label_values_are_escaped() {
        assertThat(MetricsText.labels(java.util.List.of("a"), java.util.List.of("x\"\\\ny")))
                .isEqualTo("a=\"x\\\"\\\\\\ny\"");
    }

    @Test
    void the_process_tells_what_it_occupies() {
        var metrics = new ProxyMetrics(SETTINGS, Timelines.WEB, Optional::empty);
        metrics.add("heddle_certificate_expiry_seconds", "When it ends.", () -> 12);
        assertThat(scrape(metrics, ""))
                .contains("istio_build{component=\"proxy\",tag=\"0.1.0\"} 1\n")
                .contains("process_resident_memory_bytes ")
                .contains("process_threads ")
                .contains("heddle_certificate_expiry_seconds 12\n")
                .contains("heddle_heap_used_bytes ");
    }

    private static String scrape(ProxyMetrics metrics, String prefix) {
        return metrics.scrape(name -> name.startsWith(prefix));
    }
}
