package io.heddle.traffic.resilience;

/// How much a route's requests matter (Envoy's `core.v3.RoutingPriority`): each priority has circuit breakers and
/// connections of its own.
public enum RoutingPriority {
    DEFAULT,
    HIGH
}
