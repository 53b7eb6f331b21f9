package io.heddle.proxy.ads;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Pauses between attempts: random, up to a bound that doubles from 100 ms to 5 s. Not thread-safe.
final class Backoff {
    private static final long FIRST_MILLIS = 100;
    private static final long LAST_MILLIS = 5000;

    private final RandomGenerator random;
    private long bound = FIRST_MILLIS;

    Backoff() {
        this(RandomGenerator.getDefault());
    }

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /// The next pause: between half of the bound and all of it.
    Duration next() {
        var pause = Duration.ofMillis(bound / 2 + random.nextLong(bound / 2 + 1));
        bound = Math.min(LAST_MILLIS, bound * 2);
        return pause;
    }

    void reset() {
        bound = FIRST_MILLIS;
    }
}
