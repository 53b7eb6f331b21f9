package io.heddle.traffic.request;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Why a request did not simply succeed, with Envoy's short names (`%RESPONSE_FLAGS%`).
public enum ResponseFlag {
    NONE("-"),
    FAILED_LOCAL_HEALTH_CHECK("LH"),
    NO_HEALTHY_UPSTREAM("UH"),
    UPSTREAM_CONNECTION_FAILURE("UF"),
    UPSTREAM_OVERFLOW("UO"),
    NO_ROUTE_FOUND("NR"),
    NO_CLUSTER_FOUND("NC"),
    UPSTREAM_RETRY_LIMIT_EXCEEDED("URX"),
    UPSTREAM_CONNECTION_TERMINATION("UC"),
    UPSTREAM_REMOTE_RESET("UR"),
    UPSTREAM_REQUEST_TIMEOUT("UT"),
    UPSTREAM_MAX_STREAM_DURATION_REACHED("UMSDR"),
    UPSTREAM_PROTOCOL_ERROR("UPE"),
    DOWNSTREAM_CONNECTION_TERMINATION("DC"),
    DOWNSTREAM_PROTOCOL_ERROR("DPE"),
    LOCAL_RESET("LR"),
    DELAY_INJECTED("DI"),
    FAULT_INJECTED("FI"),
    RATE_LIMITED("RL"),
    UNAUTHORIZED_EXTERNAL_SERVICE("UAEX"),
    RATE_LIMIT_SERVICE_ERROR("RLSE"),
    STREAM_IDLE_TIMEOUT("SI"),
    DURATION_TIMEOUT("DT"),
    OVERLOAD_MANAGER("OM"),
    DNS_RESOLUTION_FAILED("DF");

    private final String code;

    ResponseFlag(String code) {
        this.code = code;
    }

    /// Envoy's long name, for example `NoRouteFound`; `-` for none.
    public String words() {
        return switch (this) {
            case NONE -> code;
            case OVERLOAD_MANAGER -> "OverloadManagerTerminated";
            default ->
                Stream.of(name().split("_"))
                        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining());
        };
    }

    /// Envoy's short name, `-` for none.
    public String code() {
        return code;
    }
}
