package io.heddle.xds.read;

import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import io.heddle.traffic.resilience.RetryPolicy;
import io.heddle.traffic.resilience.RetryPolicy.Condition;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/// Reads when a request is tried again.
final class RetryReader {
    private static final Fields<io.envoyproxy.envoy.config.route.v3.RetryPolicy> RETRY = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.route.v3.RetryPolicy.class)
            .limits("retry_on", "conditions that are not known are left out, with a warning")
            .reads("num_retries", "per_try_timeout", "retriable_status_codes", "retry_back_off")
            .limits("retry_host_predicate", "`previous_hosts`")
            .accepts("host_selection_retry_max_attempts", "every host that is left is looked at");
    private static final Fields<RetryBackOff> BACK_OFF =
            Fields.ignoringOthers(RetryBackOff.class).reads("base_interval", "max_interval");

    private static final Fields<RetryHostPredicate> HOST_PREDICATE =
            Fields.refusingOthers(RetryHostPredicate.class).reads("name", "typed_config");

    /// What of retry policies is read.
    static final List<Fields<?>> FIELDS = List.of(RETRY, BACK_OFF, HOST_PREDICATE);

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

    /// When a request is tried again, and for how long each try may take.
    ///
    /// @param perTry zero for no limit
    record Retry(RetryPolicy policy, Duration perTry) {
        static final Retry NONE = new Retry(RetryPolicy.NONE, Duration.ZERO);
    }

    static Retry read(io.envoyproxy.envoy.config.route.v3.RetryPolicy message, Scope scope) {
        scope.check(message, RETRY);
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
        here.check(backOff, BACK_OFF);
        var base = backOff.hasBaseInterval()
                ? Values.duration(backOff.getBaseInterval(), BASE, here.at("base_interval"))
                : BASE;
        var max = backOff.hasMaxInterval()
                ? Values.duration(backOff.getMaxInterval(), base, here.at("max_interval"))
                : base.multipliedBy(MAX_FACTOR);
        var perTry = Values.duration(message.getPerTryTimeout(), Duration.ZERO, scope.at("per_try_timeout"));
        var policy = new RetryPolicy(
                conditions,
                message.getRetriableStatusCodesList(),
                message.hasNumRetries() ? message.getNumRetries().getValue() : 1,
                base,
                max,
                avoidsTried(message, scope));
        return new Retry(policy, perTry);
    }

    private static boolean avoidsTried(io.envoyproxy.envoy.config.route.v3.RetryPolicy message, Scope scope) {
        boolean avoids = false;
        for (int i = 0; i < message.getRetryHostPredicateCount(); i++) {
            var predicate = message.getRetryHostPredicate(i);
            scope.at("retry_host_predicate", i).check(predicate, HOST_PREDICATE);
            if (Scope.type(predicate.getTypedConfig()).equals(PREVIOUS_HOSTS)) {
                avoids = true;
            } else {
                scope.at("retry_host_predicate", i).warning(Scope.NOT_SUPPORTED, "use previous_hosts");
            }
        }
        return avoids;
    }
}
