package io.heddle.xds.read.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.util.List;
import org.junit.jupiter.api.Test;

/// HTTP filters, as Envoy's configuration says them, and what is refused of them.
class HttpFilterReaderTest {
    private static final String TYPE = "\"@type\": type.googleapis.com/envoy.extensions.filters.";

    /// The problems of a listener with filter `type` and `fields`, and of its one route with `route` beside
    /// it.
    private static List<String> problems(String type, String fields, String route) {
        var read = BootstrapReader.read(
                """
                static_resources:
                  clusters: [{name: app, type: STATIC}]
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          %snetwork.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          http_filters:
                          - {name: f, typed_config: {%shttp.%s%s}}
                          - {name: router, typed_config: {%shttp.router.v3.Router}}
                          route_config:
                            virtual_hosts:
                            - {name: all, domains: ["*"], routes: [{match: {prefix: /}, %s}]}
                """.formatted(TYPE, TYPE, type, fields.isEmpty() ? "" : ", " + fields, TYPE, route));
        return problems(read);
    }

    private static List<String> problems(String type, String fields) {
        return problems(type, fields, "route: {cluster: app}");
    }

    private static List<String> problems(Checked<Bootstrap> read) {
        return read.problems().stream().map(HttpFilterReaderTest::text).toList();
    }

    private static String text(Problem problem) {
        var path = problem.path();
        return path.substring(path.lastIndexOf("typed_config") < 0 ? 0 : path.lastIndexOf("typed_config"))
                        .replace("typed_config.", "")
                + " " + problem.reason();
    }

    @Test
    void reads_faults_and_refuses_those_that_say_nothing() {
        var fault = "fault.v3.HTTPFault";
        assertThat(problems(
                        fault,
                        "delay: {header_delay: {}, percentage: {numerator: 5, denominator: TEN_THOUSAND}},"
                                + " abort: {grpc_status: 14}, upstream_cluster: app, max_active_faults: 3,"
                                + " headers: [{name: x-a}], downstream_nodes: [n], filter_metadata: {why: drill},"
                                + " abort_percent_runtime: k, disable_downstream_cluster_stats: true"))
                .isEmpty();
        assertThat(problems(fault, "delay: {}, abort: {percentage: {}}"))
                .containsExactlyInAnyOrder("delay says no delay", "abort says no answer");
        assertThat(problems(fault, "abort: {http_status: 199}")).containsExactly("abort.http_status is no status: 199");
    }

    @Test
    void reads_who_asks_for_health_and_refuses_what_does_not_go_together() {
        var check = "health_check.v3.HealthCheck";
        assertThat(problems(check, "pass_through_mode: true, cache_time: 1s, headers: [{name: x-check}]"))
                .isEmpty();
        assertThat(problems(check, "pass_through_mode: false, cluster_min_healthy_percentages: {app: {value: 50}}"))
                .isEmpty();
        assertThat(problems(check, "cache_time: 1s"))
                .containsExactly("pass_through_mode is missing", "cache_time does not go without pass_through_mode");
        assertThat(problems(check, "pass_through_mode: true, cluster_min_healthy_percentages: {app: {value: 101}}"))
                .containsExactly(
                        "cluster_min_healthy_percentages does not go with pass_through_mode",
                        "cluster_min_healthy_percentages[app].value is no percentage: 101.0");
    }

    @Test
    void reads_adaptive_concurrency_and_refuses_what_is_out_of_range() {
        var adaptive = "adaptive_concurrency.v3.AdaptiveConcurrency";
        var limit = "concurrency_limit_params: {concurrency_update_interval: 0.1s}";
        assertThat(problems(
                        adaptive,
                        "enabled: {default_value: true, runtime_key: k}, gradient_controller_config: {" + limit
                                + ", sample_aggregate_percentile: {value: 90},"
                                + " min_rtt_calc_params: {interval: 60s, request_count: 50, jitter: {value: 10}}},"
                                + " concurrency_limit_exceeded_status: {code: 429}"))
                .isEmpty();
        assertThat(problems(
                        adaptive,
                        "gradient_controller_config: {" + limit
                                + ", min_rtt_calc_params: {fixed_value: 0.02s, interval: 1s, jitter: {value: 101}}}"))
                .containsExactlyInAnyOrder(
                        "gradient_controller_config.min_rtt_calc_params.interval does not go with fixed_value",
                        "gradient_controller_config.min_rtt_calc_params.jitter is no percentage: 101.0");
        assertThat(problems(adaptive, "gradient_controller_config: {}"))
                .containsExactlyInAnyOrder(
                        "gradient_controller_config.concurrency_limit_params.concurrency_update_interval"
                                + " is missing, or below a millisecond",
                        "gradient_controller_config.min_rtt_calc_params.interval is missing, or below a millisecond");
    }

