package io.heddle.traffic.filter;

import io.heddle.traffic.route.FilterOverride;

/// Lets a request pass once all of its body is there, as Envoy's `envoy.filters.http.buffer`: for applications that
/// cannot wait for slow clients, or that want a `content-length`. A body beyond the limit is answered 413.
public final class BufferFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.buffer";

    private final String name;
    private final Limit limit;

    /// A filter called `name` in its chain; `limit` holds where no route has another.
    public BufferFilter(String name, Limit limit) {
        this.name = name;
        this.limit = limit;
    }

    /// How much is held.
    ///
    /// @param bytes the most bytes of a body, at least 1
    public record Limit(long bytes) implements FilterOverride {}

    /// How much is held where no route has another limit.
    public Limit limit() {
        return limit;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean seesBodies() {
        return true;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        if (request.bodiless()) {
            return FilterStep.CONTINUE;
        }
        var override = request.override(name);
        if (FilterOverride.disables(override)) {
            return FilterStep.CONTINUE;
        }
        var held = override.isPresent() && override.get() instanceof Limit other ? other : limit;
        return new FilterStep.Ask(new FilterStep.Question.Body(held.bytes(), false));
    }
}
