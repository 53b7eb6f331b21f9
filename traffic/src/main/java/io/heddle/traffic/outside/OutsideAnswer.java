package io.heddle.traffic.outside;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.request.HeaderEdit;
import java.util.List;
import java.util.Map;

/// What came of an [OutsideCall].
public sealed interface OutsideAnswer {
    /// There is no answer: the service cannot be reached, took too long, failed, or said what cannot be
    /// used.
    ///
    /// @param reason for people
    record Failed(String reason) implements OutsideAnswer {}

    /// What a rate limit service says (`envoy.service.ratelimit.v3.RateLimitResponse`).
    ///
    /// @param over whether the request is beyond a limit
    /// @param limits the limits that it was counted in
    /// @param requestEdits changes to the request's head
    /// @param responseEdits changes to the answer's head
    /// @param body the body for a request that is refused; may be empty
    /// @param metadata what is to be known of the request from now on; may be empty
    record RateLimit(
            boolean over,
            List<Limit> limits,
            List<HeaderEdit> requestEdits,
            List<HeaderEdit> responseEdits,
            String body,
            LabelValue.Fields metadata)
            implements OutsideAnswer {
        /// Within all limits, and nothing is known of them.
        public static final RateLimit WITHIN =
                new RateLimit(false, List.of(), List.of(), List.of(), "", new LabelValue.Fields(Map.of()));

        public RateLimit {
            limits = List.copyOf(limits);
            requestEdits = List.copyOf(requestEdits);
            responseEdits = List.copyOf(responseEdits);
        }
    }

    /// A limit, and what is left of it in the present window.
    ///
    /// @param name its name; may be empty
    /// @param requests how many requests each window has
    /// @param window seconds; 0 where the service does not say
    /// @param remaining how many are left
    /// @param reset seconds until the next window
    record Limit(String name, long requests, long window, long remaining, long reset) {}
}