    @Test
    void reads_admission_control_and_refuses_what_is_out_of_range() {
        var admission = "admission_control.v3.AdmissionControl";
        assertThat(problems(
                        admission,
                        "success_criteria: {http_criteria: {http_success_status: [{start: 100, end: 400}]},"
                                + " grpc_criteria: {grpc_success_status: [0, 5]}}, sampling_window: 120s,"
                                + " aggression: {default_value: 1.5, runtime_key: a}, rps_threshold: {default_value: 5},"
                                + " sr_threshold: {default_value: {value: 90}},"
                                + " max_rejection_probability: {default_value: {value: 100}}"))
                .isEmpty();
        assertThat(problems(
                        admission,
                        "sampling_window: 0.5s, aggression: {default_value: 0.5},"
                                + " sr_threshold: {default_value: {value: 0.5}}"))
                .containsExactlyInAnyOrder(
                        "typed_config does not say what a success is",
                        "sampling_window is out of range: 0s",
                        "aggression is below 1: 0.5",
                        "sr_threshold is below 1: 0.5");
        assertThat(problems(
                        admission,
                        "success_criteria: {http_criteria: {http_success_status: [{start: 500, end: 400}]},"
                                + " grpc_criteria: {grpc_success_status: [17]}}"))
                .containsExactly(
                        "success_criteria.http_criteria.http_success_status[0] is no range of statuses: 500 to 400",
                        "success_criteria.grpc_criteria.grpc_success_status are no statuses: [17]");
    }

    @Test
    void reads_metadata_to_set_and_refuses_what_has_no_place() {
        var set = "set_metadata.v3.Config";
        assertThat(problems(set, "metadata: [{metadata_namespace: a, value: {b: [1, {c: null}]}}]"))
                .isEmpty();
        assertThat(problems(set, "value: {a: b}, metadata: [{}]"))
                .containsExactlyInAnyOrder(
                        "metadata_namespace is missing", "metadata[0].metadata_namespace is missing");
        assertThat(problems(set, "metadata: [{metadata_namespace: a, value: {b: " + "x".repeat(70_000) + "}}]"))
                .singleElement()
                .asString()
                .contains("sets more than 1000 values or 65536 characters");
    }

    @Test
    void refuses_matchers_of_metadata_that_say_nothing() {
        assertThat(problems(
                        "cors.v3.Cors",
                        "",
                        "route: {cluster: app}}, {match: {prefix: /, dynamic_metadata:"
                                + " [{filter: f, path: [{key: k}], value: {or_match: {value_matchers: [{present_match: true}]}}}],"
                                + " filter_state: [{key: k}]}, route: {cluster: app}"))
                .hasSize(2)
                .anySatisfy(text -> assertThat(text).endsWith("value_matchers has fewer than two entries"))
                .anySatisfy(text -> assertThat(text).endsWith("filter_state[0] says nothing to match"));
    }

    private static final String LIMIT = "local_ratelimit.v3.LocalRateLimit";
    private static final String BUCKET = "token_bucket: {max_tokens: 10, tokens_per_fill: 10, fill_interval: 1s}";

    /// A filter that decides by the head as it came would decide by what was to be taken out of it.
    @Test
    void refuses_header_mutations_before_a_filter_that_would_not_see_them() {
        var second = "}}\n          - {name: g, typed_config: {" + TYPE + "http.";
        var mutation = "header_mutation.v3.HeaderMutation";
        assertThat(problems(mutation + second + "rbac.v3.RBAC", ""))
                .singleElement()
                .asString()
                .contains("stands behind a header_mutation, whose changes it would not see");
        assertThat(problems("rbac.v3.RBAC" + second + mutation, "")).isEmpty();
    }

