package io.heddle.traffic.runtime;

import java.time.Duration;

/// How long an HTTP connection is used, a client's or one to a host (Envoy's `core.v3.HttpProtocolOptions` in
/// `common_http_protocol_options`).
///
/// @param idle one without a request for so long is closed; zero never (1 h in Envoy when not given)
/// @param requests one is closed after so many; 0 for no limit (`max_requests_per_connection`)
/// @param duration one that is older takes no new request and is closed; zero for no limit (`max_connection_duration`)
public record ConnectionLimits(Duration idle, int requests, Duration duration) {
    public static final ConnectionLimits DEFAULT = new ConnectionLimits(Duration.ofHours(1), 0, Duration.ZERO);
}
