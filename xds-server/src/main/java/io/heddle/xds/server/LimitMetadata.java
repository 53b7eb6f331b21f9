package io.heddle.xds.server;

import com.google.protobuf.Struct;
import com.google.protobuf.TextFormat;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.heddle.xds.client.StructWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an answer of [RateLimitService] says in `dynamic_metadata`: the metadata of limits that let the
/// request pass, beside what was asked, in the shape of Envoy's rate limit service.
final class LimitMetadata {
    private LimitMetadata() {}

    /// Empty where no limit has metadata.
    static Optional<Struct> of(RateLimitRequest request, List<RateLimiter.Verdict> verdicts) {
        var merged = new LinkedHashMap<String, Object>();
        for (var verdict : verdicts) {
            if (verdict instanceof RateLimiter.Limited limited && !limited.over()) {
                merge(merged, limited.metadata());
            }
        }
        if (merged.isEmpty()) {
            return Optional.empty();
        }
        var told = new LinkedHashMap<String, Object>();
        told.put("domain", request.getDomain());
        told.put(
                "descriptors",
                request.getDescriptorsList().stream().map(LimitMetadata::tree).toList());
        told.put("metadata", merged);
        if (request.getHitsAddend() != 0) {
            told.put("hitsAddend", Integer.toUnsignedLong(request.getHitsAddend()));
        }
        return Optional.of(StructWriter.struct(told));
    }

    /// What stands already stays; maps are merged.
    private static void merge(Map<String, Object> target, Map<?, ?> source) {
        source.forEach((key, value) -> {
            var name = String.valueOf(key);
            var known = target.get(name);
            if (known == null) {
                target.put(name, value);
            } else if (known instanceof Map<?, ?> before && value instanceof Map<?, ?> more) {
                var both = new LinkedHashMap<String, Object>();
                before.forEach((inner, found) -> both.put(String.valueOf(inner), found));
                merge(both, more);
                target.put(name, both);
            }
        });
    }

    private static Map<String, Object> tree(RateLimitDescriptor descriptor) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put(
                "entries",
                descriptor.getEntriesList().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
        if (descriptor.hasLimit()) {
            tree.put("limit", TextFormat.printer().emittingSingleLine(true).printToString(descriptor.getLimit()));
        }
        if (descriptor.hasHitsAddend()) {
            tree.put("hitsAddend", descriptor.getHitsAddend().getValue());
        }
        return tree;
    }
}
