package io.heddle.traffic.route;

/// Settings of one filter for one route, virtual host or weighted cluster (Envoy's `typed_per_filter_config`).
/// Each filter that knows overrides has its own; [Disabled] is understood by every filter.
public interface FilterOverride {
    /// What holds where these settings are more specific than `outer` ones of the same filter: these alone, unless the
    /// filter knows better.
    default FilterOverride over(FilterOverride outer) {
        return this;
    }

    /// The filter lets such requests pass (Envoy's `FilterConfig.disabled`).
    record Disabled() implements FilterOverride {}
}