    @Test
    void reads_local_rate_limits() {
        assertThat(problems(LIMIT, "stat_prefix: a, " + BUCKET)).isEmpty();
        assertThat(problems(
                        LIMIT,
                        "stat_prefix: a, stage: 2, enable_x_ratelimit_headers: DRAFT_VERSION_03, status: {code: 503},"
                                + " filter_enabled: {runtime_key: k, default_value: {numerator: 50}},"
                                + " descriptors: [{entries: [{key: user, value: ann}], " + BUCKET + "}],"
                                + " rate_limits: [{actions: [{request_headers:"
                                + " {header_name: x-user, descriptor_key: user}}]}]",
                        "route: {cluster: app, rate_limits: [{stage: 2, actions: [{remote_address: {}}, {source_cluster: {}},"
                                + " {metadata: {descriptor_key: k, source: ROUTE_ENTRY,"
                                + " metadata_key: {key: shop, path: [{key: plan}]}}},"
                                + " {masked_remote_address: {v4_prefix_mask_len: 24}}, {destination_cluster: {}},"
                                + " {generic_key: {descriptor_value: v}},"
                                + " {query_parameters: {query_parameter_name: q, descriptor_key: q}},"
                                + " {header_value_match: {descriptor_value: v, headers: [{name: h}]}},"
                                + " {query_parameter_value_match: {descriptor_value: v,"
                                + " query_parameters: [{name: q}]}}]}]}"))
                .isEmpty();
    }

    @Test
    void refuses_local_rate_limits_that_cannot_be_as_written() {
        assertThat(problems(LIMIT, "token_bucket: {fill_interval: 0.01s}, stage: 11"))
                .containsExactlyInAnyOrder(
                        "stat_prefix is missing",
                        "token_bucket.max_tokens is 0",
                        "token_bucket.fill_interval is shorter than 50 ms",
                        "stage is no stage: 11");
        assertThat(problems(
                        LIMIT,
                        "stat_prefix: a, local_rate_limit_per_downstream_connection: true,"
                                + " max_dynamic_descriptors: 0,"
                                + " descriptors: [{entries: [{key: user}]}, {entries: [{key: user}], " + BUCKET + "}]"))
                .containsExactlyInAnyOrder(
                        "local_rate_limit_per_downstream_connection is not supported",
                        "max_dynamic_descriptors is out of range: 0",
                        "descriptors[0].token_bucket is missing",
                        "descriptors[1].entries stand twice");
    }

    @Test
    void refuses_actions_of_rate_limits_that_are_not_known() {
        var path = "static_resources.listeners[0].filter_chains[0].filters[0].typed_config.";
        assertThat(problems(
                        LIMIT,
                        "stat_prefix: a",
                        "route: {cluster: app, rate_limits: [{actions: [{extension: {name: e}}, {}]}, {}]}"))
                .hasSize(3)
                .allMatch(problem -> !problem.startsWith(path))
                .anyMatch(problem -> problem.endsWith("actions[0].extension is not supported"))
                .anyMatch(problem -> problem.endsWith("actions[1] has no action"))
                .anyMatch(problem -> problem.endsWith("rate_limits[1].actions is empty"));
    }

    private static String perRoute(String type, String fields) {
        return "route: {cluster: app}, typed_per_filter_config: {f: {" + TYPE + "http." + type + ", " + fields + "}}";
    }

    @Test
    void reads_policies_of_origins_and_refuses_what_is_incomplete() {
        assertThat(problems(
                        "cors.v3.Cors",
                        "",
                        perRoute(
                                "cors.v3.CorsPolicy",
                                "allow_origin_string_match: [{exact: a}], allow_methods: GET, max_age: \"5\","
                                        + " allow_credentials: true, filter_enabled: {default_value: {numerator: 5}},"
                                        + " forward_not_matching_preflights: false")))
                .isEmpty();
        assertThat(problems("cors.v3.Cors", "", perRoute("cors.v3.CorsPolicy", "allow_methods: \"a\\nb\"")))
                .singleElement()
                .asString()
                .contains("allow_methods holds a character that must not stand there");
        assertThat(problems("csrf.v3.CsrfPolicy", "filter_enabled: {default_value: {numerator: 100}}"))
                .isEmpty();
        assertThat(problems("csrf.v3.CsrfPolicy", "additional_origins: [{exact: a}]"))
                .containsExactly("filter_enabled is missing");
    }

