package io.heddle.traffic.ratelimit;

import java.util.List;
import java.util.OptionalLong;

/// What a request is counted as (Envoy's `RateLimitDescriptor`).
///
/// @param entries its parts, in their order
/// @param hits how many requests it counts as (`hits_addend`); empty for one, or what the service takes for
///     it
public record Descriptor(List<DescriptorEntry> entries, OptionalLong hits) {
    public Descriptor {
        entries = List.copyOf(entries);
    }

    /// One that counts as one request.
    public Descriptor(List<DescriptorEntry> entries) {
        this(entries, OptionalLong.empty());
    }
}
