package io.heddle.traffic.route;

/// Settings of one filter for one route, virtual host or weighted cluster (Envoy's `typed_per_filter_config`).
/// Each filter that knows overrides has its own; [Disabled] is understood by every filter.
public interface FilterOverride {
    /// The filter lets such requests pass (Envoy's `FilterConfig.disabled`).
    record Disabled() implements FilterOverride {}
}
