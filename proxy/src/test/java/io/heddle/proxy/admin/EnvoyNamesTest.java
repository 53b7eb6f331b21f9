package io.heddle.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvoyNamesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "envoy_cluster_membership_total{envoy_cluster_name=\"a.b\"} | cluster.a.b.membership_total",
                "envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"2\",envoy_cluster_name=\"app\"} | cluster.app.upstream_rq_2xx",
                "envoy_cluster_upstream_rq{envoy_response_code=\"503\",envoy_cluster_name=\"app\"} | cluster.app.upstream_rq_503",
                "envoy_cluster_circuit_breakers_default_cx_open{envoy_cluster_name=\"app\"} | cluster.app.circuit_breakers.default.cx_open",
                "envoy_cluster_outlier_detection_ejections_active{envoy_cluster_name=\"app\"} | cluster.app.outlier_detection.ejections_active",
                "envoy_http_downstream_rq_xx{envoy_response_code_class=\"5\",envoy_http_conn_manager_prefix=\"in\"} | http.in.downstream_rq_5xx",
                "envoy_listener_ssl_handshake{envoy_listener_address=\"127.0.0.1_80\"} | listener.127.0.0.1_80.ssl.handshake",
                "envoy_cluster_manager_active_clusters | cluster_manager.active_clusters",
                "envoy_server_live | server.live",
                "envoy_cluster_grpc_total{envoy_cluster_name=\"app\",envoy_grpc_service=\"s\"} | envoy_cluster_grpc_total{envoy_cluster_name=\"app\",envoy_grpc_service=\"s\"}",
                "heddle_heap_used_bytes | heddle_heap_used_bytes"
            })
    void a_figure_has_the_name_that_envoy_gives_it(String prometheus, String envoy) {
        assertThat(EnvoyNames.of(prometheus)).isEqualTo(envoy);
    }
}
