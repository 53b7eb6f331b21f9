package io.heddle.traffic.resilience.retry;

import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import java.time.Duration;
import java.util.List;

/// How long to wait before a request is tried again, as Envoy's `RetryPolicy.RetryBackOff` and
/// `RateLimitedRetryBackOff`.
///
/// @param base the first pause's upper bound; zero tries at once
/// @param longest the longest pause
/// @param told headers in which an answer tells how long to wait; the first that can be read and is not longer than
///     `longestTold` counts, and none leaves the pause to `base`
/// @param longestTold the longest pause that is waited because an answer tells so
public record Backoff(Duration base, Duration longest, List<Told> told, Duration longestTold) {
    private static final int MOST_DIGITS = 15;
    private static final long UNTOLD = -1;

    public Backoff {
        told = List.copyOf(told);
    }

    /// One that heeds no headers.
    public Backoff(Duration base, Duration longest) {
        this(base, longest, List.of(), Duration.ZERO);
    }

    /// A header that tells how long to wait.
    ///
    /// @param name for example `retry-after`
    /// @param timestamp whether it says when, in seconds since the epoch (`UNIX_TIMESTAMP`); else for how long, in
    ///     seconds (`SECONDS`)
    public record Told(HeaderName name, boolean timestamp) {}

    /// The pause before the retry after `retries` others: by chance, evenly between zero and `base` times 2^n - 1,
    /// where the first retry has n = 1; at most the longest.
    Duration pause(int retries, long chance) {
        long first = base.toNanos();
        if (first == 0) {
            return Duration.ZERO;
        }
        long ceiling = first * ((1L << Math.min(retries + 1, 20)) - 1);
        long most = longest.isZero() ? ceiling : longest.toNanos();
        return Duration.ofNanos(Math.unsignedMultiplyHigh(chance, Math.min(ceiling, most)));
    }

    /// The pause that an answer asks for, and by chance up to half of it more, so that not all come back at once;
    /// negative when it asks for none. `nowMillis` is the time since the epoch.
    Duration asked(HeaderFields answer, long nowMillis, long chance) {
        for (int i = 0; i < told.size(); i++) {
            long millis = millis(told.get(i), answer, nowMillis);
            if (millis > 1 && millis <= longestTold.toMillis()) {
                long nanos = millis * 1_000_000;
                return Duration.ofNanos(nanos + Math.unsignedMultiplyHigh(chance, nanos / 2));
            }
        }
        return Duration.ofNanos(UNTOLD);
    }

    private static long millis(Told header, HeaderFields answer, long nowMillis) {
        long span = answer.header(header.name());
        if (!Span.isPresent(span)) {
            return UNTOLD;
        }
        long seconds = number(answer.bytes(), span);
        if (seconds < 0) {
            return UNTOLD;
        }
        return header.timestamp() ? seconds * 1000 - nowMillis : seconds * 1000;
    }

    private static long number(byte[] bytes, long span) {
        if (Span.length(span) == 0 || Span.length(span) > MOST_DIGITS) {
            return UNTOLD;
        }
        long value = 0;
        for (int i = Span.start(span); i < Span.end(span); i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return UNTOLD;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
