package io.heddle.traffic.filter;

import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.route.FilterOverride;
import java.util.ArrayList;
import java.util.List;

/// Changes heads of requests and answers at its place in the chain, as Envoy's `envoy.filters.http.header_mutation`:
/// its own changes first, then those of the route, its virtual host and its table, all of them. Answers that a filter
/// before it makes are changed, too.
public final class HeaderMutationFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.header_mutation";

    private final String name;
    private final Mutations own;
    private final boolean specificWins;

    /// A filter called `name` in its chain, with its `own` changes. The changes of the most specific level are made
    /// first, or last if `specificWins`.
    public HeaderMutationFilter(String name, Mutations own, boolean specificWins) {
        this.name = name;
        this.own = own;
        this.specificWins = specificWins;
    }

    /// The changes of one level, in their order.
    ///
    /// @param request of the request's head
    /// @param response of the answer's head
    public record Mutations(List<HeaderChange> request, List<HeaderChange> response) {
        public Mutations {
            request = List.copyOf(request);
            response = List.copyOf(response);
        }
    }

    /// The changes of a route and of what is around it.
    ///
    /// @param levels the most specific first
    public record PerRoute(List<Mutations> levels) implements FilterOverride {
        public PerRoute {
            levels = List.copyOf(levels);
        }

        @Override
        public FilterOverride over(FilterOverride outer) {
            if (!(outer instanceof PerRoute(var outerLevels))) {
                return this;
            }
            var all = new ArrayList<>(levels);
            all.addAll(outerLevels);
            return new PerRoute(all);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        change(request, true);
        return FilterStep.CONTINUE;
    }

    @Override
    public void onUnreached(FilterRequest request) {
        change(request, false);
    }

    private void change(FilterRequest request, boolean reached) {
        var override = request.override(name);
        if (FilterOverride.disables(override)) {
            return;
        }
        apply(own, request, reached);
        if (override.isPresent() && override.get() instanceof PerRoute(var levels)) {
            for (int i = 0; i < levels.size(); i++) {
                apply(levels.get(specificWins ? levels.size() - 1 - i : i), request, reached);
            }
        }
    }

    private static void apply(Mutations mutations, FilterRequest request, boolean reached) {
        if (reached) {
            request.changeRequest(mutations.request());
        }
        request.changeResponse(mutations.response());
    }
}
