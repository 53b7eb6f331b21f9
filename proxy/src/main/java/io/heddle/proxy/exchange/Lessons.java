package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.upstream.Learning;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.LoadReport;
import io.heddle.traffic.balance.host.WeightRules;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.xds.read.LoadReportReader;
import java.util.Optional;

/// Tells a cluster's balancer what the answers of its hosts teach, where it learns from them: how long they took, and
/// what they say of their load.
final class Lessons {
    private static final HeaderName REPORT = HeaderName.of("endpoint-load-metrics");
    private static final HeaderName BINARY_REPORT = HeaderName.of("endpoint-load-metrics-bin");

    private Lessons() {}

    /// The head of an answer has come at `now` for a try that began at `began`.
    static void answered(Learning wanted, Host host, HeaderLines lines, long began, long now) {
        if (wanted.latency().isPresent()) {
            host.state().took(now - began, now, wanted.latency().get());
        }
        if (wanted.reports().isPresent()) {
            report(host, lines, wanted.reports().get(), now);
        }
    }

    /// What follows an answer's body has come.
    static void ended(Learning wanted, Host host, HeaderLines trailers, long now) {
        if (wanted.reports().isPresent()) {
            report(host, trailers, wanted.reports().get(), now);
        }
    }

    /// No answer came in time to a try that began at `began`: it would have taken longer than this.
    static void timedOut(Learning wanted, Host host, long began, long now) {
        if (wanted.latency().isPresent()) {
            host.state().took(now - began, now, wanted.latency().get());
        }
    }

    private static void report(Host host, HeaderLines lines, WeightRules rules, long now) {
        var found = find(lines);
        if (found.isPresent()) {
            host.state().report(found.get(), rules, now);
        }
    }

    /// The binary form comes first where there are both, as in Envoy.
    private static Optional<LoadReport> find(HeaderLines lines) {
        var bytes = lines.bytes();
        int text = -1;
        for (int i = 0; i < lines.count(); i++) {
            long name = lines.name(i);
            if (BINARY_REPORT.matches(bytes, Span.start(name), Span.end(name))) {
                long value = lines.value(i);
                return LoadReportReader.binaryHeader(bytes, Span.start(value), Span.end(value));
            }
            if (text < 0 && REPORT.matches(bytes, Span.start(name), Span.end(name))) {
                text = i;
            }
        }
        if (text < 0) {
            return Optional.empty();
        }
        long value = lines.value(text);
        return LoadReportReader.header(bytes, Span.start(value), Span.end(value));
    }
}
