package io.heddle.proxy.overload;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/// How much of the Java heap is in use for good. What is in use between two collections is mostly garbage, and
/// says nothing; what was in use just after one does. So a look counts only when a collection has happened since
/// the one before, which a weak reference tells without the management beans that would cost a sidecar its start.
///
/// A look comes some time after the collection and counts what was allocated since: who acts on it collects first.
/// One thread.
final class HeapGauge {
    private WeakReference<@Nullable Object> sentinel = new WeakReference<>(new Object());
    private long afterCollection;

    /// Bytes in use, as far as is known; 0 before the first collection.
    long used() {
        var runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        if (sentinel.get() == null) {
            sentinel = new WeakReference<>(new Object());
            afterCollection = used;
        }
        return Math.min(used, afterCollection);
    }

    /// Bytes that may be in use.
    static long most() {
        return Runtime.getRuntime().maxMemory();
    }
}
