package io.heddle.traffic.resilience;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/// Counts what became of requests in the last seconds, and draws which new ones are refused: the more failed, the more
/// (client-side throttling, "Site Reliability Engineering", chapter 21; Envoy's admission control).
///
/// Safe on any thread, without locks: a second that passes on several threads at a time may count a few requests too
/// few.
public final class AdmissionController {
    private final AdmissionSettings settings;
    private final int seconds;
    private final AtomicLongArray second;
    private final AtomicLongArray total;
    private final AtomicLongArray succeeded;
    private volatile Past past = new Past(Long.MIN_VALUE, 0, 0, 0);

    /// What became of requests in the window before `second`; counted once a second.
    private record Past(long second, long requests, long successes, long oldest) {}

    /// One that has seen no requests.
    public AdmissionController(AdmissionSettings settings) {
        this.settings = settings;
        this.seconds = (int) Math.max(1, settings.window().toSeconds());
        this.second = new AtomicLongArray(seconds);
        this.total = new AtomicLongArray(seconds);
        this.succeeded = new AtomicLongArray(seconds);
        for (int i = 0; i < seconds; i++) {
            second.set(i, Long.MIN_VALUE);
        }
    }

    /// A request that was let pass has ended.
    ///
    /// @param now `System.nanoTime()`
    public void ended(boolean success, long now) {
        long current = TimeUnit.NANOSECONDS.toSeconds(now);
        int slot = Math.floorMod(current, seconds);
        long before = second.get(slot);
        if (before != current && second.compareAndSet(slot, before, current)) {
            total.set(slot, 0);
            succeeded.set(slot, 0);
        }
        total.incrementAndGet(slot);
        if (success) {
            succeeded.incrementAndGet(slot);
        }
    }

    /// Whether a request at `now` is refused; `chance` is drawn evenly.
    public boolean refuses(long now, long chance) {
        long current = TimeUnit.NANOSECONDS.toSeconds(now);
        var before = past;
        if (before.second() != current) {
            before = before(current);
            past = before;
        }
        long requests = before.requests();
        long successes = before.successes();
        int slot = Math.floorMod(current, seconds);
        if (second.get(slot) == current) {
            requests += total.get(slot);
            successes += succeeded.get(slot);
        }
        if (requests / Math.max(1, current - before.oldest()) < settings.quietRate()) {
            return false;
        }
        double drawn = (chance >>> 11) * 0x1.0p-53;
        return drawn < probability(requests, successes);
    }

    private Past before(long current) {
        long requests = 0;
        long successes = 0;
        long oldest = current;
        for (int i = 0; i < seconds; i++) {
            long at = second.get(i);
            if (at > current - seconds && at < current) {
                requests += total.get(i);
                successes += succeeded.get(i);
                oldest = Math.min(oldest, at);
            }
        }
        return new Past(current, requests, successes, oldest);
    }

    private double probability(long requests, long successes) {
        double excess = (requests - successes / settings.threshold()) / (requests + 1);
        if (excess <= 0) {
            return 0;
        }
        return Math.min(settings.most(), Math.pow(excess, 1 / settings.aggression()));
    }
}
