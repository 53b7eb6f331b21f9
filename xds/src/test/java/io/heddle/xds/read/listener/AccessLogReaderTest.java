package io.heddle.xds.read.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.reply.ReplyCondition;
import io.heddle.traffic.reply.ReplyCondition.Comparison;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// `access_log`, as Envoy's configuration says it: where requests and connections are logged, and which.
class AccessLogReaderTest {
    private static final String FILTERS = "\"@type\": type.googleapis.com/envoy.extensions.filters.network.";

    private static Checked<Bootstrap> read(String filter, String layers) {
        return BootstrapReader.read("""
                layered_runtime: {layers: [%s]}
                static_resources:
                  clusters: [{name: app, type: STATIC}]
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: relay
                        typed_config:
                          %stcp_proxy.v3.TcpProxy
                          stat_prefix: in
                          cluster: app
                          access_log:
                          - name: file
                            %s
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                              path: /tmp/relayed.log
                """.formatted(layers, FILTERS, filter.isEmpty() ? "" : "filter: " + filter));
    }

    private static NetworkFilter.AccessLog log(Checked<Bootstrap> read) {
        assertThat(read).as("%s", read.problems()).isInstanceOf(Checked.Ok.class);
        var fixed = ((Checked.Ok<Bootstrap>) read).value().fixed();
        var chain = Objects.requireNonNull(fixed.listeners().get("in")).chains().getFirst();
        return chain.filter().accessLogs().getFirst();
    }

    private static Optional<ReplyCondition> condition(String filter) {
        var read = read(filter, "");
        assertThat(read.problems()).isEmpty();
        return log(read).condition();
    }

    @Test
    void a_log_without_a_filter_is_of_everything() {
        assertThat(condition("")).isEmpty();
    }

    @Test
    void reads_what_is_logged() {
        assertThat(condition(
                        "{status_code_filter: {comparison: {op: GE, value: {default_value: 500, runtime_key: k}}}}"))
                .contains(new ReplyCondition.Status(Comparison.AT_LEAST, new RuntimeCount(RuntimeKey.of("k"), 500)));
        assertThat(condition("{and_filter: {filters: [{not_health_check_filter: {}}, "
                        + "{duration_filter: {comparison: {op: GE, value: {default_value: 100}}}}]}}"))
                .contains(new ReplyCondition.And(List.of(
                        new ReplyCondition.NotHealthCheck(),
                        new ReplyCondition.Duration(Comparison.AT_LEAST, RuntimeCount.of(100)))));
    }

    @Test
    void a_runtime_may_say_how_many_are_logged() {
        var filter = "{runtime_filter: {runtime_key: logs.share, percent_sampled: {numerator: 1}}}";
        assertThat(condition(filter))
                .contains(new ReplyCondition.Share(new RuntimeShare(RuntimeKey.of("logs.share"), 1, 100)));
    }

    @Test
    void a_filter_that_is_not_supported_logs_everything_and_is_told() {
        for (var filter : List.of(
                "{traceable_filter: {}}",
                "{or_filter: {filters: [{not_health_check_filter: {}}, {traceable_filter: {}}]}}")) {
            var read = read(filter, "");
            assertThat(log(read).condition()).isEmpty();
            assertThat(read.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.isError()).isFalse();
                assertThat(problem.path()).contains("access_log[0].filter.").endsWith("traceable_filter");
                assertThat(problem.reason()).isEqualTo("is not supported: every request is logged");
            });
        }
    }

    @Test
    void a_filter_that_is_wrong_is_refused() {
        assertThat(read("{status_code_filter: {comparison: {op: EQ}}}", "").problems())
                .anyMatch(Problem::isError);
        assertThat(read("{response_flag_filter: {flags: [XX]}}", "").problems()).anyMatch(Problem::isError);
        assertThat(read("{}", "").problems()).anyMatch(Problem::isError);
    }
}
