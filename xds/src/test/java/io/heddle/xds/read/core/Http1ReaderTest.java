package io.heddle.xds.read.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.Http1Options;
import io.heddle.traffic.runtime.Http1Options.NameCase;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// How HTTP/1.1 is spoken, as clusters say it.
class Http1ReaderTest {
    private static final String FORMATTER = "header_key_format: { stateful_formatter: { name: p, typed_config: {"
            + " \"@type\": type.googleapis.com/envoy.extensions.http.header_formatters.preserve_case.v3"
            + ".PreserveCaseFormatterConfig";

    private static Checked<Bootstrap> read(String options) {
        return BootstrapReader.read("static_resources: { clusters: [ { name: c, type: STATIC, http_protocol_options: { "
                + options + " } } ] }");
    }

    private static Http1Options options(String fields) {
        var read = read(fields);
        assertThat(read.problems()).isEmpty();
        return Objects.requireNonNull(((Checked.Ok<Bootstrap>) read)
                        .value()
                        .fixed()
                        .clusters()
                        .get("c"))
                .http1();
    }

    @Test
    void reads_each_field() {
        assertThat(options("")).isEqualTo(Http1Options.DEFAULT);
        assertThat(options("allow_absolute_url: false, default_host_for_http_10: \"a:80\", send_fully_qualified_url:"
                        + " true, header_key_format: { proper_case_words: {} },"
                        + " override_stream_error_on_invalid_http_message: true"))
                .isEqualTo(new Http1Options(NameCase.PROPER, "a:80", false, true, true));
        assertThat(options("accept_http_10: true, enable_trailers: true, allow_custom_methods: true"))
                .isEqualTo(Http1Options.DEFAULT);
    }

    @Test
    void reads_the_formatter_that_keeps_names() {
        assertThat(options(FORMATTER + " } } }").names()).isEqualTo(NameCase.RECEIVED);
        assertThat(options(FORMATTER + ", formatter_type_on_envoy_headers: PROPER_CASE } } }")
                        .names())
                .isEqualTo(NameCase.OWN_PROPER);
    }

    @Test
    void names_everything_that_cannot_be_honoured() {
        assertThat(read("allow_chunked_length: true, default_host_for_http_10: \"a b\", header_key_format: {}")
                        .problems())
                .allMatch(Problem::isError)
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        "http_protocol_options.allow_chunked_length",
                        "http_protocol_options.default_host_for_http_10",
                        "http_protocol_options.header_key_format");
        var other = "header_key_format: { stateful_formatter: { name: p, typed_config: { \"@type\":"
                + " type.googleapis.com/envoy.type.v3.Percent } } }";
        assertThat(read(other).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.path())
                        .isEqualTo("http_protocol_options.header_key_format.stateful_formatter.typed_config"));
    }
}
