package io.heddle.xds.read.route;

import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.resilience.RouteLimits;
import io.heddle.traffic.route.RouteAction;
import java.util.List;
import java.util.Optional;

/// What a table or a virtual host hands down to its routes.
///
/// @param changes header changes and filter settings
/// @param retry the policy of routes that have none
/// @param hedges whether tries of routes that do not say so go on beside the next one
/// @param mirrors those of routes that have none
/// @param requestAttempts whether the application gets the number of the try
/// @param responseAttempts whether the client gets the number of tries
/// @param rateLimits what requests are counted as
/// @param breakers reads how much a route may have under way
/// @param limits how much the route may have under way; of what hands down, empty
/// @param keptBody how many bytes of a body are kept for another try
/// @param table what holds for the whole table
record Inherited(
        Changes changes,
        RetryReader.Retry retry,
        boolean hedges,
        List<RouteAction.Mirror> mirrors,
        boolean requestAttempts,
        boolean responseAttempts,
        List<RateLimit> rateLimits,
        RouteBreakerReader breakers,
        Optional<RouteLimits> limits,
        int keptBody,
        Table table) {
    /// What holds for a whole table.
    ///
    /// @param validate whether clusters must exist; empty when nothing is said
    /// @param specificWins whether the more specific of two header changes is made last
    /// @param largestBody how many bytes the body of a direct response may have
    record Table(Optional<Boolean> validate, boolean specificWins, long largestBody) {}

    /// The same for one route.
    ///
    /// @param others its changes
    /// @param own how much it may have under way
    /// @param kept how many bytes of a body are kept for another try
    Inherited with(Changes others, Optional<RouteLimits> own, int kept) {
        return new Inherited(
                others,
                retry,
                hedges,
                mirrors,
                requestAttempts,
                responseAttempts,
                rateLimits,
                breakers,
                own,
                kept,
                table);
    }

    /// The changes of something below, given what is its own.
    Changes below(Changes own) {
        return own.over(changes, table.specificWins());
    }
}
