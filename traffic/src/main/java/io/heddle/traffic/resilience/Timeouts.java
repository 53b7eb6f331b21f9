package io.heddle.traffic.resilience;

import java.time.Duration;
import java.util.Optional;

/// How long a request may take; zero means without limit.
///
/// @param request from the end of the request to the end of the response, retries included (Envoy's `route.timeout`;
///     15 s there when not given)
/// @param perTry for one try (`retry_policy.per_try_timeout`)
/// @param idle without a byte in either direction (`idle_timeout`); empty for what the listener says
/// @param grpc how much of its `grpc-timeout` a request gets, from its first byte on, zero all of it; empty ignores the
///     header (`max_stream_duration.grpc_timeout_header_max`)
public record Timeouts(Duration request, Duration perTry, Optional<Duration> idle, Optional<Duration> grpc) {
    public static final Timeouts DEFAULT =
            new Timeouts(Duration.ofSeconds(15), Duration.ZERO, Optional.empty(), Optional.empty());

    /// Without regard to `grpc-timeout`.
    public Timeouts(Duration request, Duration perTry, Duration idle) {
        this(request, perTry, Optional.of(idle), Optional.empty());
    }
}
