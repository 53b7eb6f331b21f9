package io.heddle.traffic.resilience;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;

/// Finds how many requests a service can have at a time: while they take as long as they do without any queue, more
/// are let pass; when they take longer, fewer. The gradient controller of Envoy's `adaptive_concurrency`.
///
/// From time to time the limit is lowered to the smallest, and the time that requests take then is taken for the
/// shortest that they can take. All that is computed, is computed in [#look], which a clock calls; requests only count.
///
/// Safe on any thread; [#look] is called by one thread. Threads share one number, how many requests are under way, for
/// the limit is one of all of them, to the request; all else they count apart.
public final class ConcurrencyController {
    private static final double LEAST_GRADIENT = 0.5;
    private static final double MOST_GRADIENT = 2;
    private static final int SUSPICIOUS = 5;
    private static final int LINE = 32;

    private final ConcurrencySettings settings;
    private final String statPrefix;
    private final TimeSamples samples = new TimeSamples();
    /// In the middle of what nobody touches, so that it takes no other number's cache line along.
    private final AtomicIntegerArray outstanding = new AtomicIntegerArray(2 * LINE + 1);

    private final LongAdder blocked = new LongAdder();
    private volatile int limit;
    private volatile long epoch = Long.MIN_VALUE;
    private volatile Figures figures = new Figures(0, 0, 0, 0, false);
    private int deferred;
    private int smallestInRow;
    private long nextUpdate;
    private long nextMeasuring;
    private boolean started;

    /// What it found out last.
    ///
    /// @param shortest how long requests take at the least, nanoseconds; 0 before it is known
    /// @param sample how long they took in the last window, nanoseconds
    /// @param gradient the quotient of the two, in thousandths
    /// @param headroom how much of the limit is for bursts
    /// @param measuring whether the shortest time is being measured
    public record Figures(long shortest, long sample, long gradient, long headroom, boolean measuring) {}

    /// One that has seen no requests, of the connection manager with `statPrefix`.
    public ConcurrencyController(ConcurrencySettings settings, String statPrefix) {
        this.settings = settings;
        this.statPrefix = statPrefix;
        this.limit = settings.smallest().concurrency();
    }

    /// The `stat_prefix` of its connection manager.
    public String statPrefix() {
        return statPrefix;
    }

    /// Whether one more request may pass; then [#ended] or [#cancelled] follows.
    public boolean enters() {
        int before = outstanding.get(LINE);
        while (before < limit) {
            if (outstanding.compareAndSet(LINE, before, before + 1)) {
                return true;
            }
            before = outstanding.get(LINE);
        }
        blocked.increment();
        return false;
    }

    /// A request that was let pass at `begun` has its whole answer at `now` (`System.nanoTime()`).
    public void ended(long begun, long now) {
        outstanding.decrementAndGet(LINE);
        long since = epoch;
        if (since == Long.MIN_VALUE || begun - since >= 0) {
            samples.add(now - begun);
        }
    }

    /// A request that was let pass has ended without a whole answer.
    public void cancelled() {
        outstanding.decrementAndGet(LINE);
    }

    /// How many requests may pass at a time.
    public int limit() {
        return limit;
    }

    /// How many requests were not let pass.
    public long blocked() {
        return blocked.sum();
    }

    /// How many requests are under way.
    public int outstanding() {
        return outstanding.get(LINE);
    }

    /// What it found out last.
    public Figures figures() {
        return figures;
    }

    /// Computes what is due at `now`; `chance` is drawn evenly.
    public void look(long now, long chance) {
        if (!started) {
            started = true;
            nextUpdate = now + settings.update().toNanos();
            settings.smallest()
                    .fixed()
                    .ifPresentOrElse(
                            fixed -> figures = new Figures(fixed.toNanos(), 0, 0, 0, false), () -> measure(now));
            return;
        }
        if (figures.measuring()) {
            if (samples.count() >= settings.smallest().requests()) {
                measured(now, chance);
            }
            return;
        }
        if (settings.smallest().fixed().isEmpty() && now - nextMeasuring >= 0) {
            measure(now);
            return;
        }
        if (now - nextUpdate >= 0) {
            nextUpdate = now + settings.update().toNanos();
            update(now);
        }
    }

    private void measure(long now) {
        deferred = limit;
        epoch = now;
        samples.clear();
        figures = new Figures(figures.shortest(), figures.sample(), figures.gradient(), figures.headroom(), true);
        limit = settings.smallest().concurrency();
    }

    private void measured(long now, long chance) {
        long shortest = samples.percentile(settings.percentile()).orElse(figures.shortest());
        samples.clear();
        var interval = settings.smallest().interval().toNanos();
        long jitter = (long) (interval * settings.smallest().jitter() / 100);
        nextMeasuring = now + interval + Math.unsignedMultiplyHigh(chance, jitter);
        nextUpdate = now + settings.update().toNanos();
        smallestInRow = 0;
        figures = new Figures(shortest, figures.sample(), figures.gradient(), figures.headroom(), false);
        limit = deferred;
    }

    private void update(long now) {
        Optional<Long> sample = samples.percentile(settings.percentile());
        if (sample.isEmpty()) {
            return;
        }
        samples.clear();
        long shortest = figures.shortest();
        double buffered = shortest * (1 + settings.smallest().buffer() / 100);
        double gradient = Math.clamp(buffered / Math.max(1, sample.get()), LEAST_GRADIENT, MOST_GRADIENT);
        double wanted = limit * gradient;
        double headroom = Math.sqrt(wanted);
        int least = settings.smallest().concurrency();
        int next = (int) Math.clamp(wanted + headroom, least, Math.max(least, settings.most()));
        smallestInRow = next == least && limit == least ? smallestInRow + 1 : 0;
        figures = new Figures(shortest, sample.get(), (long) (gradient * 1000), (long) headroom, false);
        limit = next;
        if (smallestInRow >= SUSPICIOUS && settings.smallest().fixed().isEmpty()) {
            nextMeasuring = now; // the limit is where it must be to measure, and may be there for a wrong measure
        }
    }
}
