package io.heddle.traffic.ratelimit;

import io.heddle.traffic.format.SubstitutionFormat;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// How many requests one counts as (Envoy's `route.v3.RateLimit.HitsAddend`).
public sealed interface Hits {
    /// More than these are never counted at once.
    long MOST = 1_000_000_000;

    /// As one, or as what the filter says.
    record Standard() implements Hits {}

    /// As so many.
    ///
    /// @param number 0 to [#MOST]
    record Fixed(long number) implements Hits {}

    /// As many as a command operator says: over the request's head and metadata, and its route's metadata. A
    /// fraction is rounded towards zero.
    record Formatted(SubstitutionFormat format) implements Hits {
        private static final Pattern NUMBER = Pattern.compile("\\s*[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?\\s*");
        private static final int LONGEST = 64;

        /// The number; empty when that is none from 0 to [#MOST].
        OptionalLong of(RateLimitAction.Request request) {
            var text = new StringBuilder();
            format.append(new CountedSource(request), text);
            if (text.length() > LONGEST || !NUMBER.matcher(text).matches()) {
                return OptionalLong.empty();
            }
            double number = Double.parseDouble(text.toString());
            return number >= 0 && number <= MOST ? OptionalLong.of((long) number) : OptionalLong.empty();
        }
    }
}
