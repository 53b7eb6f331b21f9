package io.heddle.traffic.resilience.retry;

import java.util.concurrent.atomic.AtomicLongArray;

/// What became of a cluster's tries and retries since the proxy began. Safe on any thread.
public final class RetryCounts {
    private final AtomicLongArray counts = new AtomicLongArray(Figure.values().length);

    /// What is counted, with Envoy's names of `cluster.<name>.…`.
    public enum Figure {
        RETRY(0, "upstream_rq_retry", "Requests tried again."),
        EXPONENTIAL(1, "upstream_rq_retry_backoff_exponential", "Retries after a pause of exponential backoff."),
        RATE_LIMITED(2, "upstream_rq_retry_backoff_ratelimited", "Retries after a pause that the answer asked for."),
        SUCCESS(3, "upstream_rq_retry_success", "Requests that succeeded after a retry."),
        LIMIT_EXCEEDED(4, "upstream_rq_retry_limit_exceeded", "Requests not tried again for as many tries as allowed."),
        OVERFLOW(5, "upstream_rq_retry_overflow", "Requests not tried again as the budget or breaker forbade it."),
        TIMEOUT(6, "upstream_rq_timeout", "Requests that took too long."),
        PER_TRY_TIMEOUT(7, "upstream_rq_per_try_timeout", "Tries that took too long."),
        PER_TRY_IDLE_TIMEOUT(8, "upstream_rq_per_try_idle_timeout", "Tries of which nothing came for too long.");

        private final int place;
        private final String stat;
        private final String help;

        Figure(int place, String stat, String help) {
            this.place = place;
            this.stat = stat;
            this.help = help;
        }

        /// Its place in a set of bits.
        public int bit() {
            return 1 << place;
        }

        /// Envoy's name.
        public String stat() {
            return stat;
        }

        /// What it means, for people.
        public String help() {
            return help;
        }
    }

    /// One more.
    public void count(Figure figure) {
        counts.incrementAndGet(figure.place);
    }

    /// How many so far.
    public long value(Figure figure) {
        return counts.get(figure.place);
    }
}
