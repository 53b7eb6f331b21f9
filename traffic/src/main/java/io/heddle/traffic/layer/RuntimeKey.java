package io.heddle.traffic.layer;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The name under which a runtime may override a value of the configuration (Envoy's `runtime_key`).
///
/// A key remembers what the snapshot that it was asked under last says, so a request costs a comparison of two
/// numbers, with a layer that has the key or without; a map is looked into once a snapshot. What is remembered is
/// found anew by whoever sees another snapshot, so it does not matter which thread wrote it. Safe on any thread.
public final class RuntimeKey {
    /// No key: what is configured counts.
    public static final RuntimeKey NONE = new RuntimeKey("");

    private final String name;
    private Known known = new Known(RuntimeSnapshot.EMPTY.number(), Optional.empty());

    /// What the snapshot of a number says; it is not kept for that.
    private record Known(long snapshot, Optional<RuntimeValue> value) {}

    private RuntimeKey(String name) {
        this.name = name;
    }

    /// The key called `name`; [#NONE] for an empty one.
    public static RuntimeKey of(String name) {
        return name.isEmpty() ? NONE : new RuntimeKey(name);
    }

    /// Its name; empty for [#NONE].
    public String name() {
        return name;
    }

    /// What `snapshot` says; empty where no layer has it.
    public Optional<RuntimeValue> in(RuntimeSnapshot snapshot) {
        if (name.isEmpty()) {
            return Optional.empty();
        }
        var found = known;
        if (found.snapshot != snapshot.number()) {
            found = new Known(snapshot.number(), snapshot.value(name));
            known = found;
        }
        return found.value;
    }

    /// The whole number that `snapshot` says; `standard` where it says none.
    public long whole(RuntimeSnapshot snapshot, long standard) {
        var said = in(snapshot);
        return said.isEmpty() ? standard : said.get().whole().orElse(standard);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RuntimeKey that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
