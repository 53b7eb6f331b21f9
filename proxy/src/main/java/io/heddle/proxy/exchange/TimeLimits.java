package io.heddle.proxy.exchange;

import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.resilience.Timeouts;

/// When a forwarded request has taken too long, by its route's [Timeouts] and its timeline. Part of its [Tries].
final class TimeLimits {
    /// What has passed.
    enum Passed {
        NONE,
        /// The time of one try, with time left for another.
        TRY,
        /// The time of the request.
        REQUEST,
        /// The time without a byte.
        IDLE
    }

    private static final Timeouts UNLIMITED =
            new Timeouts(java.time.Duration.ZERO, java.time.Duration.ZERO, java.time.Duration.ZERO);

    private final RequestTimeline timeline;
    private Timeouts timeouts = UNLIMITED;
    private long lastByte;

    TimeLimits(RequestTimeline timeline) {
        this.timeline = timeline;
    }

    /// A request begins, without limits so far.
    void start(long now) {
        timeouts = UNLIMITED;
        lastByte = now;
    }

    /// It is forwarded under these.
    void limit(Timeouts ofRoute) {
        timeouts = ofRoute;
    }

    /// A byte moved.
    void moved(long now) {
        lastByte = now;
    }

    /// What is left of the request's time; `Long.MAX_VALUE` without limit.
    long remaining(long now) {
        long request = timeouts.request().toNanos();
        boolean limited = request > 0 && timeline.requestComplete > 0;
        return limited ? timeline.requestComplete + request - now : Long.MAX_VALUE;
    }

    /// When the next limit is due; `Long.MAX_VALUE` for never.
    ///
    /// @param trying whether a try has a stream and waits for the answer's head
    long next(boolean trying) {
        long at = Long.MAX_VALUE;
        if (timeline.requestComplete > 0 && !timeouts.request().isZero()) {
            at = timeline.requestComplete + timeouts.request().toNanos();
        }
        if (trying && !timeouts.perTry().isZero()) {
            at = Math.min(at, timeline.upstreamReady + timeouts.perTry().toNanos());
        }
        if (!timeouts.idle().isZero()) {
            long moved = Math.max(lastByte, timeline.responseHeadReceived);
            at = Math.min(at, moved + timeouts.idle().toNanos());
        }
        return at;
    }

    /// What has passed by `now`.
    Passed passed(long now, boolean trying) {
        if (now < next(trying)) {
            return Passed.NONE;
        }
        if (remaining(now) <= 0) {
            return Passed.REQUEST;
        }
        long perTry = timeouts.perTry().toNanos();
        return perTry > 0 && trying && now >= timeline.upstreamReady + perTry ? Passed.TRY : Passed.IDLE;
    }
}
