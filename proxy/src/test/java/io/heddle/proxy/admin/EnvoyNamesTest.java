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
                "envoy_http_adaptive_concurrency_gradient_controller_rq_blocked{envoy_http_conn_manager_prefix=\"in\"} | http.in.adaptive_concurrency.gradient_controller.rq_blocked",
                "envoy_http_admission_control_rq_rejected{envoy_http_conn_manager_prefix=\"in\"} | http.in.admission_control.rq_rejected",
                "envoy_http_fault_aborts_injected{envoy_http_conn_manager_prefix=\"in\"} | http.in.fault.aborts_injected",
                "envoy_http_cors_origin_valid{envoy_http_conn_manager_prefix=\"in\"} | http.in.cors.origin_valid",
                "envoy_http_csrf_request_valid{envoy_http_conn_manager_prefix=\"in\"} | http.in.csrf.request_valid",
                "envoy_http_set_metadata_overwrite_denied{envoy_http_conn_manager_prefix=\"in\"} | http.in.set_metadata.overwrite_denied",
                "envoy_http_compressor_text_a_gzip_not_compressed{envoy_http_conn_manager_prefix=\"in\"} | http.in.compressor.text_a.gzip.not_compressed",
                "envoy_http_compressor_text_gzip_request_compressed{envoy_http_conn_manager_prefix=\"in\"} | http.in.compressor.text.gzip.request.compressed",
                "envoy_http_decompressor_text_zstd_response_total_compressed_bytes{envoy_http_conn_manager_prefix=\"in\"} | http.in.decompressor.text.zstd.response.total_compressed_bytes",
                "envoy_http_local_rate_limit_rate_limited{envoy_local_http_ratelimit_prefix=\"lrl\"} | lrl.http_local_rate_limit.rate_limited",
                "envoy_http_bandwidth_limit_request_enabled{envoy_http_bandwidth_limit_prefix=\"bw\"} | bw.http_bandwidth_limit.request_enabled",
                "envoy_cluster_ratelimit_ok{envoy_cluster_name=\"c0\"} | cluster.c0.ratelimit.ok",
                "envoy_cluster_ratelimit_own_over_limit{envoy_cluster_name=\"c0\"} | cluster.c0.ratelimit.own.over_limit",
                "envoy_cluster_grpc_0{envoy_cluster_name=\"c0\",envoy_grpc_bridge_service=\"s.S\",envoy_grpc_bridge_method=\"m\"} | cluster.c0.grpc.s.S.m.0",
                "envoy_cluster_grpc_success{envoy_cluster_name=\"c0\"} | cluster.c0.grpc.success",
                "envoy_vhost_vcluster_upstream_rq_xx{envoy_virtual_host=\"a\",envoy_virtual_cluster=\"vc\",envoy_response_code_class=\"5\"} | vhost.a.vcluster.vc.upstream_rq_5xx",
                "envoy_vhost_route_upstream_rq{envoy_virtual_host=\"a\",envoy_route=\"rt\",envoy_response_code=\"503\"} | vhost.a.route.rt.upstream_rq_503",
                "envoy_connection_limit_limited_connections{envoy_connection_limit_prefix=\"clx\"} | connection_limit.clx.limited_connections",
                "envoy_listener_tls_inspector_tls_found{envoy_listener_address=\"127.0.0.1_80\"} | tls_inspector.tls_found",
                "envoy_listener_proxy_proto_versions_v1_found{envoy_listener_address=\"127.0.0.1_80\"} | proxy_proto.versions.v1.found",
                "envoy_overload_envoy_resource_monitors_fixed_heap_pressure | overload.envoy.resource_monitors.fixed_heap.pressure",
                "envoy_overload_envoy_overload_actions_stop_accepting_requests_active | overload.envoy.overload_actions.stop_accepting_requests.active",
                "heddle_heap_used_bytes | heddle_heap_used_bytes"
            })
    void a_figure_has_the_name_that_envoy_gives_it(String prometheus, String envoy) {
        assertThat(EnvoyNames.of(prometheus)).isEqualTo(envoy);
    }
}
