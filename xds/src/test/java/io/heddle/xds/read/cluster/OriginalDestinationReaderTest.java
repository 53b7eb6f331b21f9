package io.heddle.xds.read.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.runtime.Cluster.Discovery;
import io.heddle.traffic.runtime.DestinationRules;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// Where the requests of a cluster of original destinations say that they go.
class OriginalDestinationReaderTest {
    private static Checked<Bootstrap> read(String type, String rules) {
        return BootstrapReader.read("static_resources: { clusters: [ { name: c, " + type
                + ", original_dst_lb_config: { " + rules + " } } ] }");
    }

    private static Checked<Bootstrap> read(String rules) {
        return read("type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED", rules);
    }

    private static DestinationRules rules(String rules) {
        var read = read(rules);
        assertThat(read.problems()).isEmpty();
        var cluster = ((Checked.Ok<Bootstrap>) read).value().fixed().clusters().get("c");
        return ((Discovery.OriginalDestination) Objects.requireNonNull(cluster).discovery()).rules();
    }

    @Test
    void reads_each_field() {
        assertThat(rules("")).isEqualTo(DestinationRules.CONNECTION);
        assertThat(rules("use_http_header: true").header()).contains(HeaderName.of("x-envoy-original-dst-host"));
        assertThat(rules("use_http_header: true, http_header_name: X-To, upstream_port_override: 8080, metadata_key: {"
                        + " key: ns, path: [ { key: a }, { key: b } ] }"))
                .isEqualTo(new DestinationRules(
                        Optional.of(new DestinationRules.Place("ns", List.of("a", "b"))),
                        Optional.of(HeaderName.of("x-to")),
                        OptionalInt.of(8080)));
    }

    @Test
    void names_everything_that_says_no_destination() {
        assertThat(read("http_header_name: x-to, upstream_port_override: 70000, metadata_key: { path: [] }")
                        .problems())
                .allMatch(Problem::isError)
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        "original_dst_lb_config.http_header_name",
                        "original_dst_lb_config.upstream_port_override",
                        "original_dst_lb_config.metadata_key.key",
                        "original_dst_lb_config.metadata_key.path");
        assertThat(read("use_http_header: true, http_header_name: \"a b\"").problems())
                .extracting(Problem::path)
                .containsExactly("original_dst_lb_config.http_header_name");
    }

    @Test
    void warns_of_rules_that_concern_no_host_and_checks_them_all_the_same() {
        assertThat(read("type: STATIC", "use_http_header: true").problems())
                .allMatch(problem -> !problem.isError())
                .extracting(Problem::path)
                .containsExactly("original_dst_lb_config");
        assertThat(read("type: STATIC", "upstream_port_override: 70000").problems())
                .anyMatch(Problem::isError);
    }
}
