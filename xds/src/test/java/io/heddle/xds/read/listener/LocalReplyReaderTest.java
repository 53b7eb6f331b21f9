package io.heddle.xds.read.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.xds.read.BootstrapReader;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `local_reply_config`, as Envoy's configuration says it, and what is refused of it.
class LocalReplyReaderTest {
    private static final String TYPE = "\"@type\": type.googleapis.com/envoy.extensions.filters.";

    /// The problems of a connection manager with this `local_reply_config`, from there on.
    private static List<String> problems(String config) {
        var read = BootstrapReader.read("""
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          %snetwork.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          local_reply_config: %s
                          http_filters:
                          - {name: router, typed_config: {%shttp.router.v3.Router}}
                          route_config: {virtual_hosts: []}
                """.formatted(TYPE, config, TYPE));
        return read.problems().stream()
                .map(problem -> problem.path().replaceAll(".*local_reply_config\\.", "") + " " + problem.reason())
                .toList();
    }

    private static String mapper(String filter) {
        return "{mappers: [{filter: {" + filter + "}}]}";
    }

    @Test
    void reads_mappers_and_formats() {
        assertThat(problems("""
                {mappers: [{filter: {and_filter: {filters: [
                   {status_code_filter: {comparison: {op: GE, value: {default_value: 500, runtime_key: k}}}},
                   {or_filter: {filters: [
                     {duration_filter: {comparison: {op: LE, value: {default_value: 10}}}},
                     {header_filter: {header: {name: x-user, present_match: true}}},
                     {response_flag_filter: {flags: [UH, UF]}},
                     {grpc_status_filter: {statuses: [UNAVAILABLE], exclude: true}},
                     {runtime_filter: {runtime_key: r, percent_sampled: {numerator: 50}}}]}}]}},
                   status_code: 502, body: {inline_string: gone},
                   body_format_override: {text_format_source: {inline_string: "%LOCAL_REPLY_BODY%"}},
                   headers_to_add: [{header: {key: x-a, value: "%RESPONSE_CODE%"}}]}],
                 body_format: {json_format: {status: "%RESPONSE_CODE%", list: [1, true, "x"]}, omit_empty_values: true,
                   content_type: "application/problem+json"}}
                """.replace("\n", " "))).isEmpty();
    }

    @Test
    void refuses_what_would_change_other_answers() {
        assertThat(problems("{mappers: [{}]}")).containsExactly("mappers[0].filter has no condition");
        assertThat(problems(mapper("not_health_check_filter: {}"))).isEmpty();
        assertThat(problems(mapper("traceable_filter: {}")))
                .hasSize(2) // ignored as a field, and refused here
                .containsOnly("mappers[0].filter.traceable_filter is not supported");
        assertThat(problems(mapper("and_filter: {filters: [{grpc_status_filter: {}}]}")))
                .containsExactly("mappers[0].filter.and_filter.filters has fewer than two entries");
        assertThat(problems(mapper("status_code_filter: {comparison: {op: EQ}}")))
                .containsExactly("mappers[0].filter.status_code_filter.comparison.value is missing");
        assertThat(problems(mapper("response_flag_filter: {flags: [UH, XX, IH]}")))
                .containsExactly(
                        "mappers[0].filter.response_flag_filter.flags[1] is no response flag: XX",
                        "mappers[0].filter.response_flag_filter.flags[2] IH is never set here");
    }

    @Test
    void refuses_statuses_and_formats_that_are_none() {
        assertThat(problems("{mappers: [{filter: {grpc_status_filter: {}}, status_code: 199}]}"))
                .containsExactly("mappers[0].status_code is no status: 199");
        assertThat(problems("{body_format: {}}")).containsExactly("body_format has no format");
        assertThat(problems("{body_format: {json_format: {a: {b: ['%NONE%']}}}}"))
                .containsExactly("body_format.json_format.a.b[0] %NONE% is no operator that is known");
        assertThat(problems("{body_format: {text_format: x, content_type: \"a\\nb\"}}"))
                .containsExactly("body_format.content_type holds a character that must not stand there: U+000A");
    }
}
