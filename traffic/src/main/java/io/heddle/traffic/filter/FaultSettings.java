package io.heddle.traffic.filter;

import io.heddle.traffic.route.FilterOverride;
import java.time.Duration;
import java.util.Optional;

/// Which faults are injected, as Envoy's `fault.v3.HTTPFault`.
///
/// @param delay a pause before the request goes on
/// @param abort an answer made here
public record FaultSettings(Optional<Delay> delay, Optional<Abort> abort) implements FilterOverride {
    public static final FaultSettings NONE = new FaultSettings(Optional.empty(), Optional.empty());

    /// A pause.
    ///
    /// @param millionths the share of requests, 0 to 1,000,000
    /// @param duration how long
    public record Delay(int millionths, Duration duration) {}

    /// An answer made here.
    ///
    /// @param millionths the share of requests, 0 to 1,000,000
    /// @param status the HTTP status, 200 to 599
    public record Abort(int millionths, int status) {}
}
