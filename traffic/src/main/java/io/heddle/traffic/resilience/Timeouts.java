package io.heddle.traffic.resilience;

import java.time.Duration;

/// How long a request may take; zero means without limit.
///
/// @param request from the end of the request to the end of the response, retries included (Envoy's `route.timeout`;
///     15 s there when not given)
/// @param perTry for one try (`retry_policy.per_try_timeout`)
/// @param idle without a byte in either direction (`idle_timeout`)
public record Timeouts(Duration request, Duration perTry, Duration idle) {
    public static final Timeouts DEFAULT = new Timeouts(Duration.ofSeconds(15), Duration.ZERO, Duration.ofMinutes(5));
}
