package io.heddle.traffic.layer;

/// A share of requests that a runtime may override (Envoy's `core.v3.RuntimeFractionalPercent`).
///
/// @param key what overrides it: a share, or a number of percents
/// @param numerator how many requests, not more than `denominator`
/// @param denominator of how many: 100, 10,000 or 1,000,000
public record RuntimeShare(RuntimeKey key, int numerator, int denominator) {
    private static final int MILLION = 1_000_000;

    /// All requests.
    public static final RuntimeShare ALL = of(100, 100);
    /// None.
    public static final RuntimeShare NONE = of(0, 100);

    public RuntimeShare {
        if (numerator < 0 || numerator > denominator || denominator <= 0 || MILLION % denominator != 0) {
            throw new IllegalArgumentException(numerator + " of " + denominator);
        }
    }

    /// A share that nothing overrides.
    public static RuntimeShare of(int numerator, int denominator) {
        return new RuntimeShare(RuntimeKey.NONE, numerator, denominator);
    }

    /// A share of a million that nothing overrides.
    public static RuntimeShare ofMillion(int millionths) {
        return of(millionths, MILLION);
    }

    /// The same, overridden by `other`.
    public RuntimeShare overriddenBy(RuntimeKey other) {
        return new RuntimeShare(other, numerator, denominator);
    }

    /// The share that counts under `runtime`.
    public RuntimeShare in(RuntimeSnapshot runtime) {
        var said = key.in(runtime);
        return said.isEmpty() ? this : said.get().share().orElse(this);
    }

    /// In millionths, what is configured.
    public int millionths() {
        return numerator * (MILLION / denominator);
    }

    /// In millionths, what counts under `runtime`.
    public int millionths(RuntimeSnapshot runtime) {
        return in(runtime).millionths();
    }

    /// Whether `chance`, any long drawn evenly, is among what counts under `runtime`; its upper bits decide.
    public boolean holds(long chance, RuntimeSnapshot runtime) {
        var counts = in(runtime);
        return Math.unsignedMultiplyHigh(chance, counts.denominator) < counts.numerator;
    }
}
