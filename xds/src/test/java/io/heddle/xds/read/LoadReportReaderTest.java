package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.github.xds.data.orca.v3.OrcaLoadReport;
import com.github.xds.service.orca.v3.OrcaLoadReportRequest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.heddle.traffic.balance.host.LoadReport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The forms in which hosts say how busy they are.
class LoadReportReaderTest {
    private static final LoadReport EXPECTED =
            new LoadReport(0.8, 0.7, 0.9, 1000, 2, Map.of("named_metrics.foo", 123.0, "named_metrics.bar", 0.2));

    private static Optional<LoadReport> header(String value) {
        var bytes = ("x" + value + "x").getBytes(StandardCharsets.UTF_8);
        return LoadReportReader.header(bytes, 1, bytes.length - 1);
    }

    private static byte[] message() {
        return OrcaLoadReport.newBuilder()
                .setApplicationUtilization(0.8)
                .setCpuUtilization(0.7)
                .setMemUtilization(0.9)
                .setRpsFractional(1000)
                .setEps(2)
                .putNamedMetrics("foo", 123)
                .putNamedMetrics("bar", 0.2)
                .build()
                .toByteArray();
    }

    @Test
    void reads_texts() {
        assertThat(header("TEXT cpu_utilization=0.7,application_utilization=0.8, mem_utilization=0.9,"
                        + "rps_fractional=1000,eps=2,named_metrics.foo=123,named_metrics.bar=0.2"))
                .contains(EXPECTED);
        assertThat(header("TEXT cpu_utilization:0.7,application_utilization:0.8,mem_utilization:0.9,"
                        + "rps_fractional:1e3,eps:2,named_metrics.foo:123,named_metrics.bar:0.2"))
                .contains(EXPECTED);
    }

    @Test
    void reads_json() {
        assertThat(header("JSON {\"cpu_utilization\": 0.7, \"applicationUtilization\": 0.8, \"mem_utilization\": 0.9,"
                        + " \"rps_fractional\": 1000, \"eps\": 2, \"named_metrics\": {\"foo\": 123, \"bar\": 0.2},"
                        + " \"of_tomorrow\": [1, {}]}"))
                .contains(EXPECTED);
    }

    @Test
    void reads_messages_in_headers_and_alone() {
        var padded = Base64.getEncoder().encodeToString(message());
        var bare = Base64.getEncoder().withoutPadding().encodeToString(message());
        assertThat(header("BIN " + padded)).contains(EXPECTED);
        for (var text : new String[] {padded, bare}) {
            var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            assertThat(LoadReportReader.binaryHeader(bytes, 0, bytes.length)).contains(EXPECTED);
        }
        assertThat(LoadReportReader.message(message())).contains(EXPECTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "TEXT ",
                "cpu_utilization=0.5",
                "text cpu_utilization=0.5",
                "TEXT cpu_utilization=much",
                "TEXT cpu_utilization",
                "TEXT =1",
                "TEXT colour=1",
                "TEXT named_metrics.=1",
                "TEXT cpu_utilization=0.5,cpu_utilization=0.6",
                "TEXT cpu_utilization=-0.5",
                "TEXT cpu_utilization=NaN",
                "TEXT rps_fractional=Infinity",
                "JSON ",
                "JSON {",
                "JSON []",
                "JSON {\"eps\": -1}",
                "JSON {\"eps\": \"NaN\"}",
                "BIN !!",
                "BIN CQAA"
            })
    void takes_nothing_from_what_is_malformed(String value) {
        assertThat(header(value)).isEmpty();
    }

    @Test
    void minus_nothing_is_nothing() {
        var nothing = Optional.of(new LoadReport(0, 0, 0, 0, 0, Map.of("named_metrics.a", 0.0)));
        assertThat(header("TEXT cpu_utilization=-0,named_metrics.a=-0")).isEqualTo(nothing);
        assertThat(header("JSON {\"cpuUtilization\": -0.0, \"namedMetrics\": {\"a\": -0.0}}"))
                .isEqualTo(nothing);
    }

    @Test
    void takes_nothing_from_what_is_too_long() {
        var name = "n".repeat(LoadReportReader.LONGEST);
        assertThat(header("TEXT eps=1,named_metrics." + name + "=1")).isEmpty();
        var large = OrcaLoadReport.newBuilder().putNamedMetrics(name, 1).build().toByteArray();
        assertThat(LoadReportReader.message(large)).isEmpty();
    }

    @Test
    void asks_for_reports_now_and_then() throws InvalidProtocolBufferException {
        var request = OrcaLoadReportRequest.parseFrom(LoadReportReader.request(Duration.ofMillis(2_500)));
        assertThat(request.getReportInterval().getSeconds()).isEqualTo(2);
        assertThat(request.getReportInterval().getNanos()).isEqualTo(500_000_000);
    }

    @FuzzTest
    void whatever_comes_is_a_report_of_finite_numbers_or_none(byte[] bytes) {
        for (var read : new Optional<?>[] {
            LoadReportReader.header(bytes, 0, bytes.length),
            LoadReportReader.binaryHeader(bytes, 0, bytes.length),
            LoadReportReader.message(bytes)
        }) {
            read.ifPresent(found -> {
                var report = (LoadReport) found;
                assertThat(report.cpu()).isFinite().isNotNegative();
                assertThat(report.requests()).isFinite().isNotNegative();
                assertThat(report.others().values())
                        .allSatisfy(value -> assertThat(value).isFinite().isNotNegative());
            });
        }
    }
}
