package io.heddle.traffic.layer;

/// A number that a runtime may override (Envoy's `core.v3.RuntimeDouble` and `core.v3.RuntimePercent`).
///
/// @param key what overrides it
/// @param standard what is configured
public record RuntimeNumber(RuntimeKey key, double standard) {
    /// A number that nothing overrides.
    public static RuntimeNumber of(double number) {
        return new RuntimeNumber(RuntimeKey.NONE, number);
    }

    /// What counts under `runtime`.
    public double value(RuntimeSnapshot runtime) {
        var said = key.in(runtime);
        return said.isEmpty() ? standard : said.get().number().orElse(standard);
    }
}
