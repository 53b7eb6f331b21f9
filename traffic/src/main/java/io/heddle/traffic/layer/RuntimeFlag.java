package io.heddle.traffic.layer;

/// A yes or no that a runtime may override (Envoy's `core.v3.RuntimeFeatureFlag`).
///
/// @param key what overrides it
/// @param standard what is configured
public record RuntimeFlag(RuntimeKey key, boolean standard) {
    /// Yes, whatever a runtime says.
    public static final RuntimeFlag ON = new RuntimeFlag(RuntimeKey.NONE, true);
    /// No, whatever a runtime says.
    public static final RuntimeFlag OFF = new RuntimeFlag(RuntimeKey.NONE, false);

    /// Whether it is yes under `runtime`.
    public boolean isOn(RuntimeSnapshot runtime) {
        var said = key.in(runtime);
        return said.isEmpty() ? standard : said.get().flag().orElse(standard);
    }
}
