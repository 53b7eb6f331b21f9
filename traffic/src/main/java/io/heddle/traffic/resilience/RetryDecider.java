package io.heddle.traffic.resilience;

import io.heddle.traffic.resilience.RetryPolicy.Condition;
import java.time.Duration;

/// Decides whether a request is tried again. Pure: what happened, the time left and chance come in.
///
/// The safe default holds under every policy, even one that names nothing: what was provably not processed (no
/// connection, or the head was not sent) is tried once more, and so is a request with an idempotent method whose
/// reused connection closed before any byte of the answer (RFC 9112, section 9.3.1: the server closed it while
/// idle). All else is tried again only where the policy names it. A request whose body is gone is never tried again.
public final class RetryDecider {
    private RetryDecider() {}

    /// What came of a try.
    public sealed interface Outcome {
        /// No connection could be opened, TLS included.
        record ConnectFailed() implements Outcome {}

        /// The connection broke before any byte of an answer.
        ///
        /// @param headSent whether any byte of the request went out
        /// @param connectionReused whether the connection had served a request before
        record ResetBeforeResponse(boolean headSent, boolean connectionReused) implements Outcome {}

        /// The upstream has certainly not acted on the request: it refused the stream, or went away before it (RFC
        /// 9113, section 8.7).
        record Refused() implements Outcome {}

        /// An answer's head came.
        ///
        /// @param code the HTTP status
        /// @param grpc the `grpc-status` in the head; -1 for none
        record Status(int code, int grpc) implements Outcome {}

        /// The try took longer than [Timeouts#perTry].
        record PerTryTimeout() implements Outcome {}
    }

    /// A try that did not bring the answer.
    ///
    /// @param retries how many retries there were before, 0 after the first try
    /// @param outcome what came of it
    /// @param bodyReplayable whether the request's body can be sent again
    /// @param idempotent whether the method is idempotent (RFC 9110, section 9.2.2)
    /// @param remainingNanos time left for the whole request; `Long.MAX_VALUE` without a limit
    public record Attempt(
            int retries, Outcome outcome, boolean bodyReplayable, boolean idempotent, long remainingNanos) {}

    /// What to do.
    public sealed interface Decision {
        /// Try again after a pause, which may be zero.
        record Retry(Duration after) implements Decision {}

        /// Give up.
        ///
        /// @param limitReached whether the outcome was worth a retry but there were as many as allowed
        ///     (flag `URX`)
        record Stop(boolean limitReached) implements Decision {}
    }

    private static final Decision STOP = new Decision.Stop(false);
    private static final Decision LIMIT = new Decision.Stop(true);

    /// Decides about `attempt`; `chance`, drawn evenly, spreads the pause.
    public static Decision decide(RetryPolicy policy, Attempt attempt, long chance) {
        if (!attempt.bodyReplayable()) {
            return STOP;
        }
        boolean safe = isSafe(attempt);
        boolean named = isNamed(policy, attempt.outcome());
        if (!safe && !named) {
            return STOP;
        }
        int allowed = named ? policy.retries() : 0;
        if (attempt.retries() >= (safe ? Math.max(1, allowed) : allowed)) {
            return policy.retries() > 0 ? LIMIT : STOP;
        }
        var pause = safe && attempt.retries() == 0 ? Duration.ZERO : pause(policy, attempt.retries(), chance);
        return pause.toNanos() < attempt.remainingNanos() ? new Decision.Retry(pause) : STOP;
    }

    private static boolean isSafe(Attempt attempt) {
        return switch (attempt.outcome()) {
            case Outcome.ConnectFailed(), Outcome.Refused() -> true;
            case Outcome.ResetBeforeResponse(boolean headSent, boolean reused) ->
                !headSent || (reused && attempt.idempotent());
            case Outcome.Status _, Outcome.PerTryTimeout _ -> false;
        };
    }

    private static boolean isNamed(RetryPolicy policy, Outcome outcome) {
        var named = policy.conditions();
        return switch (outcome) {
            case Outcome.ConnectFailed() ->
                coversReset(policy)
                        || named.contains(Condition.CONNECT_FAILURE)
                        || named.contains(Condition.RESET_BEFORE_REQUEST);
            case Outcome.Refused() ->
                coversReset(policy)
                        || named.contains(Condition.REFUSED_STREAM)
                        || named.contains(Condition.RESET_BEFORE_REQUEST);
            case Outcome.ResetBeforeResponse reset ->
                coversReset(policy) || (!reset.headSent() && named.contains(Condition.RESET_BEFORE_REQUEST));
            case Outcome.PerTryTimeout() -> coversReset(policy);
            case Outcome.Status(int code, int grpc) -> isNamed(policy, code) || isNamedGrpc(policy, grpc);
        };
    }

    /// Envoy's `5xx` and `gateway-error` include an upstream that did not answer at all.
    private static boolean coversReset(RetryPolicy policy) {
        var named = policy.conditions();
        return named.contains(Condition.RESET)
                || named.contains(Condition.SERVER_ERROR)
                || named.contains(Condition.GATEWAY_ERROR);
    }

    private static boolean isNamed(RetryPolicy policy, int code) {
        var named = policy.conditions();
        return (code >= 500 && code < 600 && named.contains(Condition.SERVER_ERROR))
                || (code >= 502 && code <= 504 && named.contains(Condition.GATEWAY_ERROR))
                || (code == 409 && named.contains(Condition.RETRIABLE_4XX))
                || (named.contains(Condition.RETRIABLE_STATUS_CODES)
                        && policy.codes().contains(code));
    }

    private static boolean isNamedGrpc(RetryPolicy policy, int grpc) {
        return (grpc == 14 && policy.conditions().contains(Condition.UNAVAILABLE))
                || (grpc == 1 && policy.conditions().contains(Condition.CANCELLED));
    }

    /// Evenly between zero and `base * (2^n - 1)`, at most the longest pause: Envoy's fully jittered backoff.
    private static Duration pause(RetryPolicy policy, int retries, long chance) {
        long base = policy.baseBackoff().toNanos();
        if (base == 0) {
            return Duration.ZERO;
        }
        long ceiling = base * ((1L << Math.min(retries + 1, 20)) - 1);
        long longest =
                policy.maxBackoff().isZero() ? ceiling : policy.maxBackoff().toNanos();
        return Duration.ofNanos(Math.unsignedMultiplyHigh(chance, Math.min(ceiling, longest)));
    }
}
