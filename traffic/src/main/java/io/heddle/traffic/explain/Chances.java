package io.heddle.traffic.explain;

/// Numbers drawn evenly, the same ones for the same seed (SplitMix64). Confined to a thread.
final class Chances {
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private long state;

    Chances(long seed) {
        state = seed;
    }

    long next() {
        state += STEP;
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
