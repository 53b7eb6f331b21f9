package io.heddle.proxy.upstream.pool;

import java.time.Duration;

/// What a host may say before its answer (RFC 9110, section 15.2): a burst of interim answers, and then as
/// many as one who reports progress sends. A host that says more would keep proxy and client at work for
/// nothing.
final class InterimAnswers {
    /// How many may come at once.
    static final int AT_ONCE = 32;
    /// How long until another one may come.
    static final Duration PAUSE = Duration.ofSeconds(1);

    private static final long PAUSE_NANOS = PAUSE.toNanos();

    private int left;
    private long filledAt;

    /// A request is sent at `now`.
    void start(long now) {
        left = AT_ONCE;
        filledAt = now;
    }

    /// Whether another one may come at `now`.
    boolean mayCome(long now) {
        long more = (now - filledAt) / PAUSE_NANOS;
        left = (int) Math.min(AT_ONCE, left + more);
        filledAt += more * PAUSE_NANOS;
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }

    /// Whether a client gets one with this status: `100 Continue`, `102 Processing`, `103 Early Hints`,
    /// `104 Upload Resumption Supported`. What others mean nobody knows; the answer that follows stands
    /// without them.
    static boolean isPassedOn(int status) {
        return status == 100 || (status >= 102 && status <= 104);
    }
}
