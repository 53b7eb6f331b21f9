package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Problem;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a real Envoy 1.40 refuses of a configuration, each alone (`envoy --mode validate`), is refused here, too: where
/// it was taken without a word, it would fit too much, or hold nothing.
class RefusedAsEnvoyTest {
    private static final String EXTENSIONS = "type.googleapis.com/envoy.extensions.";
    private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final String PROBE = "health_checks: [ { timeout: 1s, interval: 1s, unhealthy_threshold: 1,"
            + " healthy_threshold: 1, grpc_health_check: {} } ]";

    private static List<String> errors(String resources) {
        return BootstrapReader.read("static_resources: { " + resources + " }").problems().stream()
                .filter(Problem::isError)
                .map(problem -> problem.path().substring(problem.path().lastIndexOf("typed_config.") + 1) + ": "
                        + problem.reason())
                .map(text -> text.substring(text.startsWith("yped_config.") ? "yped_config.".length() : 0))
                .toList();
    }

    private static List<String> cluster(String fields) {
        return errors("clusters: [ { name: c, " + fields + " } ]");
    }

    private static String endpoints(String... hosts) {
        var text = new StringBuilder();
        for (var host : hosts) {
            text.append("{ endpoint: { address: { socket_address: { address: ")
                    .append(host)
                    .append(", port_value: 1 } } } }, ");
        }
        return "load_assignment: { cluster_name: c, endpoints: [ { lb_endpoints: [ " + text + " ] } ] }";
    }

    private static String options(String fields) {
        return "typed_extension_protocol_options: { " + OPTIONS + ": { '@type': type.googleapis.com/" + OPTIONS + ", "
                + fields + " } }";
    }

    private static List<String> filter(String type, String fields) {
        return errors(
                "clusters: [ { name: c } ], listeners: [ { name: in, address: { socket_address: { address: 127.0.0.1, port_value: 0 } },"
                        + " filter_chains: [ { filters: [ { name: f, typed_config: { '@type': '" + EXTENSIONS + type
                        + "', "
                        + fields + " } } ] } ] } ]");
    }

    private static List<String> manager(String stat, String fields, String filters) {
        return filter(
                "filters.network.http_connection_manager.v3.HttpConnectionManager",
                stat + fields + " http_filters: [ " + filters + " { name: r, typed_config: { '@type': '" + EXTENSIONS
                        + "filters.http.router.v3.Router' } } ]");
    }

    private static List<String> http(String fields) {
        return manager("stat_prefix: in, ", fields + " route_config: {},", "");
    }

    private static List<String> httpFilter(String type, String fields) {
        return manager(
                "stat_prefix: in, ",
                "route_config: {},",
                "{ name: f, typed_config: { '@type': '" + EXTENSIONS + "filters.http." + type + "', " + fields
                        + " } },");
    }

    private static List<String> host(String fields) {
        return manager("stat_prefix: in, ", "route_config: { virtual_hosts: [ { " + fields + " } ] },", "");
    }

    private static List<String> route(String match, String action, String fields) {
        return host("name: h, domains: [ '*' ], routes: [ { match: { prefix: / " + match + " }, route: { cluster: c "
                        + action + " } " + fields + " } ]")
                .stream()
                .map(text -> text.substring(text.indexOf("routes[0].") + "routes[0].".length()))
                .toList();
    }

    @Test
    void matchers_that_fit_whatever_comes() {
        assertThat(route(", headers: [ { name: '', present_match: true } ]", "", ""))
                .containsExactly("match.headers[0].name: is empty");
        for (var kind : List.of("prefix", "suffix", "contains")) {
            assertThat(route(", headers: [ { name: x, string_match: { " + kind + ": '' } } ]", "", ""))
                    .containsExactly("match.headers[0].string_match." + kind + ": is empty, which fits every text");
            assertThat(route(", headers: [ { name: x, " + kind + "_match: '' } ]", "", ""))
                    .containsExactly("match.headers[0]." + kind + "_match: is empty, which fits every text");
        }
        assertThat(route(", headers: [ { name: x, string_match: { safe_regex: { regex: '' } } } ]", "", ""))
                .containsExactly("match.headers[0].string_match.safe_regex.regex: is empty");
        assertThat(route(", query_parameters: [ { name: '' } ]", "", ""))
                .containsExactly("match.query_parameters[0].name: is no name of a query parameter");
        assertThat(route(", query_parameters: [ { name: " + "a".repeat(1025) + " } ]", "", ""))
                .hasSize(1);
        assertThat(route(", headers: [ { name: x, string_match: { exact: '' } } ]", "", ""))
                .isEmpty();
        assertThat(host("name: h, domains: [ '*' ], virtual_clusters: [ { name: x } ]"))
                .containsExactly("route_config.virtual_hosts[0].virtual_clusters[0].headers: is empty, which fits every"
                        + " request");
    }

    @Test
    void header_changes_that_contradict_themselves_or_are_too_many() {
        var header = "header: { key: x, value: y }";
        assertThat(route(
                        "",
                        "",
                        ", request_headers_to_add: [ { " + header
                                + ", append: false, append_action: ADD_IF_ABSENT } ]"))
                .containsExactly("request_headers_to_add[0].append: stands beside append_action");
        assertThat(route("", "", ", request_headers_to_add: [ { " + header + ", append: false } ]"))
                .isEmpty();
        var many = String.join(", ", Collections.nCopies(1001, "{ " + header + " }"));
        assertThat(route("", "", ", response_headers_to_add: [ " + many + " ]"))
                .containsExactly("response_headers_to_add: has 1001 headers, more than 1000");
    }

