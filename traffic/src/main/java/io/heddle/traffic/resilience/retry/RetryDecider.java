package io.heddle.traffic.resilience.retry;

import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import java.time.Duration;
import java.util.Set;

/// Decides whether a request is tried again. Pure: what happened, the time left and chance come in.
///
/// The safe default holds under every policy that allows for a retry, even one that names nothing: what was provably
/// not processed (no connection, or the head was not sent) is tried once more, and so is a request with an idempotent
/// method whose reused connection closed before any byte of the answer (RFC 9112, section 9.3.1: the server closed it
/// while idle). All else is tried again only where the policy names it. A request whose body is gone is never tried
/// again.
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
        /// @param lines its headers; read within the call only
        /// @param atMillis when it came, in milliseconds since the epoch
        record Status(int code, int grpc, HeaderFields lines, long atMillis) implements Outcome {
            /// An answer without headers.
            public Status(int code, int grpc) {
                this(code, grpc, HeaderFields.NONE, 0);
            }
        }

        /// The try took longer than [Timeouts#perTry].
        record PerTryTimeout() implements Outcome {}

        /// The try takes longer than [Timeouts#perTry] and goes on beside the next one: that is tried at once, whatever
        /// the policy names.
        record Hedge() implements Outcome {}
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
        ///
        /// @param asked whether the answer asked for this pause
        record Retry(Duration after, boolean asked) implements Decision {
            /// A pause that nobody asked for.
            public Retry(Duration after) {
                this(after, false);
            }
        }

        /// Give up.
        ///
        /// @param limitReached whether the outcome was worth a retry but there were as many as allowed
        ///     (flag `URX`)
        record Stop(boolean limitReached) implements Decision {}
    }

    /// An answer of another proxy that limits rates.
    private static final HeaderName RATE_LIMITED = HeaderName.of("x-envoy-ratelimited");

    private static final Decision.Retry AT_ONCE = new Decision.Retry(Duration.ZERO);
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
        int allowed = named ? policy.retries() : Math.min(1, policy.retries());
        if (attempt.retries() >= allowed) {
            return named && allowed > 0 ? LIMIT : STOP;
        }
        var decision = pause(policy, attempt, safe, chance);
        return decision.after().toNanos() < attempt.remainingNanos() ? decision : STOP;
    }

    private static Decision.Retry pause(RetryPolicy policy, Attempt attempt, boolean safe, long chance) {
        if ((safe && attempt.retries() == 0) || attempt.outcome() instanceof Outcome.Hedge) {
            return AT_ONCE;
        }
        if (attempt.outcome() instanceof Outcome.Status status) {
            var asked = policy.backoff().asked(status.lines(), status.atMillis(), chance);
            if (!asked.isNegative()) {
                return new Decision.Retry(asked, true);
            }
        }
        return new Decision.Retry(policy.backoff().pause(attempt.retries(), chance));
    }

    private static boolean isSafe(Attempt attempt) {
        return switch (attempt.outcome()) {
            case Outcome.ConnectFailed(), Outcome.Refused() -> true;
            case Outcome.ResetBeforeResponse(boolean headSent, boolean reused) ->
                !headSent || (reused && attempt.idempotent());
            case Outcome.Status _, Outcome.PerTryTimeout _, Outcome.Hedge _ -> false;
        };
    }

    /// Whether the policy names such an outcome as worth another try.
    public static boolean isNamed(RetryPolicy policy, Outcome outcome) {
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
            case Outcome.Hedge() -> !named.isEmpty();
            case Outcome.Status status -> isNamed(policy, status);
        };
    }

    /// Envoy's `5xx` and `gateway-error` include an upstream that did not answer at all.
    private static boolean coversReset(RetryPolicy policy) {
        var named = policy.conditions();
        return named.contains(Condition.RESET)
                || named.contains(Condition.SERVER_ERROR)
                || named.contains(Condition.GATEWAY_ERROR);
    }

    private static boolean isNamed(RetryPolicy policy, Outcome.Status status) {
        var named = policy.conditions();
        if (Span.isPresent(status.lines().header(RATE_LIMITED))) {
            return named.contains(Condition.ENVOY_RATE_LIMITED);
        }
        int code = status.code();
        return (code >= 500 && code < 600 && named.contains(Condition.SERVER_ERROR))
                || (code >= 502 && code <= 504 && named.contains(Condition.GATEWAY_ERROR))
                || (code == 409 && named.contains(Condition.RETRIABLE_4XX))
                || (named.contains(Condition.RETRIABLE_STATUS_CODES)
                        && policy.codes().contains(code))
                || (named.contains(Condition.RETRIABLE_HEADERS) && hasHeader(policy, status))
                || (status.grpc() > 0 && isNamedGrpc(named, status.grpc()));
    }

    private static boolean hasHeader(RetryPolicy policy, Outcome.Status status) {
        for (var header : policy.answers()) {
            if (header.matches(status.lines(), status.code())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamedGrpc(Set<Condition> named, int grpc) {
        for (var condition : named) {
            if (condition.grpc() == grpc) {
                return true;
            }
        }
        return false;
    }
}
