package io.heddle.proxy.grpc;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.WrittenHead;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Writes the head of a call (gRPC over HTTP/2, "Requests").
final class RequestHeads {
    private static final long MOST = 99_999_999; // eight digits

    private RequestHeads() {}

    /// The head of `request`; `secure` tells that the connection has TLS.
    static HttpRequestHead write(GrpcRequest request, boolean secure) {
        var head = new HttpRequestHead();
        var lines = head.lines();
        head.version(HttpVersion.HTTP_2);
        head.method(WrittenHead.text(lines, "POST"));
        head.scheme(WrittenHead.text(lines, secure ? "https" : "http"));
        head.authority(WrittenHead.text(lines, request.service().authority()));
        head.path(WrittenHead.text(lines, request.path()));
        WrittenHead.line(lines, "te", "trailers");
        WrittenHead.line(lines, "content-type", "application/grpc");
        WrittenHead.line(lines, "grpc-accept-encoding", "identity");
        if (!request.timeout().isZero()) {
            WrittenHead.line(lines, "grpc-timeout", timeout(request.timeout()));
        }
        request.service().metadata().forEach(entry -> WrittenHead.line(lines, entry.key(), entry.value()));
        request.metadata().forEach(entry -> WrittenHead.line(lines, entry.key(), entry.value()));
        return head;
    }

    /// The duration in the smallest unit in which it has at most eight digits, rounded up.
    static String timeout(Duration duration) {
        long nanos;
        try {
            nanos = Math.max(1, duration.toNanos());
        } catch (ArithmeticException _) {
            return MOST + "H"; // longer than 292 years
        }
        if (nanos <= MOST) {
            return nanos + "n";
        }
        long micros = up(nanos, TimeUnit.MICROSECONDS.toNanos(1));
        if (micros <= MOST) {
            return micros + "u";
        }
        long millis = up(nanos, TimeUnit.MILLISECONDS.toNanos(1));
        if (millis <= MOST) {
            return millis + "m";
        }
        long seconds = up(nanos, TimeUnit.SECONDS.toNanos(1));
        return seconds <= MOST ? seconds + "S" : up(seconds, 60) + "M";
    }

    private static long up(long value, long unit) {
        return value / unit + (value % unit == 0 ? 0 : 1);
    }
}
