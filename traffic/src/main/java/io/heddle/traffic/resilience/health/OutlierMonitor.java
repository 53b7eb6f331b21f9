package io.heddle.traffic.resilience.health;

import io.heddle.traffic.balance.host.HostState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What became of one host's requests and connections, for its cluster's [OutlierDetector]. Kept over configuration
/// updates. Safe on any thread; telling it allocates nothing, but for an ejection.
///
/// Times are nanoseconds of the monotonic clock.
public final class OutlierMonitor {
    private static final int UNANSWERED = 503;
    private static final int TIMED_OUT = 504;

    private final OutlierDetector detector;
    private final String host;
    private final HostState state;
    private final AtomicInteger serverErrors = new AtomicInteger();
    private final AtomicInteger gatewayFailures = new AtomicInteger();
    private final AtomicInteger localFailures = new AtomicInteger();
    private final Tally answers = new Tally();
    private final Tally tries = new Tally();
    private Optional<Long> ejectedAt = Optional.empty();
    private Optional<Long> readmittedAt = Optional.empty();

    OutlierMonitor(OutlierDetector detector, String host, HostState state) {
        this.detector = detector;
        this.host = host;
        this.state = state;
    }

    /// The host's key, `address:port`.
    public String host() {
        return host;
    }

    HostState state() {
        return state;
    }

    /// It answered with this HTTP status (for gRPC, what `grpc-status` means in HTTP) at `now`.
    public void answered(int status, long now) {
        boolean error = status >= 500;
        answers.count(!error);
        if (!error) {
            reset(serverErrors);
            reset(gatewayFailures);
            return;
        }
        if (state.isEjected(now)) {
            return;
        }
        var policy = detector.policy();
        if (status == 502 || status == UNANSWERED || status == TIMED_OUT) {
            row(gatewayFailures, policy.gatewayFailures(), EjectionType.CONSECUTIVE_GATEWAY_FAILURE, now);
        } else {
            reset(gatewayFailures);
        }
        row(serverErrors, policy.serverErrors(), EjectionType.CONSECUTIVE_5XX, now);
    }

    /// No connection could be made, or it ended before an answer, at `now`.
    public void failed(long now) {
        unanswered(UNANSWERED, now);
    }

    /// No answer came in time, at `now`.
    public void timedOut(long now) {
        unanswered(TIMED_OUT, now);
    }

    private void unanswered(int status, long now) {
        var policy = detector.policy();
        if (!policy.split()) {
            answered(status, now);
            return;
        }
        tries.count(false);
        if (!state.isEjected(now)) {
            row(localFailures, policy.localOrigin(), EjectionType.CONSECUTIVE_LOCAL_ORIGIN_FAILURE, now);
        }
    }

    /// A request has a stream, or a connection stands, at `now`. `whole` tells that nothing more will be said of it, as
    /// its bytes are not looked
    /// at: then it is a success of its own.
    public void connected(boolean whole, long now) {
        if (detector.policy().split()) {
            tries.count(true);
            reset(localFailures);
        } else if (whole) {
            answered(200, now);
        }
    }

    /// An active health check found it well, at `now`.
    public void checkedWell(long now) {
        if (detector.policy().healthCheckReadmits()) {
            detector.readmit(this, now);
        }
    }

    private void row(AtomicInteger failures, OutlierPolicy.Row row, EjectionType type, long now) {
        int inRow = failures.incrementAndGet();
        if (row.threshold() > 0 && inRow >= row.threshold()) { // more than that where the threshold was lowered
            failures.set(0);
            detector.found(this, type, OutlierEvent.Rates.NONE, now);
        }
    }

    private static void reset(AtomicInteger failures) {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /// It is ejected at `now`. This and what follows is called by one thread at a time.
    void ejected(long now) {
        ejectedAt = Optional.of(now);
    }

    /// Its ejection has ended at `now`.
    void readmitted(long now) {
        readmittedAt = Optional.of(now);
    }

    /// How long ago its last ejection began.
    Optional<Duration> sinceEjected(long now) {
        return ejectedAt.map(at -> Duration.ofNanos(now - at));
    }

    /// How long ago its last ejection ended.
    Optional<Duration> sinceReadmitted(long now) {
        return readmittedAt.map(at -> Duration.ofNanos(now - at));
    }

    /// It is in service again: rows begin anew.
    void beginAnew() {
        reset(serverErrors);
        reset(gatewayFailures);
        reset(localFailures);
    }

    /// What it answered.
    Tally answers() {
        return answers;
    }

    /// What came of its connections and tries, apart from answers.
    Tally tries() {
        return tries;
    }

    /// Successes and failures since somebody last looked: both in one number, so that they are read at one moment.
    static final class Tally {
        private static final long SUCCESS = (1L << 32) + 1;
        private final AtomicLong counted = new AtomicLong();

        void count(boolean success) {
            counted.getAndAdd(success ? SUCCESS : 1);
        }

        /// What was counted; from now on it is counted from zero.
        Counted take() {
            long taken = counted.getAndSet(0);
            return new Counted((int) taken, (int) (taken >>> 32));
        }
    }

    /// @param total how many there were
    /// @param successes how many of them succeeded
    record Counted(int total, int successes) {
        double percent() {
            return 100.0 * successes / total;
        }
    }
}
