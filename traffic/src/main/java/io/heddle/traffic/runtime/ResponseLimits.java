package io.heddle.traffic.runtime;

import java.time.Duration;

/// How much of an answer is taken from a cluster's hosts, and for how long (Envoy's
/// `core.v3.HttpProtocolOptions` in a cluster's `common_http_protocol_options`).
///
/// @param maxHeaders the most header lines of an answer (`max_headers_count`, 100 in Envoy when not
///     given)
/// @param maxHeaderBytes the largest head of an answer (`max_response_headers_kb`; 80 KiB, as in Envoy
///     over HTTP/1.1)
/// @param stream a request and its answer must be over within it, counted from when there is a
///     connection for them; zero for no limit (`max_stream_duration`)
public record ResponseLimits(int maxHeaders, int maxHeaderBytes, Duration stream) {
    public static final ResponseLimits DEFAULT = new ResponseLimits(100, 80 * 1024, Duration.ZERO);
}