    @Test
    void reads_that_requests_come_from_their_clients() {
        assertThat(problems("original_src.v3.OriginalSrc", "")).isEmpty();
        assertThat(problems("original_src.v3.OriginalSrc", "mark: 1337")).isEmpty();
    }

    @Test
    void reads_which_calls_are_counted_and_refuses_lists_of_nothing() {
        var stats = "grpc_stats.v3.FilterConfig";
        assertThat(problems(stats, "")).isEmpty();
        assertThat(problems(
                        stats,
                        "emit_filter_state: true, enable_upstream_stats: true, individual_method_stats_allowlist:"
                                + " {services: [{name: a.B, method_names: [C]}, {name: a.B, method_names: [D]}]}"))
                .isEmpty();
        assertThat(problems(stats, "stats_for_all_methods: true, replace_dots_in_grpc_service_name: true"))
                .isEmpty();
        assertThat(problems(stats, "individual_method_stats_allowlist: {services: [{}]}"))
                .containsExactly(
                        "individual_method_stats_allowlist.services[0].name is missing",
                        "individual_method_stats_allowlist.services[0].method_names is missing");
    }

    @Test
    void reads_header_mutations_and_refuses_what_cannot_be_changed() {
        var mutations = "mutations: {request_mutations: [{remove: x-a}, {append: {header: {key: x-b, value: b}}}],"
                + " response_mutations: [{append: {header: {key: x-c, value: c}}}]}";
        assertThat(problems(
                        "header_mutation.v3.HeaderMutation",
                        mutations + ", most_specific_header_mutations_wins: true",
                        perRoute("header_mutation.v3.HeaderMutationPerRoute", mutations)))
                .isEmpty();
        assertThat(problems(
                        "header_mutation.v3.HeaderMutation",
                        "mutations: {request_mutations: [{remove: host}, {}, {remove_on_match: {key_matcher:"
                                + " {prefix: x-}}}], query_parameter_mutations: [{remove: q}]}"))
                .containsExactlyInAnyOrder(
                        "mutations.query_parameter_mutations is not supported",
                        "mutations.request_mutations[0].remove is no header that can be changed: host",
                        "mutations.request_mutations[1] has no action",
                        "mutations.request_mutations[2].remove_on_match is not supported");
    }

    @Test
    void reads_how_much_of_a_body_is_held() {
        assertThat(problems("buffer.v3.Buffer", "max_request_bytes: 100")).isEmpty();
        assertThat(problems("buffer.v3.Buffer", "")).containsExactly("max_request_bytes is missing");
        assertThat(problems("buffer.v3.Buffer", "max_request_bytes: 0"))
                .containsExactly("max_request_bytes is out of range: 0");
        assertThat(problems("buffer.v3.Buffer", "max_request_bytes: 3000000000"))
                .containsExactly("max_request_bytes is out of range: 3000000000");
        assertThat(problems(
                        "buffer.v3.Buffer",
                        "max_request_bytes: 1",
                        perRoute("buffer.v3.BufferPerRoute", "disabled: true")))
                .isEmpty();
        assertThat(problems(
                        "buffer.v3.Buffer", "max_request_bytes: 1", perRoute("buffer.v3.BufferPerRoute", "buffer: {}")))
                .singleElement()
                .asString()
                .endsWith("max_request_bytes is missing");
        assertThat(problems("buffer.v3.Buffer", "max_request_bytes: 1", perRoute("buffer.v3.BufferPerRoute", "")))
                .singleElement()
                .asString()
                .endsWith("says nothing");
    }

    private static String library(String kind, String more) {
        return "{name: l, typed_config: {\"@type\": type.googleapis.com/envoy.extensions.compression." + kind + more
                + "}}";
    }

