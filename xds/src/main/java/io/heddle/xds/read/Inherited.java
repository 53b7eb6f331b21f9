package io.heddle.xds.read;

import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.route.RouteAction;
import java.util.List;
import java.util.Optional;

/// What a table or a virtual host hands down to its routes.
///
/// @param changes header changes and filter settings
/// @param retry the policy of routes that have none
/// @param mirrors those of routes that have none
/// @param requestAttempts whether the application gets the number of the try
/// @param responseAttempts whether the client gets the number of tries
/// @param rateLimits what requests are counted as
/// @param table what holds for the whole table
record Inherited(
        Changes changes,
        RetryReader.Retry retry,
        List<RouteAction.Mirror> mirrors,
        boolean requestAttempts,
        boolean responseAttempts,
        List<RateLimit> rateLimits,
        Table table) {
    /// What holds for a whole table.
    ///
    /// @param validate whether clusters must exist; empty when nothing is said
    /// @param specificWins whether the more specific of two header changes is made last
    /// @param largestBody how many bytes the body of a direct response may have
    record Table(Optional<Boolean> validate, boolean specificWins, long largestBody) {}

    /// The same with these changes.
    Inherited with(Changes others) {
        return new Inherited(others, retry, mirrors, requestAttempts, responseAttempts, rateLimits, table);
    }

    /// The changes of something below, given what is its own.
    Changes below(Changes own) {
        return own.over(changes, table.specificWins());
    }
}
