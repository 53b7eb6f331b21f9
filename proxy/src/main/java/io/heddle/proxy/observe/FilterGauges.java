package io.heddle.proxy.observe;

import io.heddle.traffic.filter.FilterCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// How many requests the filters of this proxy hold at a time. It outlives configurations, as requests do. Any thread;
/// counting allocates only the first time.
final class FilterGauges {
    private final Map<FilterCounter, Map<String, AtomicLong>> gauges = new ConcurrentHashMap<>();

    /// One more, unless there are `most`; whether there is.
    boolean enter(FilterCounter gauge, String statPrefix, long most) {
        var value = value(gauge, statPrefix);
        long before = value.get();
        while (before < most) {
            if (value.compareAndSet(before, before + 1)) {
                return true;
            }
            before = value.get();
        }
        return false;
    }

    /// One less.
    void leave(FilterCounter gauge, String statPrefix) {
        value(gauge, statPrefix).decrementAndGet();
    }

    /// Every gauge is a constant of its filter, so that there are few.
    private AtomicLong value(FilterCounter gauge, String statPrefix) {
        var label = gauge.value().isEmpty() ? statPrefix : gauge.value();
        var byLabel = gauges.get(gauge);
        if (byLabel == null) {
            byLabel = gauges.computeIfAbsent(gauge, _ -> new ConcurrentHashMap<>());
        }
        var value = byLabel.get(label);
        return value == null ? byLabel.computeIfAbsent(label, _ -> new AtomicLong()) : value;
    }

    /// The families, by name.
    List<LabelledFamily> families() {
        var families = new ArrayList<LabelledFamily>();
        new TreeMap<>(named()).values().forEach(gauge -> {
            var values = new TreeMap<String, Long>();
            gauges.getOrDefault(gauge, Map.of()).forEach((label, value) -> values.put(label, value.get()));
            families.add(new LabelledFamily(gauge.family(), "gauge", gauge.help(), gauge.label(), values));
        });
        return families;
    }

    private Map<String, FilterCounter> named() {
        var named = new TreeMap<String, FilterCounter>();
        gauges.keySet().forEach(gauge -> named.put(gauge.family(), gauge));
        return named;
    }
}
