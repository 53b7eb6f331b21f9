package io.heddle.cli.server;

import java.time.Duration;

/// Has the heap collected when most of it may be garbage, so that it need not grow for that.
///
/// What a control plane makes lives for seconds to minutes (configurations until the next one, figures until they leave
/// their window), and what a proxy has under way at a collection as long as its requests: too long for the young
/// generation, and the old one is collected only when it can grow no more. One collection takes some tens of
/// milliseconds. One thread's.
final class HeapWatch {
    private static final Duration EVERY = Duration.ofSeconds(15);
    private static final long SLACK = 16L * 1024 * 1024;

    private long live;

    /// Watches this process's heap from now on, on a thread of its own.
    static void start() {
        var watch = new HeapWatch();
        watch.collected(used());
        Thread.ofPlatform().daemon().name("heap-watch").start(watch::run);
    }

    /// Whether a collection is likely to free more than half of `used` bytes.
    boolean isDue(long used) {
        return used > 2 * live + SLACK;
    }

    /// So many bytes are left after a collection.
    void collected(long used) {
        live = used;
    }

    private void run() {
        while (true) {
            try {
                Thread.sleep(EVERY);
            } catch (InterruptedException _) {
                return;
            }
            if (isDue(used())) {
                System.gc();
                collected(used());
            }
        }
    }

    private static long used() {
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
