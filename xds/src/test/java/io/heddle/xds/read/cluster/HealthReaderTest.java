package io.heddle.xds.read.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.OutlierPolicy;
import io.heddle.traffic.resilience.health.OutlierPolicy.Ejections;
import io.heddle.traffic.resilience.health.OutlierPolicy.FailurePercentage;
import io.heddle.traffic.resilience.health.OutlierPolicy.Row;
import io.heddle.traffic.resilience.health.OutlierPolicy.SuccessRate;
import io.heddle.traffic.runtime.HealthPolicy;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How clusters say which of their hosts are well.
class HealthReaderTest {
    private static Checked<Bootstrap> read(String fields) {
        return BootstrapReader.read("static_resources: { clusters: [ { name: c, " + fields + " } ] }");
    }

    private static HealthPolicy health(String fields) {
        var read = read(fields);
        assertThat(read.problems()).isEmpty();
        var bootstrap = ((Checked.Ok<Bootstrap>) read).value();
        return Objects.requireNonNull(bootstrap.fixed().clusters().get("c")).health();
    }

    private static OutlierPolicy outliers(String fields) {
        return health("outlier_detection: { " + fields + " }").outliers().orElseThrow();
    }

    private static List<String> paths(String fields) {
        return read("outlier_detection: { " + fields + " }").problems().stream()
                .map(Problem::path)
                .toList();
    }

    @Test
    void an_empty_outlier_detection_has_envoys_defaults_and_none_means_none() {
        assertThat(outliers("")).isEqualTo(OutlierPolicy.DEFAULT);
        assertThat(health("type: STATIC").outliers()).isEmpty();
    }

    @Test
    void reads_every_field_of_outlier_detection() {
        var read = outliers("consecutive_5xx: 1, interval: 2s, base_ejection_time: 3s, max_ejection_percent: 4,"
                + " enforcing_consecutive_5xx: 5, enforcing_success_rate: 6, success_rate_minimum_hosts: 7,"
                + " success_rate_request_volume: 8, success_rate_stdev_factor: 1500, consecutive_gateway_failure: 9,"
                + " enforcing_consecutive_gateway_failure: 10, split_external_local_origin_errors: true,"
                + " consecutive_local_origin_failure: 11, enforcing_consecutive_local_origin_failure: 12,"
                + " enforcing_local_origin_success_rate: 13, failure_percentage_threshold: 14,"
                + " enforcing_failure_percentage: 15, enforcing_failure_percentage_local_origin: 16,"
                + " failure_percentage_minimum_hosts: 17, failure_percentage_request_volume: 18,"
                + " max_ejection_time: 19s, max_ejection_time_jitter: 20s, always_eject_one_host: true");
        assertThat(read)
                .isEqualTo(new OutlierPolicy(
                        Duration.ofSeconds(2),
                        new Ejections(Duration.ofSeconds(3), Duration.ofSeconds(19), Duration.ofSeconds(20), 4, true),
                        new Row(1, 5),
                        new Row(9, 10),
                        new Row(11, 12),
                        true,
                        new SuccessRate(7, 8, 1.5, 6, 13),
                        new FailurePercentage(14, 17, 18, 15, 16),
                        true));
    }

    @Test
    void the_longest_ejection_is_never_shorter_than_the_first() {
        assertThat(outliers("base_ejection_time: 600s").ejections().longest()).isEqualTo(Duration.ofMinutes(10));
        assertThat(paths("base_ejection_time: 10s, max_ejection_time: 5s"))
                .singleElement()
                .asString()
                .endsWith("outlier_detection.max_ejection_time");
    }

    @Test
    void refuses_what_cannot_be_meant() {
        assertThat(paths(
                        "interval: 0s, base_ejection_time: 0s, max_ejection_percent: 101, enforcing_success_rate: 200"))
                .hasSize(4);
        assertThat(read("type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, outlier_detection: {}")
                        .problems())
                .singleElement()
                .satisfies(found -> assertThat(found.path()).endsWith("outlier_detection"));
    }

