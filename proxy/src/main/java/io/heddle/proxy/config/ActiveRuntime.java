package io.heddle.proxy.config;

import io.heddle.traffic.layer.RuntimeSnapshot;

/// What the layers of the runtime say now. Reading is one volatile read on any thread.
public final class ActiveRuntime {
    private volatile RuntimeSnapshot current = RuntimeSnapshot.EMPTY;

    /// What counts now.
    public RuntimeSnapshot current() {
        return current;
    }

    /// From now on `next` counts, for requests under way, too.
    public void take(RuntimeSnapshot next) {
        current = next;
    }
}
