package io.heddle.traffic.ratelimit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The buckets of one [LocalLimits]. Any thread.
public final class TokenBuckets {
    private final Optional<TokenBucket> everything;
    private final Map<List<DescriptorEntry>, Ranked> byDescriptor = new HashMap<>();
    private final List<Open> open = new ArrayList<>();

    /// A bucket.
    ///
    /// @param rank the slowest to fill has the lowest
    private record Ranked(int rank, TokenBucket bucket) {}

    /// Buckets of a descriptor that leaves values open.
    private record Open(int rank, DynamicBuckets buckets) {}

    /// A bucket that a request takes tokens from.
    private record Asked(int rank, TokenBucket bucket, long hits) {}

    TokenBuckets(LocalLimits limits) {
        this.everything = limits.everything().map(TokenBucket::new);
        var slowestFirst = limits.descriptors().stream()
                .sorted(Comparator.comparingDouble(found -> perSecond(found.rate())))
                .toList();
        for (int i = 0; i < slowestFirst.size(); i++) {
            var found = slowestFirst.get(i);
            if (found.isOpen()) {
                open.add(new Open(i, new DynamicBuckets(found, limits.mostDynamic())));
            } else {
                byDescriptor.put(found.entries(), new Ranked(i, new TokenBucket(found.rate())));
            }
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
        var asked = asked(descriptors, now);
        for (int i = 0; i < asked.size() && taken.allowed(); i++) {
            taken = take(asked.get(i).bucket(), asked.get(i).hits(), taken, now);
        }
        boolean asksAll = taken.allowed() && (alwaysAll || taken.tightest().isEmpty());
        return asksAll && everything.isPresent() ? take(everything.get(), 1, taken, now) : taken;
    }

    /// The buckets of the descriptors, each once, the slowest first. The first descriptor of a bucket says how many
    /// tokens it is asked for.
    private List<Asked> asked(List<Descriptor> descriptors, long now) {
        List<Asked> all = List.of();
        for (int i = 0; i < descriptors.size(); i++) {
            var found = find(descriptors.get(i), now);
            if (found.isPresent()) {
                all = all.isEmpty() ? new ArrayList<>(descriptors.size()) : all;
                insert(found.get(), all);
            }
        }
        return all;
    }

    private static void insert(Asked found, List<Asked> all) {
        int place = all.size();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).bucket() == found.bucket()) {
                return;
            }
            place = all.get(i).rank() > found.rank() ? Math.min(place, i) : place;
        }
        all.add(place, found);
    }

    /// The bucket of a descriptor: that of its values, else the first that leaves them open.
    private Optional<Asked> find(Descriptor descriptor, long now) {
        long hits = descriptor.hits().orElse(1);
        var exact = byDescriptor.get(descriptor.entries());
        if (exact != null) {
            return Optional.of(new Asked(exact.rank(), exact.bucket(), hits));
        }
        for (int i = 0; i < open.size(); i++) {
            var found = open.get(i);
            if (found.buckets().fits(descriptor.entries())) {
                return Optional.of(new Asked(found.rank(), found.buckets().of(descriptor.entries(), now), hits));
            }
        }
        return Optional.empty();
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
                        .allMatch(found -> found.bucket().isFull(now))
                && open.stream().allMatch(found -> found.buckets().isFull(now));
    }
}
