package io.heddle.traffic.resilience;

/// How much the requests of one route may have under way at once, beside what their cluster allows: Envoy's
/// `cluster.v3.CircuitBreakers`, as it stands in the route's `metadata.typed_filter_metadata` under
/// `heddle.circuit_breakers`.
///
/// @param place which route it is: of two configurations, what is under way at one place counts on
/// @param names what it is called, for people
/// @param priority that of the route, whose thresholds these are
/// @param thresholds requests, those that wait for a connection, and retries; `Integer.MAX_VALUE` of what has no limit.
///     Connections are not a route's
public record RouteLimits(String place, Names names, RoutingPriority priority, Thresholds thresholds) {
    /// What a route is called.
    ///
    /// @param virtualHost the name of its virtual host
    /// @param route its own; may be empty
    /// @param statPrefix the name under which its requests are counted; may be empty
    public record Names(String virtualHost, String route, String statPrefix) {}
}
