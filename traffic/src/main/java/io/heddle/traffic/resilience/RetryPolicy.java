package io.heddle.traffic.resilience;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/// When a request is tried again, as Envoy's `route.v3.RetryPolicy`.
///
/// @param conditions what is worth another try; without any nothing is
/// @param codes statuses for [Condition#RETRIABLE_STATUS_CODES]
/// @param retries how many more tries at most
/// @param baseBackoff the first pause's upper bound; zero tries at once
/// @param maxBackoff the longest pause
/// @param avoidTried whether hosts already tried are avoided
public record RetryPolicy(
        Set<Condition> conditions,
        List<Integer> codes,
        int retries,
        Duration baseBackoff,
        Duration maxBackoff,
        boolean avoidTried) {
    /// Nothing is tried again.
    public static final RetryPolicy NONE = new RetryPolicy(Set.of(), List.of(), 0, Duration.ZERO, Duration.ZERO, false);

    public RetryPolicy {
        conditions = Set.copyOf(conditions);
        codes = List.copyOf(codes);
    }

    /// What is worth another try, with Envoy's names (`x-envoy-retry-on`).
    public enum Condition {
        /// `5xx`
        SERVER_ERROR,
        /// `gateway-error`: 502, 503, 504
        GATEWAY_ERROR,
        /// `reset`: the upstream did not answer at all
        RESET,
        /// `connect-failure`
        CONNECT_FAILURE,
        /// `refused-stream`, and a reused connection that closed before any byte of the answer
        REFUSED_STREAM,
        /// `retriable-4xx`: 409
        RETRIABLE_4XX,
        /// `retriable-status-codes`
        RETRIABLE_STATUS_CODES,
        /// `reset-before-request`: the request's head was not sent yet
        RESET_BEFORE_REQUEST,
        /// gRPC `unavailable`
        UNAVAILABLE,
        /// gRPC `cancelled`
        CANCELLED
    }
}
