package io.heddle.traffic.explain;

import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.RouteLimits;
import io.heddle.traffic.resilience.Thresholds;
import io.heddle.traffic.resilience.retry.RetryHeaders;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.RouteAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.stream.Collectors;

/// Tells how long a request may take, when it would be tried again, and how much of its cluster it may use.
final class RetryWords {
    private RetryWords() {}

    /// Tells it of a request that `forward` sends to a cluster of these limits, if it is known.
    static void tell(
            RouteAction.Forward forward, Heads.Received.Taken taken, Optional<BreakerLimits> limits, Trace trace) {
        if (!trace.on()) {
            return;
        }
        timeouts(forward.timeouts(), taken, trace);
        var policy = RetryHeaders.over(forward.retry(), taken.head(), taken.internal());
        trace.decided("retry", "policy", words(policy));
        forward.options().limits().ifPresent(own -> tell(own, trace));
        limits.ifPresent(known -> {
            var priority = forward.options().priority();
            var here = known.of(priority);
            trace.decided(
                    "circuit breaker",
                    priority.name(),
                    "lets through " + here.requests() + " requests, " + here.pending() + " waiting, "
                            + here.connections() + " connections, " + retries(here));
        });
    }

    private static String retries(Thresholds limits) {
        return limits.budget()
                .map(budget ->
                        budget.percent() + " % of the requests under way as retries, at least " + budget.minimum())
                .orElse(limits.retries() + " retries");
    }

    /// Tells what the route has a limit of: the cluster's hold beside it.
    private static void tell(RouteLimits limits, Trace trace) {
        var parts = new ArrayList<String>();
        var here = limits.thresholds();
        if (here.requests() < Integer.MAX_VALUE) {
            parts.add(here.requests() + " requests");
        }
        if (here.pending() < Integer.MAX_VALUE) {
            parts.add(here.pending() + " waiting");
        }
        if (here.budget().isPresent() || here.retries() < Integer.MAX_VALUE) {
            parts.add(retries(here));
        }
        var route = limits.names().route();
        trace.decided(
                "circuit breaker",
                route.isEmpty() ? "of the route" : "of route " + route,
                "lets through " + String.join(", ", parts));
    }

    private static final String NOTHING = "names nothing: only what was certainly not processed is tried once more";

    private static String words(RetryPolicy policy) {
        if (policy.retries() == 0) {
            return "nothing is tried again: num_retries is 0";
        }
        if (policy.conditions().isEmpty()) {
            return NOTHING;
        }
        var named = policy.conditions().stream().map(Condition::text).collect(Collectors.joining(", "));
        var backoff = policy.backoff();
        var pause = backoff.base().isZero()
                ? "at once"
                : "after a pause of up to " + millis(backoff.base()) + ", later up to " + millis(backoff.longest());
        return "tries again at most " + policy.retries() + " times, " + pause + ", on " + named
                + (policy.hedges() ? "; a try that takes too long goes on beside the next one" : "");
    }

    private static void timeouts(Timeouts timeouts, Heads.Received.Taken taken, Trace trace) {
        boolean asks = taken.internal();
        RequestHead head = taken.head();
        var request = (asks ? RetryHeaders.timeout(head) : Optional.<Duration>empty()).orElse(timeouts.request());
        var perTry = (asks ? RetryHeaders.perTry(head) : Optional.<Duration>empty()).orElse(timeouts.perTry());
        trace.decided("timeout", "request", request.isZero() ? "has no limit" : "is " + millis(request));
        boolean bounded = perTry.isZero() || (!request.isZero() && perTry.compareTo(request) >= 0);
        if (!bounded) {
            trace.decided("timeout", "try", "is " + millis(perTry));
        }
        if (!timeouts.perTryIdle().isZero()) {
            trace.decided("timeout", "try without a byte", "is " + millis(timeouts.perTryIdle()));
        }
        timeouts.idle()
                .ifPresent(idle ->
                        trace.decided("timeout", "idle", idle.isZero() ? "has no limit" : "is " + millis(idle)));
        timeouts.grpc()
                .ifPresent(grpc -> trace.decided(
                        "timeout",
                        "grpc-timeout",
                        grpc.longest().isZero() ? "is heeded" : "is heeded up to " + millis(grpc.longest())));
    }

    private static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