    @Test
    void reads_what_is_compressed_and_refuses_what_cannot_be() {
        var compressor = "compressor.v3.Compressor";
        assertThat(problems(compressor, "compressor_library: " + library("gzip.compressor.v3.Gzip", "")))
                .isEmpty();
        assertThat(problems(compressor, "")).containsExactly("typed_config is missing");
        assertThat(problems(compressor, "compressor_library: " + library("gzip.decompressor.v3.Gzip", "")))
                .singleElement()
                .asString()
                .endsWith("is not supported");
        assertThat(problems(
                        compressor,
                        "compressor_library: "
                                + library("brotli.compressor.v3.Brotli", ", quality: 12, window_bits: 9")))
                .containsExactly("quality is out of range: 12", "window_bits is out of range: 9");
        assertThat(problems(
                        compressor,
                        "compressor_library: " + library("zstd.compressor.v3.Zstd", ", compression_level: 23")))
                .containsExactly("compression_level is out of range: 23");
        assertThat(problems(
                        compressor,
                        "compressor_library: "
                                + library("gzip.compressor.v3.Gzip", ", compression_strategy: RLE, memory_level: 3")))
                .containsExactly("compression_strategy is not supported");
        assertThat(problems(
                        "decompressor.v3.Decompressor",
                        "decompressor_library: " + library("gzip.decompressor.v3.Gzip", ", max_inflate_ratio: 2000")))
                .containsExactly("max_inflate_ratio is out of range: 2000");
        assertThat(problems(
                        compressor,
                        "compressor_library: " + library("gzip.compressor.v3.Gzip", ""),
                        perRoute("compressor.v3.CompressorPerRoute", "overrides: {response_direction_config: {}}")))
                .isEmpty();
    }

    private static final String SERVICE =
            "rate_limit_service: {grpc_service: {envoy_grpc: {cluster_name: app}}, transport_api_version: V3}";

    @Test
    void reads_global_rate_limits_and_refuses_what_would_limit_otherwise() {
        var limit = "ratelimit.v3.RateLimit";
        assertThat(problems(
                        limit,
                        "domain: shop, stage: 1, request_type: external, timeout: 0.1s, failure_mode_deny: true,"
                                + " rate_limited_as_resource_exhausted: true, stat_prefix: edge,"
                                + " enable_x_ratelimit_headers: DRAFT_VERSION_03, rate_limited_status: {code: 503},"
                                + " status_on_error: {code: 502}, filter_enabled: {default_value: {numerator: 5}},"
                                + " failure_mode_deny_percent: {default_value: {numerator: 5}},"
                                + " rate_limits: [{hits_addend: {number: 3}, actions: [{remote_address: {}}]},"
                                + " {hits_addend: {format: '%REQ(x-tokens)%'}, actions: [{remote_address: {}}]}],"
                                + " " + SERVICE,
                        "route: {cluster: app}, typed_per_filter_config: {f: {" + TYPE
                                + "http.ratelimit.v3.RateLimitPerRoute, vh_rate_limits: INCLUDE, domain: other}}"))
                .isEmpty();
        assertThat(problems(
                        limit,
                        "request_type: nobody, stage: 11, rate_limits: [{hits_addend: {format: '%X%'},"
                                + " actions: [{remote_address: {}}]}], rate_limit_service: {}"))
                .hasSize(5)
                .anyMatch(problem -> problem.startsWith("domain is missing"))
                .anyMatch(problem -> problem.startsWith("request_type is not known: nobody"))
                .anyMatch(problem -> problem.startsWith("stage is no stage: 11"))
                .anyMatch(problem -> problem.startsWith("rate_limits[0].hits_addend.format"))
                .anyMatch(problem -> problem.startsWith("rate_limit_service.grpc_service.envoy_grpc is missing"));
        assertThat(problems(
                        limit,
                        "domain: a, rate_limits: [{hits_addend: {number: 3, format: '%REQ(a)%'},"
                                + " actions: [{remote_address: {}}]}, {hits_addend: {format: '1%REQ(a)%'},"
                                + " actions: [{remote_address: {}}]}], "
                                + SERVICE))
                .containsExactly(
                        "rate_limits[0].hits_addend.format stands beside number",
                        "rate_limits[1].hits_addend.format is not one command operator: 1%REQ(a)%");
        assertThat(problems(limit, "domain: a, " + SERVICE.replace("app", "nobody")))
                .singleElement()
                .asString()
                .contains("there is no cluster nobody");
    }
}
