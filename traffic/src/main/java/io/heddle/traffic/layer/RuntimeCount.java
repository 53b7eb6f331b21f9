package io.heddle.traffic.layer;

/// A whole number of 0 or more that a runtime may override (Envoy's `core.v3.RuntimeUInt32`, and what Envoy has a key
/// for without a message).
///
/// @param key what overrides it
/// @param standard what is configured
public record RuntimeCount(RuntimeKey key, long standard) {
    /// A number that nothing overrides.
    public static RuntimeCount of(long number) {
        return new RuntimeCount(RuntimeKey.NONE, number);
    }

    /// What counts under `runtime`.
    public long value(RuntimeSnapshot runtime) {
        return key.whole(runtime, standard);
    }
}
