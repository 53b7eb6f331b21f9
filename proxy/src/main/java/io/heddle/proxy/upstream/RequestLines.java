package io.heddle.proxy.upstream;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.HealthCheck;
import java.util.List;

/// Writes the head of a request that health checks make.
final class RequestLines {
    private static final String AGENT = "user-agent";
    private static final String OURS = "Heddle/HC";

    private RequestLines() {}

    /// A head without a target and lines; `secure` tells that the connection has TLS.
    static HttpRequestHead head(HttpVersion version, String method, boolean secure) {
        var head = new HttpRequestHead();
        head.version(version);
        head.method(text(head.lines(), method));
        head.scheme(text(head.lines(), secure ? "https" : "http"));
        return head;
    }

    static void target(HttpRequestHead head, String authority, String path) {
        head.authority(text(head.lines(), authority));
        head.path(text(head.lines(), path));
    }

    /// These lines, and who asks unless they say so.
    static void lines(HttpRequestHead head, List<HealthCheck.Header> headers) {
        if (headers.stream().noneMatch(header -> header.name().equals(AGENT))) {
            line(head.lines(), AGENT, OURS);
        }
        headers.forEach(header -> line(head.lines(), header.name(), header.value()));
    }

    private static long text(HeaderLines lines, String text) {
        int from = lines.length();
        lines.appendSafe(text);
        return Span.of(from, lines.length());
    }

    static void line(HeaderLines lines, String name, String value) {
        int nameFrom = lines.length();
        lines.appendSafe(name);
        int nameTo = lines.length();
        lines.append(": ");
        int valueFrom = lines.length();
        lines.appendSafe(value);
        int valueTo = lines.length();
        lines.append("\r\n");
        lines.end(lines.length());
        lines.add(nameFrom, nameTo, valueFrom, valueTo);
    }
}
