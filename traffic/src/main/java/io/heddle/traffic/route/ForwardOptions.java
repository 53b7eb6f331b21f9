package io.heddle.traffic.route;

import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.resilience.RouteLimits;
import io.heddle.traffic.resilience.RoutingPriority;
import java.time.Duration;
import java.util.Optional;

/// What a forwarding route does beside choosing a cluster: what few routes ask for.
///
/// @param host where the authority comes from
/// @param forwardedHost whether an authority that is replaced is appended to `x-forwarded-host`
///     (`append_x_forwarded_host`)
/// @param clusterNotFound the status where there is no such cluster (`cluster_not_found_response_code`)
/// @param redirects which redirects are followed here
/// @param longest how long request and response may last, in place of the listener's limit, zero without limit
///     (`max_stream_duration`); empty leaves the listener's
/// @param requestAttempts whether the application gets the number of the try in `x-envoy-attempt-count`
///     (`include_request_attempt_count`)
/// @param responseAttempts whether the client gets the number of tries there (`include_attempt_count_in_response`)
/// @param rateLimits what filters that limit rates count its requests as (`rate_limits`)
/// @param priority which circuit breakers and connections its requests use (`priority`)
/// @param keptBody how many bytes of a request's body are kept for another try (`request_body_buffer_limit`)
/// @param limits how much its requests may have under way, beside what the cluster allows
public record ForwardOptions(
        HostRewrite host,
        boolean forwardedHost,
        int clusterNotFound,
        InternalRedirects redirects,
        Optional<Duration> longest,
        boolean requestAttempts,
        boolean responseAttempts,
        RateLimit.OfRoute rateLimits,
        RoutingPriority priority,
        int keptBody,
        Optional<RouteLimits> limits) {
    /// How many bytes of a body are kept where nothing is said.
    public static final int KEPT_BODY = 64 * 1024;

    private static final int UNAVAILABLE = 503;

    public static final ForwardOptions DEFAULT = new ForwardOptions(
            new HostRewrite.Keep(),
            false,
            UNAVAILABLE,
            InternalRedirects.NONE,
            Optional.empty(),
            false,
            false,
            RateLimit.OfRoute.NONE,
            RoutingPriority.DEFAULT,
            KEPT_BODY,
            Optional.empty());
}
