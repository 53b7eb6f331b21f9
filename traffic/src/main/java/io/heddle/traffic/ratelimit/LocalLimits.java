package io.heddle.traffic.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How many requests one place of a configuration lets pass. It is also the name under which its buckets are kept
/// ([LimitBuckets]): the same limits at the same place go on with what is left when a configuration changes elsewhere.
///
/// @param place the object and the field, for example `Listener in: filter_chains[0]…`
/// @param everything for all requests; empty does not limit them
/// @param descriptors for those with a certain descriptor
/// @param mostDynamic how many buckets each of the descriptors has at most that leave values open, 1 or more
public record LocalLimits(String place, Optional<Rate> everything, List<OfDescriptor> descriptors, int mostDynamic) {
    /// How many there are where nothing is said, as in Envoy.
    public static final int MOST_DYNAMIC = 20;

    public LocalLimits {
        descriptors = List.copyOf(descriptors);
    }

    /// Limits with as many buckets as where nothing is said.
    public LocalLimits(String place, Optional<Rate> everything, List<OfDescriptor> descriptors) {
        this(place, everything, descriptors, MOST_DYNAMIC);
    }

    /// How fast a bucket fills (Envoy's `type.v3.TokenBucket`).
    ///
    /// @param most how many tokens it holds, and begins with; 1 or more
    /// @param added how many tokens come in each interval; 1 or more
    /// @param interval 50 ms or more
    public record Rate(long most, long added, Duration interval) {}

    /// A rate for requests with one descriptor.
    ///
    /// @param entries the whole descriptor, in its order; one without a value fits any, and each combination
    ///     of values has the rate for itself
    public record OfDescriptor(List<DescriptorEntry> entries, Rate rate) {
        public OfDescriptor {
            entries = List.copyOf(entries);
        }

        boolean isOpen() {
            return entries.stream().anyMatch(DescriptorEntry::isOpen);
        }
    }

    /// Few share a place, so that it alone is hashed.
    @Override
    public int hashCode() {
        return place.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof LocalLimits(var otherPlace, var otherRate, var otherDescriptors, int otherMost)
                        && place.equals(otherPlace)
                        && everything.equals(otherRate)
                        && descriptors.equals(otherDescriptors)
                        && mostDynamic == otherMost);
    }
}
