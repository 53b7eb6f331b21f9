package io.heddle.traffic.resilience.retry;

import java.time.Duration;
import java.util.Optional;

/// How long a request may take; zero means without limit.
///
/// @param request from the end of the request to the end of the response, retries included (Envoy's `route.timeout`;
///     15 s there when not given)
/// @param perTry for one try, from the end of the request on, until its answer's head (`retry_policy.per_try_timeout`)
/// @param perTryIdle for one try without a byte of its answer (`retry_policy.per_try_idle_timeout`)
/// @param idle without a byte in either direction (`idle_timeout`); empty for what the listener says
/// @param grpc how much of its `grpc-timeout` a request gets; empty ignores the header
public record Timeouts(
        Duration request, Duration perTry, Duration perTryIdle, Optional<Duration> idle, Optional<GrpcTimeouts> grpc) {
    public static final Timeouts DEFAULT =
            new Timeouts(Duration.ofSeconds(15), Duration.ZERO, Duration.ZERO, Optional.empty(), Optional.empty());

    /// Without regard to `grpc-timeout`.
    public Timeouts(Duration request, Duration perTry, Duration idle) {
        this(request, perTry, Duration.ZERO, Optional.of(idle), Optional.empty());
    }

    /// What becomes of `grpc-timeout`.
    ///
    /// @param longest how much of it a request gets, zero for all of it
    /// @param offset what is taken off it, so that an answer made here is in time
    /// @param ofAnswer whether it takes the place of [Timeouts#request] (`max_grpc_timeout`,
    ///     `grpc_timeout_offset`); else it counts from the first byte of the request on, in place of the
    ///     longest duration of a stream (`max_stream_duration.grpc_timeout_header_max`, `…_offset`)
    public record GrpcTimeouts(Duration longest, Duration offset, boolean ofAnswer) {
        /// The time of a request that says `said`; zero for without limit.
        public Duration of(Duration said) {
            return ofAnswer ? ofAnswer(said) : ofStream(said);
        }

        private Duration ofAnswer(Duration said) {
            var rest = offset.compareTo(said) < 0 ? said.minus(offset) : said; // zero would be for ever
            return !longest.isZero() && (rest.isZero() || rest.compareTo(longest) > 0) ? longest : rest;
        }

        private Duration ofStream(Duration said) {
            var capped = !longest.isZero() && said.compareTo(longest) > 0 ? longest : said;
            return offset.compareTo(capped) < 0 ? capped.minus(offset) : Duration.ofNanos(1); // it is over at once
        }
    }
}
