package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.resilience.Timeouts;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.NetworkFilter.HttpLimits;
import java.time.Duration;
import java.util.Optional;

/// When a request has taken too long, by its listener's limits, its route's [Timeouts] and its timeline. Part of its
/// [Tries].
final class TimeLimits {
    /// What has passed.
    enum Passed {
        NONE,
        /// The time of one try, with time left for another.
        TRY,
        /// The time of the request.
        REQUEST,
        /// The time to send the request.
        SENDING,
        /// The time of request and response.
        DURATION,
        /// The time without a byte.
        IDLE
    }

    private static final Timeouts UNLIMITED =
            new Timeouts(Duration.ZERO, Duration.ZERO, Optional.empty(), Optional.empty());

    private final RequestTimeline timeline;
    private Timeouts timeouts = UNLIMITED;
    private HttpLimits ofListener = HttpLimits.DEFAULT;
    private Duration longest = HttpLimits.DEFAULT.stream();
    private long ofRequest = Long.MAX_VALUE;
    private long lastByte;

    TimeLimits(RequestTimeline timeline) {
        this.timeline = timeline;
    }

    /// A request begins, under a listener's limits so far.
    void start(long now, HttpLimits limits) {
        ofListener = limits;
        longest = limits.stream();
        timeouts = UNLIMITED;
        ofRequest = Long.MAX_VALUE;
        lastByte = now;
    }

    /// It is forwarded under these, and under what `head` itself says if the route heeds that.
    void limit(RouteAction.Forward route, HttpRequestHead head) {
        timeouts = route.timeouts();
        longest = route.options().longest().orElse(longest);
        var said = timeouts.grpc().map(longest -> GrpcTimeout.of(head, longest)).orElse(Duration.ZERO);
        ofRequest = said.isZero() ? Long.MAX_VALUE : timeline.headReceived + said.toNanos();
    }

    /// Bytes go both ways from now on: all that counts is that they go.
    void tunnel() {
        timeouts = new Timeouts(Duration.ZERO, Duration.ZERO, idle());
        ofListener = HttpLimits.DEFAULT;
        longest = HttpLimits.DEFAULT.stream();
        ofRequest = Long.MAX_VALUE;
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
        if (!idle().isZero()) {
            long moved = Math.max(lastByte, timeline.responseHeadReceived);
            at = Math.min(at, moved + idle().toNanos());
        }
        return Math.min(at, Math.min(sending(), duration()));
    }

    /// How long nothing may move; zero for no limit.
    private Duration idle() {
        var ofRoute = timeouts.idle();
        return ofRoute.isPresent() ? ofRoute.get() : ofListener.streamIdle();
    }

    private long sending() {
        boolean limited = timeline.requestComplete == 0 && !ofListener.request().isZero();
        return limited ? timeline.headReceived + ofListener.request().toNanos() : Long.MAX_VALUE;
    }

    private long duration() {
        return Math.min(ofRequest, longest.isZero() ? Long.MAX_VALUE : timeline.headReceived + longest.toNanos());
    }

    /// What has passed by `now`.
    Passed passed(long now, boolean trying) {
        if (now < next(trying)) {
            return Passed.NONE;
        }
        if (remaining(now) <= 0) {
            return Passed.REQUEST;
        }
        if (now >= sending()) {
            return Passed.SENDING;
        }
        if (now >= duration()) {
            return Passed.DURATION;
        }
        long perTry = timeouts.perTry().toNanos();
        return perTry > 0 && trying && now >= timeline.upstreamReady + perTry ? Passed.TRY : Passed.IDLE;
    }
}