    private static final String TIMES = "timeout: 1s, interval: 5s, unhealthy_threshold: 2, healthy_threshold: 3";

    private static HealthCheck check(String fields) {
        return health("http2_protocol_options: {}, health_checks: [ { " + TIMES + ", " + fields + " } ]")
                .check()
                .orElseThrow();
    }

    private static List<String> checkPaths(String fields) {
        return read("http2_protocol_options: {}, health_checks: [ { " + fields + " } ]").problems().stream()
                .map(Problem::path)
                .toList();
    }

    @Test
    void reads_a_health_check_over_http() {
        var read = check("http_health_check: { path: /ok, host: shop, method: HEAD, codec_client_type: HTTP2,"
                + " expected_statuses: [ { start: 200, end: 300 } ], retriable_statuses: [ { start: 503, end: 504 } ],"
                + " request_headers_to_add: [ { header: { key: X-Check, value: yes } } ] },"
                + " no_traffic_interval: 6s, unhealthy_interval: 7s, healthy_edge_interval: 8s, initial_jitter: 9s,"
                + " interval_jitter: 10s, interval_jitter_percent: 11, alt_port: 81, reuse_connection: false,"
                + " always_log_health_check_failures: true");
        var seconds = IntStream.rangeClosed(0, 10).mapToObj(Duration::ofSeconds).toList();
        assertThat(read)
                .isEqualTo(new HealthCheck(
                        seconds.get(1),
                        new HealthCheck.Intervals(
                                seconds.get(5),
                                seconds.get(6),
                                seconds.get(6),
                                seconds.get(7),
                                seconds.get(7),
                                seconds.get(8),
                                new HealthCheck.Jitter(seconds.get(9), seconds.get(10), 11)),
                        2,
                        3,
                        false,
                        Optional.of(81),
                        new HealthCheck.Logs(true, false),
                        new HealthCheck.Probe.Http(
                                true,
                                "HEAD",
                                "shop",
                                "/ok",
                                List.of(new HealthCheck.Header("x-check", "yes")),
                                List.of(new HealthCheck.Statuses(200, 300)),
                                List.of(new HealthCheck.Statuses(503, 504)))));
    }

    private static final String SINK =
            "type.googleapis.com/envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink";

    @Test
    void reads_a_health_check_over_grpc_and_where_its_events_go() {
        var read =
                check("grpc_health_check: { service_name: shop.Cart, authority: cart, initial_metadata: [ { header: {"
                        + " key: X-Check, value: yes } } ] }, transport_socket_match_criteria: { port: health, mtls: true"
                        + " }, event_logger: [ { name: file, typed_config: { \"@type\": " + SINK
                        + ", event_log_path: /var/log/health.log } } ]");
        assertThat(read.probe())
                .isEqualTo(new HealthCheck.Probe.Grpc(
                        "shop.Cart", "cart", List.of(new HealthCheck.Header("x-check", "yes"))));
        assertThat(read.transport())
                .contains(Map.of("port", new LabelValue.Text("health"), "mtls", new LabelValue.Flag(true)));
        assertThat(read.logs().file()).contains("/var/log/health.log");
        assertThat(check("tcp_health_check: {}, event_log_path: /dev/stdout")
                        .logs()
                        .file())
                .contains("/dev/stdout");
    }

    @Test
    void reads_how_single_endpoints_are_checked() {
        var endpoints = "type: STATIC, load_assignment: { cluster_name: c, endpoints: [ { lb_endpoints: [ { endpoint: {"
                + " address: { socket_address: { address: 10.0.0.1, port_value: 80 } }, health_check_config: { %s } } }"
                + " ] } ] }";
        var read = read(endpoints.formatted("port_value: 81, hostname: a.shop, disable_active_health_check: true,"
                + " address: { socket_address: { address: 10.0.0.9, port_value: 90 } }"));
        assertThat(read.problems()).isEmpty();
        var cluster = Objects.requireNonNull(
                ((Checked.Ok<Bootstrap>) read).value().fixed().clusters().get("c"));
        var endpoint = cluster.endpoints().endpoints().getFirst();
        assertThat(endpoint.checks())
                .isEqualTo(new Endpoint.Checks(
                        Optional.of(new Endpoint.Address("10.0.0.9", 90)), Optional.of(81), "a.shop", true));
        assertThat(endpoint.checked(Optional.of(82)).key()).isEqualTo("10.0.0.9:81");
        assertThat(read(endpoints.formatted("port_value: 65536, hostname: 'a b', address: { socket_address: {"
                                + " address: shop, port_value: 1 } }"))
                        .problems())
                .hasSize(3);
    }

