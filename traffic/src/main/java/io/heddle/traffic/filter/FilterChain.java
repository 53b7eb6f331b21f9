package io.heddle.traffic.filter;

import java.util.List;

/// The filters of a listener in the order of their execution, without the router that ends every chain.
///
/// @param filters in order
/// @param seesBodies whether any of them may ask for a request's body or change bodies
public record FilterChain(List<HttpFilter> filters, boolean seesBodies) {
    public FilterChain {
        filters = List.copyOf(filters);
    }

    /// Of these filters, in order.
    public FilterChain(List<HttpFilter> filters) {
        this(filters, filters.stream().anyMatch(HttpFilter::seesBodies));
    }
}
