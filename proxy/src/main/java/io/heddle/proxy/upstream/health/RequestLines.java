package io.heddle.proxy.upstream.health;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.WrittenHead;
import io.heddle.traffic.resilience.health.HealthCheck;
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
        head.method(WrittenHead.text(head.lines(), method));
        head.scheme(WrittenHead.text(head.lines(), secure ? "https" : "http"));
        return head;
    }

    static void target(HttpRequestHead head, String authority, String path) {
        head.authority(WrittenHead.text(head.lines(), authority));
        head.path(WrittenHead.text(head.lines(), path));
    }

    /// These lines, and who asks unless they say so.
    static void lines(HttpRequestHead head, List<HealthCheck.Header> headers) {
        if (headers.stream().noneMatch(header -> header.name().equals(AGENT))) {
            WrittenHead.line(head.lines(), AGENT, OURS);
        }
        headers.forEach(header -> WrittenHead.line(head.lines(), header.name(), header.value()));
    }
}
