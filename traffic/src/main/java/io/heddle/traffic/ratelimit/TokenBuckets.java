package io.heddle.traffic.ratelimit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The buckets of one [LocalLimits]. Any thread.
public final class TokenBuckets {
    private final Optional<TokenBucket> everything;
    private final Map<List<DescriptorEntry>, TokenBucket> byDescriptor = new HashMap<>();

    TokenBuckets(LocalLimits limits) {
        this.everything = limits.everything().map(TokenBucket::new);
        limits.descriptors().forEach(found -> byDescriptor.put(found.entries(), new TokenBucket(found.rate())));
    }

    /// What came of a request.
    ///
    /// @param allowed whether it may pass
    /// @param tightest the bucket that had no token, else the one that has the fewest left; empty when none
    ///     was asked
    public record Taken(boolean allowed, Optional<TokenBucket> tightest) {
        private static final Taken UNLIMITED = new Taken(true, Optional.empty());
    }

    /// Takes a token from the bucket of each descriptor that has one, and from that of all requests, the latter always
    /// or only where no descriptor has one. The first that has no token refuses the request, and those after it are
    /// not asked.
    public Taken take(List<List<DescriptorEntry>> descriptors, boolean alwaysAll, long now) {
        var taken = Taken.UNLIMITED;
        for (int i = 0; i < descriptors.size(); i++) {
            var bucket = byDescriptor.get(descriptors.get(i));
            if (bucket != null && taken.allowed()) {
                taken = take(bucket, taken, now);
            }
        }
        boolean asksAll = taken.allowed() && (alwaysAll || taken.tightest().isEmpty());
        return asksAll && everything.isPresent() ? take(everything.get(), taken, now) : taken;
    }

    private static Taken take(TokenBucket bucket, Taken before, long now) {
        if (!bucket.take(now)) {
            return new Taken(false, Optional.of(bucket));
        }
        boolean tighter = before.tightest().isEmpty()
                || bucket.left(now) < before.tightest().get().left(now);
        return tighter ? new Taken(true, Optional.of(bucket)) : before;
    }

    boolean isFull(long now) {
        return everything.stream().allMatch(bucket -> bucket.isFull(now))
                && byDescriptor.values().stream().allMatch(bucket -> bucket.isFull(now));
    }
}