    @Test
    void upgrades_that_stand_twice_or_connect_without_connecting() {
        var twice = "upgrade_configs: [ { upgrade_type: websocket }, { upgrade_type: WebSocket } ]";
        assertThat(route("", ", " + twice, ""))
                .containsExactly("route.upgrade_configs[1].upgrade_type: WebSocket stands twice");
        assertThat(http(twice + ",")).containsExactly("upgrade_configs[1].upgrade_type: WebSocket stands twice");
        assertThat(route("", ", upgrade_configs: [ { upgrade_type: websocket, connect_config: {} } ]", ""))
                .containsExactly("route.upgrade_configs[0].connect_config: goes with upgrade_type CONNECT alone");
    }

    @Test
    void extensions_of_retries_that_are_not_known() {
        var policy = "retry_policy: { retry_on: 5xx, ";
        assertThat(route("", ", " + policy + "retry_host_predicate: [ { name: no.such } ] }", ""))
                .containsExactly("route.retry_policy.retry_host_predicate[0]: no.such has no typed_config");
        assertThat(route("", ", " + policy + "retry_priority: { name: no.such } }", ""))
                .containsExactly("route.retry_policy.retry_priority: no.such has no typed_config");
    }

    @Test
    void what_its_figures_would_be_called_by_is_left_out() {
        assertThat(host("domains: [ '*' ]")).containsExactly("route_config.virtual_hosts[0].name: is empty");
        assertThat(manager("", "route_config: {},", "")).containsExactly("stat_prefix: is empty");
        assertThat(filter("filters.network.tcp_proxy.v3.TcpProxy", "cluster: c"))
                .containsExactly("stat_prefix: is empty");
    }

    @Test
    void texts_of_listeners_that_would_end_a_line_or_lead_nowhere() {
        assertThat(http("server_name: \"a\\r\\nx: y\","))
                .containsExactly("server_name: holds a character that must not stand there: U+000D");
        assertThat(http("via: \"a\\nb\",")).containsExactly("via: holds a character that must not stand there: U+000A");
        var log = "access_log: [ { name: l, typed_config: { '@type': '" + EXTENSIONS
                + "access_loggers.file.v3.FileAccessLog', path: '' } } ],";
        assertThat(http(log)).containsExactly("path: is empty");
    }

    @Test
    void numbers_of_filters_that_are_out_of_range() {
        assertThat(httpFilter("fault.v3.HTTPFault", "delay: { fixed_delay: 0s, percentage: { numerator: 10 } }"))
                .containsExactly("delay.fixed_delay: is 0s");
        var library = "compressor_library: { name: t, typed_config: { '@type': '" + EXTENSIONS + "compression.";
        assertThat(httpFilter(
                        "compressor.v3.Compressor",
                        library + "gzip.compressor.v3.Gzip', window_bits: 3, memory_level: 10, chunk_size: 1 } }"))
                .containsExactly(
                        "memory_level: is out of range: 10",
                        "window_bits: is out of range: 3",
                        "chunk_size: is out of range: 1");
        assertThat(httpFilter(
                        "compressor.v3.Compressor", library + "brotli.compressor.v3.Brotli', input_block_bits: 3 } }"))
                .containsExactly("input_block_bits: is out of range: 3");
    }

    @Test
    void clusters_that_never_connect_or_speak_nothing() {
        assertThat(cluster("connect_timeout: 0s")).containsExactly("connect_timeout: is 0s");
        assertThat(cluster(options("common_http_protocol_options: {}")))
                .containsExactly("typed_extension_protocol_options[" + OPTIONS + "]: names no protocol");
        assertThat(cluster(options("explicit_http_config: {}")))
                .containsExactly(
                        "typed_extension_protocol_options[" + OPTIONS + "].explicit_http_config: names no protocol");
        assertThat(cluster("typed_extension_protocol_options: { x: { '@type': '" + EXTENSIONS
                        + "filters.http.router.v3.Router' } }"))
                .containsExactly("typed_extension_protocol_options[x]: is no extension that has options of protocols");
        assertThat(cluster("circuit_breakers: { per_host_thresholds: [ { max_requests: 1 } ] }"))
                .containsExactly("circuit_breakers.per_host_thresholds[0]: only max_connections holds for each host");
        assertThat(cluster(
                        "circuit_breakers: { per_host_thresholds: [ { max_connections: 1, track_remaining: true } ] }"))
                .isEmpty();
    }

    @Test
    void checks_over_grpc_of_hosts_that_do_not_speak_http_2() {
        var refused = "health_checks[0].grpc_health_check: needs a cluster that speaks HTTP/2";
        assertThat(cluster(PROBE)).containsExactly(refused);
        assertThat(cluster(PROBE + ", " + options("explicit_http_config: { http_protocol_options: {} }")))
                .containsExactly(refused);
        assertThat(cluster(PROBE + ", " + options("use_downstream_protocol_config: {}")))
                .containsExactly(refused);
        assertThat(cluster(PROBE + ", " + options("use_downstream_protocol_config: { http2_protocol_options: {} }")))
                .isEmpty();
        assertThat(cluster(PROBE + ", http2_protocol_options: {}")).isEmpty();
    }

    @Test
    void clusters_of_one_name_that_have_several() {
        var refused = "load_assignment: is not one endpoint, of which a cluster of this type has one";
        assertThat(cluster("type: LOGICAL_DNS, " + endpoints("a.example", "b.example")))
                .containsExactly(refused);
        assertThat(cluster("type: LOGICAL_DNS")).containsExactly(refused);
        assertThat(cluster("type: LOGICAL_DNS, " + endpoints("a.example"))).isEmpty();
        assertThat(cluster("type: STRICT_DNS, " + endpoints("a.example", "b.example")))
                .isEmpty();
    }
}
