package io.heddle.xds.server;

import io.heddle.model.limit.LimitEntry;
import io.heddle.model.limit.LimitRate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who counts, as [RateLimitService] sees it. Called on gRPC threads, many at a time; must not block.
public interface RateLimiter {
    /// Counts a request.
    Outcome judge(String domain, List<Counted> descriptors);

    /// What a request is counted as.
    ///
    /// @param entries in their order
    /// @param hits how many requests it counts as; 0 asks only
    /// @param override the limit that the caller wants instead of the configured one; empty for that
    record Counted(List<LimitEntry> entries, long hits, Optional<LimitRate> override) {
        public Counted {
            entries = List.copyOf(entries);
        }
    }

    /// What came of it.
    sealed interface Outcome {
        /// Each descriptor was counted.
        ///
        /// @param verdicts one for each, in their order
        record Judged(List<Verdict> verdicts) implements Outcome {
            public Judged {
                verdicts = List.copyOf(verdicts);
            }
        }

        /// Nothing more can be counted (gRPC RESOURCE_EXHAUSTED).
        record Full(String reason) implements Outcome {}
    }

    /// What holds for a descriptor.
    sealed interface Verdict {
        /// Whether it is beyond its limit, and that is enforced.
        default boolean over() {
            return false;
        }
    }

    /// It is counted in a limit.
    ///
    /// @param over whether it is beyond its limit, and that is enforced
    /// @param quota whether it is refused only where all with a quota are beyond theirs
    /// @param limit the limit
    /// @param metadata what an answer says of a request that the limit lets pass: a tree of maps, lists, texts,
    ///     numbers and flags
    record Limited(boolean over, boolean quota, Applied limit, Map<String, Object> metadata) implements Verdict {
        public Limited {
            metadata = Map.copyOf(metadata);
        }
    }

    /// Its rule lets as many pass as come.
    record Unlimited() implements Verdict {}

    /// No limit holds for it: there is no rule, or another limit takes the place of its rule's.
    record Uncounted() implements Verdict {}

    /// A limit, and what is left of it.
    ///
    /// @param name its name; may be empty
    /// @param rate how many requests
    /// @param remaining how many are left in this window
    /// @param reset seconds until the next window
    record Applied(String name, LimitRate rate, long remaining, long reset) {}
}
