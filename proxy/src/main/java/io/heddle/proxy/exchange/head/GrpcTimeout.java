package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import java.time.Duration;

/// Reads `grpc-timeout`: how long a client of gRPC waits (gRPC over HTTP/2: one to eight digits and a unit).
public final class GrpcTimeout {
    private static final HeaderName NAME = HeaderName.of("grpc-timeout");
    private static final int MOST_DIGITS = 8;
    /// Eight digits of hours are longer than a `long` has nanoseconds; nobody waits for a year.
    private static final Duration LONGEST = Duration.ofDays(365);

    private GrpcTimeout() {}

    /// The time a request says, at most a year and at most `longest` unless that is zero; zero when it says none.
    public static Duration of(HttpRequestHead request, Duration longest) {
        var bytes = request.bytes();
        for (int i = 0; i < request.headerCount(); i++) {
            long name = request.headerName(i);
            if (NAME.matches(bytes, Span.start(name), Span.end(name))) {
                var said = read(bytes, request.headerValue(i));
                said = said.compareTo(LONGEST) < 0 ? said : LONGEST;
                return longest.isZero() || said.compareTo(longest) < 0 ? said : longest;
            }
        }
        return Duration.ZERO;
    }

    private static Duration read(byte[] bytes, long value) {
        int start = Span.start(value);
        int last = Span.end(value) - 1;
        if (last <= start || last - start > MOST_DIGITS) {
            return Duration.ZERO;
        }
        long number = 0;
        for (int i = start; i < last; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return Duration.ZERO;
            }
            number = number * 10 + digit;
        }
        return switch (bytes[last]) {
            case 'H' -> Duration.ofHours(number);
            case 'M' -> Duration.ofMinutes(number);
            case 'S' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMillis(number);
            case 'u' -> Duration.ofNanos(number * 1_000);
            case 'n' -> Duration.ofNanos(number);
            default -> Duration.ZERO;
        };
    }
}
