package io.heddle.traffic.route;

import java.util.Optional;

/// Settings of one filter for one route, virtual host or weighted cluster (Envoy's `typed_per_filter_config`).
/// Each filter that knows overrides has its own; [Disabled] is understood by every filter.
public interface FilterOverride {
    /// What holds where these settings are more specific than `outer` ones of the same filter: these alone, unless the
    /// filter knows better.
    default FilterOverride over(FilterOverride outer) {
        return this;
    }

    /// Whether the filter is to let a request pass for which this was found.
    static boolean disables(Optional<FilterOverride> found) {
        return found.isPresent() && found.get() instanceof Disabled;
    }

    /// The settings of a filter for a request for which this was found: `own` where it is none of its `kind`; empty
    /// where the filter is to let the request pass.
    static <S> Optional<S> settings(Optional<FilterOverride> found, Class<S> kind, S own) {
        if (disables(found)) {
            return Optional.empty();
        }
        return Optional.of(found.isPresent() && kind.isInstance(found.get()) ? kind.cast(found.get()) : own);
    }

    /// The filter lets such requests pass (Envoy's `FilterConfig.disabled`).
    record Disabled() implements FilterOverride {}

    /// The filter works as its chain says, also where it is off in the chain (Envoy's `FilterConfig` with neither
    /// `disabled` nor settings).
    record Enabled() implements FilterOverride {
        @Override
        public FilterOverride over(FilterOverride outer) {
            return outer instanceof Disabled ? this : outer;
        }
    }
}
