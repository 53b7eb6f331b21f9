package io.heddle.xds.read;

import com.github.xds.data.orca.v3.OrcaLoadReport;
import com.github.xds.service.orca.v3.OrcaLoadReportRequest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.heddle.traffic.balance.host.LoadReport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Reads what hosts say of their load (ORCA), in the forms that Envoy reads: `endpoint-load-metrics` with `TEXT `,
/// `JSON ` or `BIN ` before the report, `endpoint-load-metrics-bin`, and messages of `OpenRcaService`. What is
/// malformed, holds a number that is not finite or below 0, or is longer than [#LONGEST] is no report. Safe on any
/// thread.
public final class LoadReportReader {
    /// The path of the call by which a host is asked for its reports.
    public static final String PATH = "/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics";

    /// So many octets of a header or a message are read at most.
    public static final int LONGEST = 16 * 1024;

    private static final String TEXT = "TEXT ";
    private static final String JSON = "JSON ";
    private static final String BINARY = "BIN ";
    private static final int LONGEST_NUMBER = 64;

    private LoadReportReader() {}

    /// The report in the value of a header `endpoint-load-metrics`.
    public static Optional<LoadReport> header(byte[] bytes, int start, int end) {
        if (end - start > LONGEST) {
            return Optional.empty();
        }
        var value = new String(bytes, start, end - start, StandardCharsets.UTF_8);
        if (value.startsWith(TEXT)) {
            return pairs(value.substring(TEXT.length()));
        }
        if (value.startsWith(JSON)) {
            return json(value.substring(JSON.length()));
        }
        return value.startsWith(BINARY) ? base64(value.substring(BINARY.length())) : Optional.empty();
    }

    /// The report in the value of a header `endpoint-load-metrics-bin`.
    public static Optional<LoadReport> binaryHeader(byte[] bytes, int start, int end) {
        return end - start > LONGEST
                ? Optional.empty()
                : base64(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
    }

    /// The report in a message `OrcaLoadReport`.
    public static Optional<LoadReport> message(byte[] bytes) {
        if (bytes.length > LONGEST) {
            return Optional.empty();
        }
        try {
            return report(OrcaLoadReport.parseFrom(bytes));
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty();
        }
    }

    /// The message that asks for a report now and then.
    public static byte[] request(Duration every) {
        return OrcaLoadReportRequest.newBuilder()
                .setReportInterval(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(every.getSeconds())
                        .setNanos(every.getNano()))
                .build()
                .toByteArray();
    }

    private static Optional<LoadReport> base64(String text) {
        try {
            return message(Base64.getDecoder().decode(text.strip()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<LoadReport> json(String text) {
        var message = OrcaLoadReport.newBuilder();
        try {
            JsonFormat.parser().ignoringUnknownFields().merge(text, message);
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty();
        }
        return report(message.build());
    }

    private static Optional<LoadReport> report(OrcaLoadReport message) {
        var others = new HashMap<String, Double>();
        message.getNamedMetricsMap().forEach((name, value) -> others.put("named_metrics." + name, plain(value)));
        message.getUtilizationMap().forEach((name, value) -> others.put("utilization." + name, plain(value)));
        message.getRequestCostMap().forEach((name, value) -> others.put("request_cost." + name, plain(value)));
        return checked(new LoadReport(
                plain(message.getApplicationUtilization()),
                plain(message.getCpuUtilization()),
                plain(message.getMemUtilization()),
                plain(message.getRpsFractional()),
                plain(message.getEps()),
                others));
    }

    /// Names and values with `=` or `:` between them, separated by commas.
    private static Optional<LoadReport> pairs(String text) {
        var values = new HashMap<String, Double>();
        for (int at = 0; at <= text.length(); ) {
            int comma = text.indexOf(',', at);
            int end = comma < 0 ? text.length() : comma;
            var pair = text.substring(at, end).strip();
            if (!pair.isEmpty() && !takes(pair, values)) {
                return Optional.empty();
            }
            at = end + 1;
        }
        if (values.isEmpty()) {
            return Optional.empty();
        }
        double application = taken("application_utilization", values);
        double cpu = taken("cpu_utilization", values);
        double memory = taken("mem_utilization", values);
        double requests = taken("rps_fractional", values);
        double errors = taken("eps", values);
        boolean known = values.keySet().stream().allMatch(LoadReportReader::isOther);
        return known ? checked(new LoadReport(application, cpu, memory, requests, errors, values)) : Optional.empty();
    }

    private static boolean takes(String pair, Map<String, Double> values) {
        int split = pair.indexOf('=');
        split = split < 0 ? pair.lastIndexOf(':') : split;
        if (split <= 0 || pair.length() - split > LONGEST_NUMBER) {
            return false;
        }
        try {
            double value = plain(Double.parseDouble(pair.substring(split + 1).strip()));
            return values.put(pair.substring(0, split).strip(), value) == null;
        } catch (NumberFormatException _) {
            return false;
        }
    }

    /// `-0` is 0, by which something may be divided.
    private static double plain(double value) {
        return value + 0.0;
    }

    private static double taken(String name, Map<String, Double> values) {
        var value = values.remove(name);
        return value == null ? 0 : value;
    }

    private static boolean isOther(String name) {
        int dot = name.indexOf('.');
        return dot >= 0
                && dot + 1 < name.length()
                && switch (name.substring(0, dot)) {
                    case "named_metrics", "utilization", "request_cost" -> true;
                    default -> false;
                };
    }

    private static Optional<LoadReport> checked(LoadReport report) {
        boolean well = isWell(report.application())
                && isWell(report.cpu())
                && isWell(report.memory())
                && isWell(report.requests())
                && isWell(report.errors())
                && report.others().values().stream().allMatch(LoadReportReader::isWell);
        return well ? Optional.of(report) : Optional.empty();
    }

    private static boolean isWell(double value) {
        return value >= 0 && Double.isFinite(value);
    }
}
