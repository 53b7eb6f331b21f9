package io.heddle.proxy.exchange;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.resilience.ConnectionCounts;
import io.heddle.traffic.resilience.retry.RetryCounts;
import io.heddle.traffic.resilience.retry.RetryDecider;
import io.heddle.traffic.resilience.retry.RetryHeaders;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import org.jspecify.annotations.Nullable;

/// How often one request was tried again, and whether it may be once more: by its policy, and by what its breakers
/// allow of retries. Part of its [Tries], reused with them.
final class Retries {
    /// Not once more.
    static final long NO = -1;

    private final Worker worker;
    private final RequestTimeline timeline;
    private final RequestBreakers breakers;
    private RetryPolicy policy = RetryPolicy.NONE;
    private @Nullable ClusterLoad load;
    private ResponseFlag refused = ResponseFlag.NONE;
    private int counted;
    private int done;

    Retries(Worker worker, RequestTimeline timeline, RequestBreakers breakers) {
        this.worker = worker;
        this.timeline = timeline;
        this.breakers = breakers;
    }

    /// A request begins, perhaps anew at another place.
    void clear() {
        release();
        policy = RetryPolicy.NONE;
        load = null;
        done = 0;
        refused = ResponseFlag.NONE;
    }

    /// It goes to a cluster of this load; `asks` tells whether `head` may say itself what it is tried again for.
    void start(RetryPolicy ofRoute, RequestHead head, boolean asks, ClusterLoad ofCluster) {
        policy = asks || !ofRoute.requests().isEmpty() ? RetryHeaders.over(ofRoute, head, asks) : ofRoute;
        load = ofCluster;
    }

    RetryPolicy policy() {
        return policy;
    }

    /// Whether an answer is worth another try, by what the policy names.
    boolean names(int status, int grpc, HeaderFields lines) {
        return policy.mayRetry(status, grpc)
                && RetryDecider.isNamed(policy, new RetryDecider.Outcome.Status(status, grpc, lines, 0));
    }

    /// The pause before the next try, or [#NO].
    long pause(RetryDecider.Outcome outcome, boolean replayable, boolean idempotent, long left) {
        var attempt = new RetryDecider.Attempt(done, outcome, replayable, idempotent, left);
        return switch (RetryDecider.decide(policy, attempt, worker.chance())) {
            case RetryDecider.Decision.Stop(boolean limitReached) -> {
                if (limitReached) {
                    refused = ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED;
                    count(RetryCounts.Figure.LIMIT_EXCEEDED);
                }
                yield NO;
            }
            case RetryDecider.Decision.Retry(var after, boolean asked) -> {
                if (!mayBegin(outcome instanceof RetryDecider.Outcome.Hedge)) {
                    refused = ResponseFlag.UPSTREAM_OVERFLOW;
                    count(RetryCounts.Figure.OVERFLOW);
                    yield NO;
                }
                done++;
                count(RetryCounts.Figure.RETRY);
                if (!after.isZero()) {
                    count(asked ? RetryCounts.Figure.RATE_LIMITED : RetryCounts.Figure.EXPONENTIAL);
                }
                yield after.toNanos();
            }
        };
    }

    /// Each retry is asked for anew: what was allowed before may be too much now. Those that go on beside it count on,
    /// and it is one more request then.
    private boolean mayBegin(boolean beside) {
        if (!beside) {
            release();
        }
        if (beside && !breakers.tryBeside()) {
            return false;
        }
        boolean may = breakers.tryRetry();
        counted += may ? 1 : 0;
        if (beside && !may) {
            breakers.endBeside();
        }
        return may;
    }

    /// An answer has come that goes to the client. It is `bad` when it was worth another try that there is not: the
    /// timeline gets the reason.
    void settled(boolean bad) {
        if (bad && refused != ResponseFlag.NONE) {
            timeline.flag = refused;
        } else if (!bad && done > 0) {
            count(RetryCounts.Figure.SUCCESS);
        }
    }

    /// A limit of time has passed.
    void expired(TimeLimits.Passed passed) {
        switch (passed) {
            case TRY -> count(RetryCounts.Figure.PER_TRY_TIMEOUT);
            case TRY_IDLE -> count(RetryCounts.Figure.PER_TRY_IDLE_TIMEOUT);
            case REQUEST -> count(RetryCounts.Figure.TIMEOUT);
            case HOST -> {
                if (load != null) {
                    load.connections().count(ConnectionCounts.Figure.REQUEST_DURATION);
                }
            }
            case NONE, SENDING, DURATION, IDLE -> {}
        }
    }

    private void count(RetryCounts.Figure figure) {
        if (load != null) {
            load.retries().count(figure);
            timeline.note(figure);
        }
    }

    private void release() {
        for (; counted > 0; counted--) {
            breakers.endRetry();
        }
    }
}
