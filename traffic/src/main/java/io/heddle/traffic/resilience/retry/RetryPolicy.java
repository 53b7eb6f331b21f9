package io.heddle.traffic.resilience.retry;

import io.heddle.traffic.match.HeaderMatcher;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// When a request is tried again, and where, as Envoy's `route.v3.RetryPolicy`.
///
/// @param conditions what is worth another try; without any nothing is
/// @param codes statuses for [Condition#RETRIABLE_STATUS_CODES]
/// @param answers headers of answers for [Condition#RETRIABLE_HEADERS]; one that fits is enough (`retriable_headers`)
/// @param requests headers of requests, one of which must fit if there are any, else nothing is worth another try
///     (`retriable_request_headers`)
/// @param retries how many more tries at most; 0 for none, of what was provably not processed either
/// @param backoff the pause before a try
/// @param hosts where a further try goes
/// @param hedges whether a try that takes too long goes on beside the next one (`hedge_on_per_try_timeout`)
public record RetryPolicy(
        Set<Condition> conditions,
        List<Integer> codes,
        List<HeaderMatcher> answers,
        List<HeaderMatcher> requests,
        int retries,
        Backoff backoff,
        FurtherHosts hosts,
        boolean hedges) {
    /// Nothing is named: only what was provably not processed is tried again, once.
    public static final RetryPolicy NONE = new RetryPolicy(Set.of(), List.of(), 1, Duration.ZERO, Duration.ZERO, false);

    public RetryPolicy {
        var copy = EnumSet.noneOf(Condition.class);
        copy.addAll(conditions);
        conditions = Collections.unmodifiableSet(copy); // asked for every answer: a bit, not a hash
        codes = List.copyOf(codes);
        answers = List.copyOf(answers);
        requests = List.copyOf(requests);
    }

    /// A policy that looks at no headers and does not hedge.
    ///
    /// @param base the first pause's upper bound; zero tries at once
    /// @param longest the longest pause
    public RetryPolicy(
            Set<Condition> conditions,
            List<Integer> codes,
            int retries,
            Duration base,
            Duration longest,
            boolean avoidTried) {
        this(
                conditions,
                codes,
                List.of(),
                List.of(),
                retries,
                new Backoff(base, longest),
                avoidTried ? FurtherHosts.UNTRIED : FurtherHosts.ANY,
                false);
    }

    /// Whether an answer with this status and this `grpc-status` (-1 without) may be worth another try, as far as can
    /// be told without its headers.
    public boolean mayRetry(int status, int grpc) {
        return !conditions.isEmpty()
                && (status >= 400
                        || grpc > 0
                        || conditions.contains(Condition.RETRIABLE_HEADERS)
                        || conditions.contains(Condition.RETRIABLE_STATUS_CODES)
                        || conditions.contains(Condition.ENVOY_RATE_LIMITED));
    }

    /// What is worth another try, with Envoy's names (`x-envoy-retry-on`, `x-envoy-retry-grpc-on`).
    public enum Condition {
        SERVER_ERROR("5xx"),
        /// 502, 503, 504.
        GATEWAY_ERROR("gateway-error"),
        /// The upstream did not answer at all.
        RESET("reset"),
        CONNECT_FAILURE("connect-failure"),
        REFUSED_STREAM("refused-stream"),
        /// 409.
        RETRIABLE_4XX("retriable-4xx"),
        RETRIABLE_STATUS_CODES("retriable-status-codes"),
        RETRIABLE_HEADERS("retriable-headers"),
        /// The answer has `x-envoy-ratelimited`; such an answer is tried again for nothing else.
        ENVOY_RATE_LIMITED("envoy-ratelimited"),
        /// The request's head was not sent yet.
        RESET_BEFORE_REQUEST("reset-before-request"),
        /// Means nothing: no host is spoken to over HTTP/3.
        HTTP3_POST_CONNECT_FAILURE("http3-post-connect-failure"),
        CANCELLED("cancelled", 1),
        DEADLINE_EXCEEDED("deadline-exceeded", 4),
        RESOURCE_EXHAUSTED("resource-exhausted", 8),
        INTERNAL("internal", 13),
        UNAVAILABLE("unavailable", 14);

        private final String text;
        private final int grpc;

        Condition(String text) {
            this(text, -1);
        }

        Condition(String text, int grpc) {
            this.text = text;
            this.grpc = grpc;
        }

        /// Envoy's name.
        public String text() {
            return text;
        }

        /// Whether it speaks of `grpc-status`.
        public boolean ofGrpc() {
            return grpc >= 0;
        }

        /// The `grpc-status` that it speaks of; -1 for none.
        int grpc() {
            return grpc;
        }

        /// The condition of that name, if it is known.
        public static Optional<Condition> named(String name) {
            for (var condition : values()) {
                if (condition.text.equals(name)) {
                    return Optional.of(condition);
                }
            }
            return Optional.empty();
        }
    }
}
