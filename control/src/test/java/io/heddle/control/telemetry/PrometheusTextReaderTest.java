package io.heddle.control.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusTextReaderTest {
    private final List<Sample> samples = new ArrayList<>();

    private int read(String text) {
        return PrometheusTextReader.read(text, _ -> true, samples::add);
    }

    @Test
    void reads_names_labels_and_values() {
        int malformed = read("""
                # HELP istio_requests_total Requests.
                # TYPE istio_requests_total counter
                istio_requests_total{reporter="source", response_code="200",} 12
                up 1.5e3 1700000000000

                histogram_bucket{le="+Inf"} +Inf
                """);
        assertThat(malformed).isZero();
        assertThat(samples)
                .containsExactly(
                        new Sample("istio_requests_total", Map.of("reporter", "source", "response_code", "200"), 12),
                        new Sample("up", Map.of(), 1500),
                        new Sample("histogram_bucket", Map.of("le", "+Inf"), Double.POSITIVE_INFINITY));
    }

    @Test
    void reads_escapes_in_label_values() {
        assertThat(read("a{b=\"x\\\"y\\\\z\\nw, }\"} 1")).isZero();
        assertThat(samples.getFirst().label("b")).isEqualTo("x\"y\\z\nw, }");
    }

    @Test
    void leaves_malformed_lines_out_and_reads_on() {
        int malformed = read("""
                a{b="1" 2
                a{b=1} 2
                a{b="1" c="2"} 2
                a{b="1",b="2"} 2
                a{="1"} 2
                a{b="\\q"} 2
                a nonsense
                {b="1"} 2
                a{b="1"}
                a{
                fine 7""");
        assertThat(malformed).isEqualTo(10);
        assertThat(samples).containsExactly(new Sample("fine", Map.of(), 7));
    }

    @Test
    void leaves_lines_out_that_are_too_long_or_have_too_many_labels() {
        var labels = new StringBuilder("a{");
        for (int i = 0; i <= PrometheusTextReader.MAX_LABELS; i++) {
            labels.append("l").append(i).append("=\"\",");
        }
        var tooLong = "a{b=\"" + "x".repeat(PrometheusTextReader.MAX_LINE) + "\"} 1\n";
        assertThat(read(tooLong + labels + "} 1\nfine 1\n")).isEqualTo(2);
        assertThat(samples).hasSize(1);
    }

    @Test
    void passes_over_metrics_nobody_wants_without_reading_them() {
        assertThat(PrometheusTextReader.read("other{broken 1\nup 1", "up"::equals, samples::add))
                .isZero();
        assertThat(samples).hasSize(1);
    }

    @FuzzTest
    void survives_any_text(FuzzedDataProvider data) {
        var text = data.consumeRemainingAsString();
        var graph = new TrafficGraph(100);
        samples.clear(); // a campaign reads all its texts in one object
        int malformed = read(text);
        graph.record("p", samples, 1);
        assertThat(malformed + samples.size()).isLessThanOrEqualTo(text.length() + 1);
    }
}
