package io.heddle.traffic.filter;

import io.heddle.traffic.route.FilterOverride;

/// Has requests go to their hosts from their clients' addresses, as Envoy's `envoy.filters.http.original_src`. A
/// client's address is the one that the connection manager takes for it ([FilterRequest#peer]).
public final class OriginalSourceFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.original_src";

    private final String name;
    private final int mark;

    /// A filter called `name` in its chain; `mark` is the mark of the connections' packets (`SO_MARK`), 0 for none.
    public OriginalSourceFilter(String name, int mark) {
        this.name = name;
        this.mark = mark;
    }

    @Override
    public String name() {
        return name;
    }

    /// The mark of the connections' packets; 0 for none.
    public int mark() {
        return mark;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (!FilterOverride.disables(override)) {
            request.fromClient(mark);
        }
        return FilterStep.CONTINUE;
    }
}
