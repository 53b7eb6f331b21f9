package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import io.heddle.traffic.filter.HeaderMutationFilter;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeaderEditReader;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what filters change in heads.
final class HeaderMutationReader {
    private static final Fields<HeaderMutation> FILTER =
            Fields.refusingOthers(HeaderMutation.class).reads("mutations", "most_specific_header_mutations_wins");
    private static final Fields<HeaderMutationPerRoute> PER_ROUTE =
            Fields.refusingOthers(HeaderMutationPerRoute.class).reads("mutations");
    private static final Fields<Mutations> MUTATIONS =
            Fields.refusingOthers(Mutations.class).reads("request_mutations", "response_mutations");
    private static final Fields<io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation> MUTATION =
            Fields.refusingOthers(io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation.class)
                    .reads("remove", "append");

    /// What of header mutations is read.
    static final List<Fields<?>> FIELDS = List.of(FILTER, PER_ROUTE, MUTATIONS, MUTATION);

    private HeaderMutationReader() {}

    static HeaderMutationFilter filter(String name, HeaderMutation message, Scope scope) {
        scope.check(message, FILTER);
        return new HeaderMutationFilter(
                name,
                mutations(message.getMutations(), scope.at("mutations")),
                message.getMostSpecificHeaderMutationsWins());
    }

    static HeaderMutationFilter.PerRoute route(HeaderMutationPerRoute message, Scope scope) {
        scope.check(message, PER_ROUTE);
        return new HeaderMutationFilter.PerRoute(List.of(mutations(message.getMutations(), scope.at("mutations"))));
    }

    private static HeaderMutationFilter.Mutations mutations(Mutations message, Scope scope) {
        scope.check(message, MUTATIONS);
        return new HeaderMutationFilter.Mutations(
                changes(message.getRequestMutationsList(), scope, "request_mutations"),
                changes(message.getResponseMutationsList(), scope, "response_mutations"));
    }

    private static List<HeaderChange> changes(
            List<io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation> messages,
            Scope scope,
            String field) {
        var changes = new ArrayList<HeaderChange>();
        for (int i = 0; i < messages.size(); i++) {
            change(messages.get(i), scope.at(field, i)).ifPresent(changes::add);
        }
        return changes;
    }

    private static Optional<HeaderChange> change(
            io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation message, Scope scope) {
        scope.check(message, MUTATION);
        return switch (message.getActionCase()) {
            case REMOVE ->
                HeaderEditReader.allowed(message.getRemove(), scope.at("remove"))
                        ? Optional.of(new HeaderChange.Fixed(
                                new HeaderEdit(HeaderEdit.Action.REMOVE, HeaderName.of(message.getRemove()), "")))
                        : Optional.empty();
            case APPEND -> HeaderEditReader.option(message.getAppend(), scope.at("append"));
            case REMOVE_ON_MATCH -> Optional.empty(); // refused above
            case ACTION_NOT_SET -> {
                scope.error("has no action", "set remove or append");
                yield Optional.empty();
            }
        };
    }
}
