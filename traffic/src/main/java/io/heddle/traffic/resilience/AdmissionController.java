package io.heddle.traffic.resilience;

import io.heddle.traffic.layer.RuntimeSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/// Counts what became of requests in the last seconds, and draws which new ones are refused: the more failed, the more
/// (client-side throttling, "Site Reliability Engineering", chapter 21; Envoy's admission control).
///
/// Safe on any thread, without locks: a second that passes on several threads at a time may count a few requests too
/// few. What has ended is counted apart by threads that would meet, and added up once a millisecond at most: so old
/// may be what a draw goes by.
public final class AdmissionController {
    private static final long OFTEN = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double ALL = 100;

    private final AdmissionSettings settings;
    private final int seconds;
    private final AtomicLongArray second;
    private final List<LongAdder> total;
    private final List<LongAdder> succeeded;
    private volatile Past past = new Past(Long.MIN_VALUE, 0, 0, 0);
    private volatile Optional<Likely> likely = Optional.empty();

    /// What became of requests in the window before `second`; counted once a second.
    private record Past(long second, long requests, long successes, long oldest) {}

    /// How likely a request is refused, as it was at `nanos`.
    private record Likely(long nanos, RuntimeSnapshot runtime, double probability) {}

    /// One that has seen no requests.
    public AdmissionController(AdmissionSettings settings) {
        this.settings = settings;
        this.seconds = (int) Math.max(1, settings.window().toSeconds());
        this.second = new AtomicLongArray(seconds);
        this.total = Stream.generate(LongAdder::new).limit(seconds).toList();
        this.succeeded = Stream.generate(LongAdder::new).limit(seconds).toList();
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
            total.get(slot).reset();
            succeeded.get(slot).reset();
        }
        total.get(slot).increment();
        if (success) {
            succeeded.get(slot).increment();
        }
    }

    /// Whether a request at `now` is refused; `chance` is drawn evenly, and `runtime` overrides settings.
    @SuppressWarnings("ReferenceEquality") // Another snapshot is another object.
    public boolean refuses(long now, long chance, RuntimeSnapshot runtime) {
        var known = likely;
        if (known.isEmpty() || now - known.get().nanos() >= OFTEN || known.get().runtime() != runtime) {
            known = Optional.of(new Likely(now, runtime, probability(now, runtime)));
            likely = known;
        }
        double drawn = (chance >>> 11) * 0x1.0p-53;
        return drawn < known.get().probability();
    }

    private double probability(long now, RuntimeSnapshot runtime) {
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
            requests += total.get(slot).sum();
            successes += succeeded.get(slot).sum();
        }
        boolean quiet = requests / Math.max(1, current - before.oldest())
                < settings.quietRate().value(runtime);
        return quiet ? 0 : probability(requests, successes, runtime);
    }

    private Past before(long current) {
        long requests = 0;
        long successes = 0;
        long oldest = current;
        for (int i = 0; i < seconds; i++) {
            long at = second.get(i);
            if (at > current - seconds && at < current) {
                requests += total.get(i).sum();
                successes += succeeded.get(i).sum();
                oldest = Math.min(oldest, at);
            }
        }
        return new Past(current, requests, successes, oldest);
    }

    private double probability(long requests, long successes, RuntimeSnapshot runtime) {
        double threshold = Math.clamp(settings.threshold().value(runtime), 1, ALL) / ALL;
        double excess = (requests - successes / threshold) / (requests + 1);
        if (excess <= 0) {
            return 0;
        }
        double most = Math.clamp(settings.most().value(runtime), 0, ALL) / ALL;
        double aggression = Math.max(1, settings.aggression().value(runtime));
        return Math.min(most, Math.pow(excess, 1 / aggression));
    }
}
