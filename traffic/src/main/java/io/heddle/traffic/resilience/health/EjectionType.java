package io.heddle.traffic.resilience.health;

/// What a host is ejected for (Envoy's `data.cluster.v3.OutlierEjectionType`). *External* is what the host answered,
/// *local origin* is what this proxy saw without an answer: no connection, a reset, a timeout.
public enum EjectionType {
    CONSECUTIVE_5XX("consecutive_5xx"),
    CONSECUTIVE_GATEWAY_FAILURE("consecutive_gateway_failure"),
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE("consecutive_local_origin_failure"),
    SUCCESS_RATE("success_rate"),
    SUCCESS_RATE_LOCAL_ORIGIN("local_origin_success_rate"),
    FAILURE_PERCENTAGE("failure_percentage"),
    FAILURE_PERCENTAGE_LOCAL_ORIGIN("local_origin_failure_percentage");

    private final String stat;

    EjectionType(String stat) {
        this.stat = stat;
    }

    /// The end of its statistics' names, after `ejections_enforced_` and `ejections_detected_`.
    public String stat() {
        return stat;
    }
}
