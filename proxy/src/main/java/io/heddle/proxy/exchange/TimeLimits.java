package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.GrpcAnswer;
import io.heddle.proxy.exchange.head.GrpcTimeout;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.resilience.retry.RetryHeaders;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.NetworkFilter.HttpLimits;
import io.heddle.traffic.runtime.ResponseLimits;
import java.time.Duration;

/// When a request has taken too long, by its listener's limits, its route's [Timeouts], what it says itself, and its
/// timeline. Part of its [Tries]. All times are nanoseconds, and zero is without limit.
final class TimeLimits {
    /// What has passed.
    enum Passed {
        NONE,
        /// The time of one try, with time left for another.
        TRY,
        /// The time of one try without a byte of its answer.
        TRY_IDLE,
        /// The time of a request at a host.
        HOST,
        /// The time of the request.
        REQUEST,
        /// The time to send the request.
        SENDING,
        /// The time of request and response.
        DURATION,
        /// The time without a byte.
        IDLE
    }

    private static final long NEVER = Long.MAX_VALUE;
    private static final long MILLISECOND = 1_000_000;

    private final RequestTimeline timeline;
    private HttpLimits ofListener = HttpLimits.DEFAULT;
    private long request;
    private long perTry;
    private long perTryIdle;
    private long idle;
    private long longest;
    private long ofRequest = NEVER;
    private long atHost;
    private long lastByte;

    TimeLimits(RequestTimeline timeline) {
        this.timeline = timeline;
    }

    /// A request begins, under a listener's limits so far.
    void start(long now, HttpLimits limits) {
        ofListener = limits;
        longest = limits.stream().toNanos();
        idle = limits.streamIdle().toNanos();
        request = 0;
        perTry = 0;
        perTryIdle = 0;
        ofRequest = NEVER;
        atHost = 0;
        lastByte = now;
    }

    /// It is forwarded under these, and under what `head`, as `edits` of its filters leave it, itself says if
    /// the route heeds that.
    void limit(RouteAction.Forward route, HttpRequestHead head, HeaderEdits edits) {
        var ofRoute = route.timeouts();
        request = ofRoute.request().toNanos();
        perTry = ofRoute.perTry().toNanos();
        perTryIdle = ofRoute.perTryIdle().toNanos();
        if (ofRoute.idle().isPresent()) {
            idle = ofRoute.idle().get().toNanos();
        }
        if (route.options().longest().isPresent()) {
            longest = route.options().longest().get().toNanos();
        }
        if (ofRoute.grpc().isPresent()) {
            limit(ofRoute.grpc().get(), head, edits);
        }
        boundTry();
    }

    private void limit(Timeouts.GrpcTimeouts grpc, HttpRequestHead head, HeaderEdits edits) {
        var said = GrpcTimeout.of(head, Duration.ZERO);
        if (grpc.ofAnswer()) {
            request = GrpcAnswer.isSent(head, edits) ? grpc.of(said).toNanos() : request;
        } else if (!said.isZero()) {
            ofRequest = timeline.headReceived + grpc.of(said).toNanos();
            longest = 0;
        }
    }

    /// It goes to hosts of a cluster with these limits.
    void toward(ResponseLimits ofCluster) {
        atHost = ofCluster.stream().toNanos();
    }

    /// What a trusted request says itself takes the place of what its route says.
    void ask(HttpRequestHead head) {
        var whole = RetryHeaders.timeout(head);
        var ofTry = RetryHeaders.perTry(head);
        request = whole.map(Duration::toNanos).orElse(request);
        perTry = ofTry.map(Duration::toNanos).orElse(perTry);
        boundTry();
    }

    /// A try that may take as long as the request needs no limit of its own.
    private void boundTry() {
        if (request > 0 && perTry >= request) {
            perTry = 0;
        }
    }

    /// How many milliseconds an answer is waited for from the try on that begins now, for the application to know: of
    /// this try, or of the whole request where tries go on beside each other. At least 1; zero for without limit.
    /// As in Envoy, the first try has all of it, however long its connection took.
    long expectedMillis(boolean hedges) {
        long expected = hedges || perTry == 0 ? request : perTry;
        if (expected == 0) {
            return 0;
        }
        boolean first = timeline.attempts <= 1 || timeline.requestComplete == 0;
        long gone = first ? 0 : (timeline.upstreamReady - timeline.requestComplete) / MILLISECOND;
        long left = request == 0 ? expected : Math.min(expected, request - gone * MILLISECOND);
        return Math.max(1, left / MILLISECOND);
    }

    /// Bytes go both ways from now on: what counts is that they go, and how long they may in all.
    void tunnel() {
        request = 0;
        perTry = 0;
        perTryIdle = 0;
        ofListener = HttpLimits.DEFAULT;
    }

    /// The host has answered in time: what is left is the client's.
    void answered() {
        request = 0;
        perTry = 0;
        perTryIdle = 0;
    }

    /// A byte moved.
    void moved(long now) {
        lastByte = now;
    }

    /// What is left of the request's time; `Long.MAX_VALUE` without limit.
    long remaining(long now) {
        boolean limited = request > 0 && timeline.requestComplete > 0;
        return limited ? timeline.requestComplete + request - now : NEVER;
    }

    /// When the next limit is due; `Long.MAX_VALUE` for never.
    ///
    /// @param trying whether a try has a stream and waits for the answer's head within the time of a try
    /// @param waiting whether a try has a stream and is to be given up when nothing comes of it
    /// @param connected whether a try has a stream
    long next(boolean trying, boolean waiting, boolean connected) {
        long at = NEVER;
        if (timeline.requestComplete > 0 && request > 0) {
            at = timeline.requestComplete + request;
        }
        if (trying) {
            at = Math.min(at, ofTry());
        }
        if (waiting) {
            at = Math.min(at, ofTryIdle());
        }
        if (connected) {
            at = Math.min(at, ofHost());
        }
        if (idle > 0) {
            at = Math.min(at, Math.max(lastByte, timeline.responseHeadReceived) + idle);
        }
        return Math.min(at, Math.min(sending(), duration()));
    }

    /// A try's time begins when there is a stream and all of the request has come, as in Envoy.
    private long ofTry() {
        return perTry > 0 && timeline.requestComplete > 0 ? tryBegan() + perTry : NEVER;
    }

    private long ofTryIdle() {
        return perTryIdle > 0 && timeline.requestComplete > 0
                ? Math.max(tryBegan(), Math.max(lastByte, timeline.responseHeadReceived)) + perTryIdle
                : NEVER;
    }

    private long ofHost() {
        return atHost > 0 ? timeline.upstreamReady + atHost : NEVER;
    }

    private long tryBegan() {
        return Math.max(timeline.upstreamReady, timeline.requestComplete);
    }

    private long sending() {
        boolean limited = timeline.requestComplete == 0 && !ofListener.request().isZero();
        return limited ? timeline.headReceived + ofListener.request().toNanos() : NEVER;
    }

    private long duration() {
        return Math.min(ofRequest, longest == 0 ? NEVER : timeline.headReceived + longest);
    }

    /// What has passed by `now`.
    Passed passed(long now, boolean trying, boolean waiting, boolean connected) {
        if (now < next(trying, waiting, connected)) {
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
        if (trying && now >= ofTry()) {
            return Passed.TRY;
        }
        if (connected && now >= ofHost()) {
            return Passed.HOST;
        }
        return waiting && now >= ofTryIdle() ? Passed.TRY_IDLE : Passed.IDLE;
    }
}
