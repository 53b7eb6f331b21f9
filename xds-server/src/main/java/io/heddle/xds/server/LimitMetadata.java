package io.heddle.xds.server;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Value;
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
        var descriptors = ListValue.newBuilder();
        request.getDescriptorsList().forEach(descriptor -> descriptors.addValues(value(descriptor)));
        var struct = Struct.newBuilder()
                .putFields("domain", text(request.getDomain()))
                .putFields(
                        "descriptors",
                        Value.newBuilder().setListValue(descriptors).build())
                .putFields(
                        "metadata",
                        Value.newBuilder()
                                .setStructValue(StructWriter.struct(merged))
                                .build());
        if (request.getHitsAddend() != 0) {
            struct.putFields("hitsAddend", number(Integer.toUnsignedLong(request.getHitsAddend())));
        }
        return Optional.of(struct.build());
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

    private static Value value(RateLimitDescriptor descriptor) {
        var entries = ListValue.newBuilder();
        descriptor.getEntriesList().forEach(entry -> entries.addValues(text(entry.getKey() + "=" + entry.getValue())));
        var struct = Struct.newBuilder()
                .putFields("entries", Value.newBuilder().setListValue(entries).build());
        if (descriptor.hasLimit()) {
            struct.putFields(
                    "limit", text(TextFormat.printer().emittingSingleLine(true).printToString(descriptor.getLimit())));
        }
        if (descriptor.hasHitsAddend()) {
            struct.putFields("hitsAddend", number(descriptor.getHitsAddend().getValue()));
        }
        return Value.newBuilder().setStructValue(struct).build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value number(long number) {
        return Value.newBuilder().setNumberValue((double) number).build();
    }
}
