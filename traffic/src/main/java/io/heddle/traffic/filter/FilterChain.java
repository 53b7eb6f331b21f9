package io.heddle.traffic.filter;

import io.heddle.traffic.route.FilterOverride;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The filters of a listener in the order of their execution, without the router that ends every chain.
///
/// @param filters in order
/// @param seesBodies whether any of them may ask for a request's body or change bodies
/// @param off the names of those that let requests pass unless a route says otherwise (Envoy's
///     `HttpFilter.disabled`)
public record FilterChain(List<HttpFilter> filters, boolean seesBodies, Set<String> off) {
    /// No filters at all.
    public static final FilterChain NONE = new FilterChain(List.of());

    private static final Optional<FilterOverride> DISABLED = Optional.of(new FilterOverride.Disabled());

    public FilterChain {
        filters = List.copyOf(filters);
        off = Set.copyOf(off);
    }

    /// Of these filters, in order.
    public FilterChain(List<HttpFilter> filters) {
        this(filters, Set.of());
    }

    /// Of these filters, in order, some of which are off.
    public FilterChain(List<HttpFilter> filters, Set<String> off) {
        this(filters, filters.stream().anyMatch(HttpFilter::seesBodies), off);
    }

    /// The settings of filter `name` for a request whose route, virtual host or weighted cluster says `found`.
    public Optional<FilterOverride> settled(String name, Optional<FilterOverride> found) {
        if (found.isPresent()) {
            return found.get() instanceof FilterOverride.Enabled ? Optional.empty() : found;
        }
        return off.contains(name) ? DISABLED : found;
    }
}
