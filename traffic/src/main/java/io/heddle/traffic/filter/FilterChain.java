package io.heddle.traffic.filter;

import java.util.List;

/// The filters of a listener in the order of their execution, without the router that ends every chain.
///
/// @param filters in order
public record FilterChain(List<HttpFilter> filters) {
    public FilterChain {
        filters = List.copyOf(filters);
    }
}
