package io.heddle.xds.read;

import java.util.Optional;

/// What a table or a virtual host hands down to its routes.
///
/// @param changes header changes and filter settings
/// @param retry the policy of routes that have none
/// @param table what holds for the whole table
record Inherited(Changes changes, RetryReader.Retry retry, Table table) {
    /// What holds for a whole table.
    ///
    /// @param validate whether clusters must exist; empty when nothing is said
    /// @param specificWins whether the more specific of two header changes is made last
    record Table(Optional<Boolean> validate, boolean specificWins) {}

    /// What a virtual host hands down, given what is its own.
    Inherited below(Changes own, RetryReader.Retry ownRetry) {
        return new Inherited(below(own), ownRetry, table);
    }

    /// The same with these changes.
    Inherited with(Changes others) {
        return new Inherited(others, retry, table);
    }

    /// The changes of something below, given what is its own.
    Changes below(Changes own) {
        return own.over(changes, table.specificWins());
    }
}
