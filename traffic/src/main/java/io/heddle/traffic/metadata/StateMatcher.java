package io.heddle.traffic.metadata;

import io.heddle.traffic.match.StringMatcher;

/// Fits requests by a text in their filter state, as Envoy's `type.matcher.v3.FilterStateMatcher`. A request without
/// it does not fit.
///
/// @param key which state
/// @param matcher how it is written
public record StateMatcher(String key, StringMatcher matcher) {
    /// Whether a request with this state fits.
    public boolean matches(RequestState state) {
        var found = state.kept(key);
        return found.isPresent()
                && matcher.matches(StringMatcher.octets(found.get().plain()));
    }
}
