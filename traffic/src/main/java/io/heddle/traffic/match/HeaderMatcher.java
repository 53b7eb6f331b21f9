package io.heddle.traffic.match;

import io.heddle.traffic.request.HeaderName;

/// Fits a header, as Envoy's `route.v3.HeaderMatcher`. The names `:method`, `:path` and `:authority` mean those parts of
/// the request.
///
/// @param name the header
/// @param test what its value must be; several lines count as one, joined by commas
/// @param invert whether the outcome is turned round
/// @param missingAsEmpty whether a missing header counts as an empty value
public record HeaderMatcher(HeaderName name, Test test, boolean invert, boolean missingAsEmpty) {
    /// What is asked of the value.
    public sealed interface Test {
        /// That it is there, or that it is not.
        record Present(boolean wanted) implements Test {}

        /// That it fits.
        record Value(StringMatcher matcher) implements Test {}

        /// That it is a whole number from `start` to `end` (exclusive).
        record Range(long start, long end) implements Test {}
    }
}
