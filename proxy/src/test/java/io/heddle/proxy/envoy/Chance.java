package io.heddle.proxy.envoy;

import java.util.List;
import java.util.SplittableRandom;

/// Draws from a seed.
final class Chance {
    private final SplittableRandom random;

    Chance(long seed) {
        random = new SplittableRandom(seed);
    }

    /// True so many times of a hundred.
    boolean in(int percent) {
        return random.nextInt(100) < percent;
    }

    /// From 0 to `bound`, exclusive.
    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    @SafeVarargs
    final <T> T one(T... list) {
        return list[random.nextInt(list.length)];
    }
}
