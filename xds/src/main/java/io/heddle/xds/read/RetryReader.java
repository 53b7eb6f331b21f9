package io.heddle.xds.read;

import io.heddle.traffic.resilience.RetryPolicy;
import io.heddle.traffic.resilience.RetryPolicy.Condition;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;

/// Reads when a request is tried again.
final class RetryReader {
    private static final Duration BASE = Duration.ofMillis(25);
    private static final int MAX_FACTOR = 10;
    private static final String PREVIOUS_HOSTS = "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate";
    private static final Map<String, Condition> CONDITIONS = Map.of(
            "5xx", Condition.SERVER_ERROR,
            "gateway-error", Condition.GATEWAY_ERROR,
            "reset", Condition.RESET,
            "connect-failure", Condition.CONNECT_FAILURE,
            "refused-stream", Condition.REFUSED_STREAM,
            "retriable-4xx", Condition.RETRIABLE_4XX,
            "retriable-status-codes", Condition.RETRIABLE_STATUS_CODES,
            "reset-before-request", Condition.RESET_BEFORE_REQUEST,
            "unavailable", Condition.UNAVAILABLE,
            "cancelled", Condition.CANCELLED);

    private RetryReader() {}

    static RetryPolicy read(io.envoyproxy.envoy.config.route.v3.RetryPolicy message, Scope scope) {
        scope.knows(
                message,
                "retry_on",
                "num_retries",
                "per_try_timeout",
                "retriable_status_codes",
                "retry_back_off",
                "retry_host_predicate",
                "host_selection_retry_max_attempts");
        var conditions = EnumSet.noneOf(Condition.class);
        for (var name : message.getRetryOn().split(",", -1)) {
            var condition = CONDITIONS.get(name.strip());
            if (condition != null) {
                conditions.add(condition);
            } else if (!name.isBlank()) {
                scope.at("retry_on").warning("condition " + name.strip() + " is not supported", "remove it");
            }
        }
        var backOff = message.getRetryBackOff();
        var here = scope.at("retry_back_off");
        var base = backOff.hasBaseInterval()
                ? Values.duration(backOff.getBaseInterval(), BASE, here.at("base_interval"))
                : BASE;
        var max = backOff.hasMaxInterval()
                ? Values.duration(backOff.getMaxInterval(), base, here.at("max_interval"))
                : base.multipliedBy(MAX_FACTOR);
        return new RetryPolicy(
                conditions,
                message.getRetriableStatusCodesList(),
                message.hasNumRetries() ? message.getNumRetries().getValue() : 1,
                base,
                max,
                avoidsTried(message, scope));
    }

    private static boolean avoidsTried(io.envoyproxy.envoy.config.route.v3.RetryPolicy message, Scope scope) {
        boolean avoids = false;
        for (int i = 0; i < message.getRetryHostPredicateCount(); i++) {
            var predicate = message.getRetryHostPredicate(i);
            if (Scope.type(predicate.getTypedConfig()).equals(PREVIOUS_HOSTS)) {
                avoids = true;
            } else {
                scope.at("retry_host_predicate", i).warning(Scope.NOT_SUPPORTED, "use previous_hosts");
            }
        }
        return avoids;
    }
}
