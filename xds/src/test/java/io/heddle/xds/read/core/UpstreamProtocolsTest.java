package io.heddle.xds.read.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.ResponseLimits;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// How HTTP is spoken to a cluster's hosts, as its extension says it and as its older fields do.
class UpstreamProtocolsTest {
    private static final String COMMON = "{ idle_timeout: 5s, max_connection_duration: 9s, max_requests_per_connection:"
            + " 3, max_headers_count: 7, max_response_headers_kb: 2, max_stream_duration: 4s }";

    private static Checked<Bootstrap> read(String fields) {
        return BootstrapReader.read("static_resources: { clusters: [ { name: c, type: STATIC, " + fields + " } ] }");
    }

    private static Cluster cluster(String fields) {
        return Objects.requireNonNull(((Checked.Ok<Bootstrap>) read(fields))
                .value()
                .fixed()
                .clusters()
                .get("c"));
    }

    private static String extension(String fields) {
        var type = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
        return "typed_extension_protocol_options: { " + type + ": { \"@type\": type.googleapis.com/" + type
                + ", explicit_http_config: { http_protocol_options: {} }" + (fields.isEmpty() ? "" : ", " + fields)
                + " } }";
    }

    @Test
    void reads_limits_in_the_extension_as_in_the_cluster() {
        for (var fields : new String[] {
            "common_http_protocol_options: " + COMMON, extension("common_http_protocol_options: " + COMMON)
        }) {
            assertThat(read(fields).problems()).isEmpty();
            assertThat(cluster(fields).connections())
                    .isEqualTo(new ConnectionLimits(Duration.ofSeconds(5), 3, Duration.ofSeconds(9)));
            assertThat(cluster(fields).responses()).isEqualTo(new ResponseLimits(7, 2048, Duration.ofSeconds(4)));
        }
        assertThat(cluster(extension("")).responses()).isEqualTo(ResponseLimits.DEFAULT);
    }

    @Test
    void names_every_limit_that_is_out_of_range() {
        var fields = "common_http_protocol_options: { max_headers_count: 0, max_response_headers_kb: 8193,"
                + " max_stream_duration: -1s, headers_with_underscores_action: REJECT_REQUEST }";
        assertThat(read(fields).problems())
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        "common_http_protocol_options.max_headers_count",
                        "common_http_protocol_options.max_response_headers_kb",
                        "common_http_protocol_options.max_stream_duration");
    }

    @Test
    void takes_the_older_number_of_requests_but_not_both() {
        assertThat(cluster("max_requests_per_connection: 2").connections().requests())
                .isEqualTo(2);
        assertThat(cluster("max_requests_per_connection: 2, " + extension(""))
                        .connections()
                        .requests())
                .isEqualTo(2);
        assertThat(read("max_requests_per_connection: 2, common_http_protocol_options: " + COMMON)
                        .problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.isError()).isTrue())
                .extracting(Problem::path)
                .isEqualTo("max_requests_per_connection");
    }

    @Test
    void takes_what_the_extension_says_and_warns_of_older_fields_beside_it() {
        var fields = "common_http_protocol_options: " + COMMON + ", http2_protocol_options: {}, " + extension("");
        assertThat(cluster(fields).connections()).isEqualTo(ConnectionLimits.DEFAULT);
        assertThat(cluster(fields).protocol()).isEqualTo(Cluster.Protocol.HTTP1);
        assertThat(read(fields).problems())
                .allMatch(problem -> !problem.isError())
                .extracting(Problem::path)
                .containsExactly("common_http_protocol_options", "http2_protocol_options");
    }

    @Test
    void speaks_what_the_older_fields_say() {
        var both = "http_protocol_options: {}, http2_protocol_options: {}";
        assertThat(cluster("http_protocol_options: {}").protocol()).isEqualTo(Cluster.Protocol.HTTP1);
        assertThat(cluster("http2_protocol_options: {}").protocol()).isEqualTo(Cluster.Protocol.HTTP2);
        assertThat(cluster(both + ", protocol_selection: USE_DOWNSTREAM_PROTOCOL")
                        .protocol())
                .isEqualTo(Cluster.Protocol.DOWNSTREAM);
        assertThat(read(both).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.isError()).isTrue());
    }
}
