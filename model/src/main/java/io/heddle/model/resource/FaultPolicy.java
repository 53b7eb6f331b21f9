package io.heddle.model.resource;

import io.heddle.model.name.ObjectName;
import java.time.Duration;
import java.util.Optional;

/// Faults to inject into requests, with the fields of Istio's `HTTPFaultInjection`. A route names it in an
/// `ExtensionRef` filter.
///
/// @param object the stored object
/// @param delay hold requests back
/// @param abort answer requests with an error
public record FaultPolicy(ObjectName object, Optional<Delay> delay, Optional<Abort> abort) implements Resource {
    /// Holds a share of requests back.
    ///
    /// @param percent 0 to 100
    /// @param fixedDelay how long
    public record Delay(double percent, Duration fixedDelay) {}

    /// Answers a share of requests itself.
    ///
    /// @param percent 0 to 100
    /// @param status the HTTP status, 200 to 599
    public record Abort(double percent, int status) {}
}
