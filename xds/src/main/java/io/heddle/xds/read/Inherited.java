package io.heddle.xds.read;

import java.util.Optional;

/// What a table or a virtual host hands down to its routes.
///
/// @param changes header changes and filter settings
/// @param retry the policy of routes that have none
/// @param validate whether clusters must exist; empty when nothing is said
record Inherited(Changes changes, RetryReader.Retry retry, Optional<Boolean> validate) {
    /// What a virtual host hands down, given what is its own.
    Inherited below(Changes own, RetryReader.Retry ownRetry) {
        return new Inherited(own.over(changes), ownRetry, validate);
    }
}
