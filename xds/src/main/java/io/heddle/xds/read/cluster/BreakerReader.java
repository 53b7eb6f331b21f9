package io.heddle.xds.read.cluster;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.RetryBudget;
import io.heddle.traffic.resilience.Thresholds;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import java.util.List;
import java.util.Optional;

/// Reads how much a cluster may have under way, and those thresholds that a route can have, too.
public final class BreakerReader {
    private static final Fields<CircuitBreakers> CIRCUIT_BREAKERS = Fields.ignoringOthers(CircuitBreakers.class)
            .reads("thresholds")
            .limits("per_host_thresholds", "`max_connections` alone, over all priorities together");
    private static final Fields<CircuitBreakers.Thresholds> THRESHOLDS = Fields.ignoringOthers(
                    CircuitBreakers.Thresholds.class)
            .reads("priority", "max_connections", "max_pending_requests", "max_requests", "max_retries")
            .reads("retry_budget", "track_remaining");
    private static final Fields<CircuitBreakers.Thresholds.RetryBudget> BUDGET = Fields.ignoringOthers(
                    CircuitBreakers.Thresholds.RetryBudget.class)
            .reads("budget_percent", "min_retry_concurrency");

    /// What of circuit breakers is read.
    static final List<Fields<?>> FIELDS = List.of(CIRCUIT_BREAKERS, THRESHOLDS, BUDGET);

    private static final double ALL = 100;

    private BreakerReader() {}

    static BreakerLimits read(CircuitBreakers message, Scope scope) {
        scope.check(message, CIRCUIT_BREAKERS);
        for (int i = 0; i < message.getThresholdsCount(); i++) {
            scope.at("thresholds", i).check(message.getThresholds(i), THRESHOLDS);
        }
        return new BreakerLimits(
                thresholds(message, RoutingPriority.DEFAULT, scope),
                thresholds(message, RoutingPriority.HIGH, scope),
                perHost(message, scope));
    }

    /// Of several for one priority the first counts, as in Envoy.
    private static Thresholds thresholds(CircuitBreakers message, RoutingPriority priority, Scope scope) {
        for (int i = 0; i < message.getThresholdsCount(); i++) {
            if (message.getThresholds(i).getPriority() == priority) {
                return thresholds(message.getThresholds(i), Thresholds.DEFAULT, scope.at("thresholds", i));
            }
        }
        return Thresholds.DEFAULT;
    }

    /// What `message` says, and `standard` where it says nothing.
    public static Thresholds thresholds(CircuitBreakers.Thresholds message, Thresholds standard, Scope scope) {
        return new Thresholds(
                message.hasMaxConnections() ? count(message.getMaxConnections()) : standard.connections(),
                message.hasMaxPendingRequests() ? count(message.getMaxPendingRequests()) : standard.pending(),
                message.hasMaxRequests() ? count(message.getMaxRequests()) : standard.requests(),
                message.hasMaxRetries() ? count(message.getMaxRetries()) : standard.retries(),
                message.hasRetryBudget()
                        ? Optional.of(budget(message.getRetryBudget(), scope.at("retry_budget")))
                        : Optional.empty(),
                message.getTrackRemaining());
    }

    private static RetryBudget budget(CircuitBreakers.Thresholds.RetryBudget message, Scope scope) {
        scope.check(message, BUDGET);
        double percent =
                message.hasBudgetPercent() ? message.getBudgetPercent().getValue() : RetryBudget.DEFAULT.percent();
        if (!(percent >= 0 && percent <= ALL)) {
            scope.at("budget_percent").error("is no percentage: " + percent, "write 0 to 100");
        }
        int minimum = message.hasMinRetryConcurrency()
                ? count(message.getMinRetryConcurrency())
                : RetryBudget.DEFAULT.minimum();
        return new RetryBudget(percent, minimum);
    }

    private static int perHost(CircuitBreakers message, Scope scope) {
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < message.getPerHostThresholdsCount(); i++) {
            var found = message.getPerHostThresholds(i);
            var here = scope.at("per_host_thresholds", i);
            here.check(found, THRESHOLDS);
            var others = found.toBuilder()
                    .clearPriority()
                    .clearMaxConnections()
                    .clearTrackRemaining()
                    .build();
            if (!others.equals(CircuitBreakers.Thresholds.getDefaultInstance())) {
                here.error("only max_connections holds for each host", "remove the rest");
            }
            if (found.hasMaxConnections()) {
                least = Math.min(least, count(found.getMaxConnections()));
            }
        }
        return least;
    }

    private static int count(UInt32Value message) {
        int unsigned = message.getValue();
        return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
    }
}
