package io.heddle.traffic.route;

import io.heddle.traffic.request.HeaderName;
import java.util.List;
import java.util.Set;

/// Which redirects of an upstream are followed here instead of by the client (Envoy's `internal_redirect_policy`).
///
/// @param most how many in a row for one request
/// @param statuses which of 301, 302, 303, 307 and 308
/// @param crossScheme whether one may lead from `http` to `https` or back
/// @param copied headers of the redirect that the new request gets, in place of its own
/// @param predicates what must hold beside
public record InternalRedirects(
        int most, Set<Integer> statuses, boolean crossScheme, List<HeaderName> copied, List<Predicate> predicates) {
    public static final InternalRedirects NONE = new InternalRedirects(0, Set.of(), false, List.of(), List.of());

    public InternalRedirects {
        statuses = Set.copyOf(statuses);
        copied = List.copyOf(copied);
        predicates = List.copyOf(predicates);
    }

    /// Something that must hold of where a redirect leads.
    public sealed interface Predicate {
        /// No route that the request was redirected from before (`previous_routes`).
        record NewRoute() implements Predicate {}

        /// One of these routes, by their names (`allow_listed_routes`).
        record Listed(Set<String> routes) implements Predicate {
            public Listed {
                routes = Set.copyOf(routes);
            }
        }

        /// Not to `https` for a request that came by `http` (`safe_cross_scheme`).
        record SafeScheme() implements Predicate {}
    }
}
