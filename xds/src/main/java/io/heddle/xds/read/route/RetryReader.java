package io.heddle.xds.read.route;

import io.envoyproxy.envoy.config.route.v3.HedgePolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.ResetHeader;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.ResetHeaderFormat;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.heddle.traffic.resilience.retry.Backoff;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Reads when a request is tried again.
final class RetryReader {
    private static final Fields<io.envoyproxy.envoy.config.route.v3.RetryPolicy> RETRY = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.route.v3.RetryPolicy.class)
            .limits("retry_on", "conditions that are not known are left out, with a warning")
            .reads("num_retries", "per_try_timeout", "per_try_idle_timeout", "retriable_status_codes")
            .reads("retriable_headers", "retriable_request_headers")
            .reads("retry_back_off", "rate_limited_retry_back_off")
            .limits("retry_host_predicate", "`previous_hosts`, `omit_canary_hosts`, `omit_host_metadata`")
            .limits("retry_priority", "`previous_priorities`")
            .accepts("host_selection_retry_max_attempts", "every host that is left is looked at");
    private static final Fields<RetryBackOff> BACK_OFF =
            Fields.ignoringOthers(RetryBackOff.class).reads("base_interval", "max_interval");
    private static final Fields<RateLimitedRetryBackOff> TOLD =
            Fields.ignoringOthers(RateLimitedRetryBackOff.class).reads("reset_headers", "max_interval");
    private static final Fields<ResetHeader> RESET_HEADER =
            Fields.refusingOthers(ResetHeader.class).reads("name", "format");
    private static final Fields<HedgePolicy> HEDGE = Fields.ignoringOthers(HedgePolicy.class)
            .reads("hedge_on_per_try_timeout")
            .ignores("initial_requests", "additional_request_chance");

    /// What of retry policies is read.
    static final List<Fields<?>> FIELDS = List.of(RETRY, BACK_OFF, TOLD, RESET_HEADER, HEDGE);

    private static final Duration BASE = Duration.ofMillis(25);
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST_TOLD = Duration.ofMinutes(5);
    private static final int MAX_FACTOR = 10;

    private RetryReader() {}

    /// When a request is tried again, and for how long each try may take.
    ///
    /// @param perTry zero for no limit
    /// @param perTryIdle zero for no limit
    record Retry(RetryPolicy policy, Duration perTry, Duration perTryIdle) {
        static final Retry NONE = new Retry(RetryPolicy.NONE, Duration.ZERO, Duration.ZERO);

        /// The same, hedging or not.
        Retry hedging(boolean hedges) {
            return hedges == policy.hedges()
                    ? this
                    : new Retry(
                            new RetryPolicy(
                                    policy.conditions(),
                                    policy.codes(),
                                    policy.answers(),
                                    policy.requests(),
                                    policy.retries(),
                                    policy.backoff(),
                                    policy.hosts(),
                                    hedges),
                            perTry,
                            perTryIdle);
        }
    }

    static Retry read(io.envoyproxy.envoy.config.route.v3.RetryPolicy message, Scope scope) {
        scope.check(message, RETRY);
        var policy = new RetryPolicy(
                conditions(message.getRetryOn(), scope.at("retry_on")),
                message.getRetriableStatusCodesList(),
                MatcherReader.headers(message.getRetriableHeadersList(), scope, "retriable_headers"),
                MatcherReader.headers(message.getRetriableRequestHeadersList(), scope, "retriable_request_headers"),
                message.hasNumRetries() ? number(message.getNumRetries().getValue()) : 1,
                backoff(message, scope),
                FurtherHostsReader.read(message, scope),
                false);
        return new Retry(
                policy,
                Values.duration(message.getPerTryTimeout(), Duration.ZERO, scope.at("per_try_timeout")),
                Values.duration(message.getPerTryIdleTimeout(), Duration.ZERO, scope.at("per_try_idle_timeout")));
    }

    /// Whether a try that takes too long goes on beside the next one.
    static boolean hedges(HedgePolicy message, Scope scope) {
        scope.check(message, HEDGE);
        return message.getHedgeOnPerTryTimeout();
    }

    private static int number(int unsigned) {
        return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
    }

    private static Set<Condition> conditions(String text, Scope scope) {
        var conditions = EnumSet.noneOf(Condition.class);
        for (var word : text.split(",", -1)) {
            var name = word.strip();
            Condition.named(name).ifPresentOrElse(conditions::add, () -> {
                if (!name.isEmpty()) {
                    scope.warning("condition " + name + " is not known", "remove it");
                }
            });
        }
        return conditions;
    }

    private static Backoff backoff(io.envoyproxy.envoy.config.route.v3.RetryPolicy message, Scope scope) {
        var exponential = message.getRetryBackOff();
        var here = scope.at("retry_back_off");
        here.check(exponential, BACK_OFF);
        var base = exponential.hasBaseInterval()
                ? rounded(Values.duration(exponential.getBaseInterval(), BASE, here.at("base_interval")))
                : BASE;
        if (message.hasRetryBackOff() && !exponential.hasBaseInterval()) {
            here.at("base_interval").error("is missing", "write for example 0.025s");
        }
        if (base.isZero()) {
            here.at("base_interval").error("is 0s", "write for example 0.025s");
        }
        var longest = exponential.hasMaxInterval()
                ? Values.duration(exponential.getMaxInterval(), base, here.at("max_interval"))
                : base.multipliedBy(MAX_FACTOR);
        if (longest.compareTo(base) < 0) {
            here.at("max_interval").error("is less than base_interval", "write at least as much");
        }
        var limited = message.getRateLimitedRetryBackOff();
        var there = scope.at("rate_limited_retry_back_off");
        there.check(limited, TOLD);
        if (message.hasRateLimitedRetryBackOff() && limited.getResetHeadersCount() == 0) {
            there.at("reset_headers").error("is empty", "name a header, for example retry-after");
        }
        var longestTold = limited.hasMaxInterval()
                ? Values.duration(limited.getMaxInterval(), LONGEST_TOLD, there.at("max_interval"))
                : LONGEST_TOLD;
        return new Backoff(base, longest, told(limited, there), longestTold);
    }

    /// As in Envoy, a base below a millisecond is one.
    private static Duration rounded(Duration base) {
        return !base.isZero() && base.compareTo(SHORTEST) < 0 ? SHORTEST : base;
    }

    private static List<Backoff.Told> told(RateLimitedRetryBackOff message, Scope scope) {
        var told = new ArrayList<Backoff.Told>();
        for (int i = 0; i < message.getResetHeadersCount(); i++) {
            var header = message.getResetHeaders(i);
            var here = scope.at("reset_headers", i);
            here.check(header, RESET_HEADER);
            if (header.getFormat() == ResetHeaderFormat.UNRECOGNIZED) {
                here.at("format").error("is not known", "write SECONDS or UNIX_TIMESTAMP");
            }
            boolean timestamp = header.getFormat() == ResetHeaderFormat.UNIX_TIMESTAMP;
            HeadTexts.headerName(header.getName(), here.at("name"))
                    .ifPresent(name -> told.add(new Backoff.Told(name, timestamp)));
        }
        return told;
    }
}