    @Test
    void reads_a_health_check_over_tcp_in_octets() {
        assertThat(check(
                                "tcp_health_check: { send: { text: '50494E47' }, receive: [ { text: 'FF' }, { binary: UE9ORw== } ] }")
                        .probe())
                .isEqualTo(new HealthCheck.Probe.Tcp("PING", List.of("\u00ff", "PONG")));
    }

    @Test
    void reads_what_checks_offer_by_alpn() {
        assertThat(check("tcp_health_check: {}, tls_options: { alpn_protocols: [ check/1, h2 ] }")
                        .applicationProtocols())
                .containsExactly("check/1", "h2");
        assertThat(checkPaths(TIMES + ", tcp_health_check: {}, tls_options: { alpn_protocols: [ '' ] }"))
                .hasSize(1);
    }

    private static HealthCheck.Content content(String fields) {
        return ((HealthCheck.Probe.Http) check(fields).probe()).content();
    }

    @Test
    void reads_what_checks_over_http_send_and_expect() {
        var check = "http_health_check: { path: /ok, method: POST, send: { text: '50494E47' }, receive: ["
                + " { text: '504F' }, { text: '4E47' } ], service_name_matcher: { prefix: shop }%s }";
        assertThat(content(check.formatted("")))
                .isEqualTo(new HealthCheck.Content(
                        "PING", List.of("PO", "NG"), 1024, Optional.of(new StringMatcher.Prefix("shop", false))));
        assertThat(content(check.formatted(", response_buffer_size: 0")).longest())
                .isEqualTo(65_536);
        assertThat(content(check.formatted(", response_buffer_size: 4294967295"))
                        .longest())
                .isEqualTo(65_536);
        assertThat(content(check.formatted(", response_buffer_size: 7")).longest())
                .isEqualTo(7);
    }

    @Test
    void refuses_checks_that_cannot_be_made_as_written() {
        assertThat(checkPaths(TIMES + ", http_health_check: { path: /ok, send: { text: 00 }, receive: [ {} ],"
                        + " service_name_matcher: {} }"))
                .hasSize(3);
        assertThat(checkPaths("")).hasSize(5);
        assertThat(checkPaths(TIMES + ", custom_health_check: { name: redis }"))
                .singleElement()
                .asString()
                .endsWith("health_checks[0].custom_health_check");
        assertThat(checkPaths(TIMES + ", grpc_health_check: { authority: 'a b' },"
                        + " event_log_path: a, event_logger: [ { name: f,"
                        + " typed_config: { \"@type\": " + SINK + ", event_log_path: b } } ]"))
                .hasSize(2);
        assertThat(checkPaths(TIMES + ", alt_port: 0, http_health_check: { path: ok, host: 'a b', method: CONNECT,"
                        + " expected_statuses: [ { start: 200, end: 200 } ], receive: [ { text: '0' } ],"
                        + " request_headers_to_add: [ { header: { key: a, value: '%X%' } } ] }"))
                .hasSize(7);
        assertThat(checkPaths(TIMES + ", tcp_health_check: { send: { text: zz }, receive: [ {} ] }"))
                .hasSize(2);
        assertThat(read("health_checks: [ { " + TIMES + ", tcp_health_check: {} }, { " + TIMES
                                + ", tcp_health_check: {} } ]")
                        .problems())
                .hasSize(1);
    }
}
