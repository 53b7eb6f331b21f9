package io.heddle.traffic.ratelimit;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The buckets of one [LocalLimits]. Any thread.
public final class TokenBuckets {
    private final Optional<TokenBucket> everything;
    private final Map<List<DescriptorEntry>, Ranked> byDescriptor = new HashMap<>();

    /// A bucket.
    ///
    /// @param rank the slowest to fill has the lowest
    private record Ranked(int rank, TokenBucket bucket) {}

    TokenBuckets(LocalLimits limits) {
        this.everything = limits.everything().map(TokenBucket::new);
        var slowestFirst = limits.descriptors().stream()
                .sorted(Comparator.comparingDouble(found -> perSecond(found.rate())))
                .toList();
        for (int i = 0; i < slowestFirst.size(); i++) {
            var found = slowestFirst.get(i);
            byDescriptor.put(found.entries(), new Ranked(i, new TokenBucket(found.rate())));
        }
    }

    private static double perSecond(LocalLimits.Rate rate) {
        return rate.added() * 1e9 / rate.interval().toNanos();
    }

    /// The bucket of all requests, if there is one.
    public Optional<TokenBucket> everything() {
        return everything;
    }

    /// What came of a request.
    ///
    /// @param allowed whether it may pass
    /// @param tightest the bucket that had no token, else the one that has the fewest left; empty when none
    ///     was asked
    public record Taken(boolean allowed, Optional<TokenBucket> tightest) {
        private static final Taken UNLIMITED = new Taken(true, Optional.empty());
    }

    /// Takes a token, or as many as it counts for, from the bucket of each descriptor that has one, and one
    /// from that of all requests, the latter always or only where no descriptor has one. The slowest to
    /// fill is asked first, each once, and the first without a token refuses the request: those after it,
    /// which others share, lose nothing.
    public Taken take(List<Descriptor> descriptors, boolean alwaysAll, long now) {
        var taken = Taken.UNLIMITED;
        int asked = -1;
        while (taken.allowed()) {
            var next = after(asked, descriptors);
            if (next.isEmpty()) {
                break;
            }
            asked = next.get().rank();
            taken = take(next.get().bucket(), hits(asked, descriptors), taken, now);
        }
        boolean asksAll = taken.allowed() && (alwaysAll || taken.tightest().isEmpty());
        return asksAll && everything.isPresent() ? take(everything.get(), 1, taken, now) : taken;
    }

    /// The slowest bucket of the descriptors that is faster than that of `rank`.
    private Optional<Ranked> after(int rank, List<Descriptor> descriptors) {
        Optional<Ranked> next = Optional.empty();
        for (int i = 0; i < descriptors.size(); i++) {
            var found = Optional.ofNullable(byDescriptor.get(descriptors.get(i).entries()));
            boolean later = found.isPresent() && found.get().rank() > rank;
            if (later && (next.isEmpty() || found.get().rank() < next.get().rank())) {
                next = found;
            }
        }
        return next;
    }

    /// How many requests the first descriptor of the bucket of `rank` counts as.
    private long hits(int rank, List<Descriptor> descriptors) {
        for (int i = 0; i < descriptors.size(); i++) {
            var found = byDescriptor.get(descriptors.get(i).entries());
            if (found != null && found.rank() == rank) {
                return descriptors.get(i).hits().orElse(1);
            }
        }
        return 1;
    }

    private static Taken take(TokenBucket bucket, long hits, Taken before, long now) {
        if (!bucket.take(hits, now)) {
            return new Taken(false, Optional.of(bucket));
        }
        boolean tighter = before.tightest().isEmpty()
                || bucket.left(now) < before.tightest().get().left(now);
        return tighter ? new Taken(true, Optional.of(bucket)) : before;
    }

    boolean isFull(long now) {
        return everything.stream().allMatch(bucket -> bucket.isFull(now))
                && byDescriptor.values().stream()
                        .allMatch(found -> found.bucket().isFull(now));
    }
}
