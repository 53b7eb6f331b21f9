package io.heddle.traffic.layer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// What the layers of a runtime say together at one time: of each key what the last layer says that has it. Immutable;
/// two are the same only if they are one object, so that a [RuntimeKey] knows at once whether it has looked.
public final class RuntimeSnapshot {
    private static final AtomicLong LAST = new AtomicLong();

    /// No layers.
    public static final RuntimeSnapshot EMPTY = new RuntimeSnapshot(List.of());

    private final long number = LAST.incrementAndGet();
    private final List<RuntimeLayer> layers;
    private final Map<String, RuntimeValue> values;

    /// Later layers over earlier ones.
    public RuntimeSnapshot(List<RuntimeLayer> layers) {
        this.layers = List.copyOf(layers);
        var all = new HashMap<String, RuntimeValue>();
        this.layers.forEach(layer -> all.putAll(layer.values()));
        this.values = Map.copyOf(all);
    }

    /// What no other snapshot of this process is called.
    long number() {
        return number;
    }

    /// The layers, the first one first.
    public List<RuntimeLayer> layers() {
        return layers;
    }

    /// What counts of each key.
    public Map<String, RuntimeValue> values() {
        return values;
    }

    /// What counts of `key`; empty where no layer has it.
    public Optional<RuntimeValue> value(String key) {
        return Optional.ofNullable(values.get(key));
    }
}
