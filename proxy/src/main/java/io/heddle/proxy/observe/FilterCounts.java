package io.heddle.proxy.observe;

import io.heddle.traffic.filter.FilterCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What the filters of this proxy counted. It outlives configurations, so that no counter falls. Any thread; counting
/// allocates only the first time.
final class FilterCounts {
    private static final int MOST = 10_000;

    private final Map<FilterCounter, Map<String, LongAdder>> counts = new ConcurrentHashMap<>();

    /// Counts `amount`; too many counters are not kept, as configuration makes them up.
    void count(FilterCounter counter, String statPrefix, long amount) {
        var byPrefix = counts.get(counter);
        if (byPrefix == null) {
            if (counts.size() >= MOST) {
                return;
            }
            byPrefix = counts.computeIfAbsent(counter, _ -> new ConcurrentHashMap<>());
        }
        var label = counter.value().isEmpty() ? statPrefix : counter.value();
        var count = byPrefix.get(label);
        if (count == null) {
            if (byPrefix.size() >= MOST) {
                return;
            }
            count = byPrefix.computeIfAbsent(label, _ -> new LongAdder());
        }
        count.add(amount);
    }

    /// The families, by name.
    List<LabelledFamily> families() {
        var byFamily = new TreeMap<String, FilterCounter>();
        var values = new TreeMap<String, Map<String, Long>>();
        counts.forEach((counter, byPrefix) -> {
            byFamily.putIfAbsent(counter.family(), counter);
            var samples = values.computeIfAbsent(counter.family(), _ -> new TreeMap<>());
            byPrefix.forEach((prefix, count) -> samples.put(prefix, count.sum()));
        });
        var families = new ArrayList<LabelledFamily>();
        byFamily.forEach((name, counter) -> families.add(new LabelledFamily(
                name, "counter", counter.help(), counter.label(), values.getOrDefault(name, Map.of()))));
        return families;
    }
}
