package io.heddle.traffic.route;

import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Trace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// Leads from a request to the routes that come into question, as Envoy's `VirtualHost.matcher`
/// (`xds.type.matcher.v3.Matcher`).
///
/// A branch that leads nowhere counts as not taken: the search goes on after it, and last with what is said for
/// requests that nothing fits. Routes once found are the end of it, whether one of them fits or not.
///
/// @param <T> what stands for routes
public sealed interface RouteTree<T> {
    /// What the request leads to; empty when nothing fits.
    Optional<T> find(RequestHead head, RouteFacts facts, Trace trace);

    /// The same tree with other things for its routes.
    <R> RouteTree<R> map(Function<T, R> change);

    /// Everything that requests can be led to, in the order configured.
    Stream<T> leaves();

    /// The end.
    record Leaf<T>(T routes) implements RouteTree<T> {
        @Override
        public Optional<T> find(RequestHead head, RouteFacts facts, Trace trace) {
            return Optional.of(routes);
        }

        @Override
        public <R> RouteTree<R> map(Function<T, R> change) {
            return new Leaf<>(change.apply(routes));
        }

        @Override
        public Stream<T> leaves() {
            return Stream.of(routes);
        }
    }

    /// The first branch whose predicate fits (`matcher_list`).
    ///
    /// @param otherwise where none does (`on_no_match`)
    record FirstOf<T>(List<Branch<T>> branches, Optional<RouteTree<T>> otherwise) implements RouteTree<T> {
        public FirstOf {
            branches = List.copyOf(branches);
        }

        @Override
        public Optional<T> find(RequestHead head, RouteFacts facts, Trace trace) {
            for (int i = 0; i < branches.size(); i++) {
                var branch = branches.get(i);
                boolean fits = branch.predicate().fits(head, facts);
                if (trace.on()) {
                    trace.decided("matcher", branch.predicate().words(), fits ? "fits" : "does not fit");
                }
                var found = fits ? branch.then().find(head, facts, trace) : Optional.<T>empty();
                if (found.isPresent()) {
                    return found;
                }
            }
            return RouteTree.otherwise(otherwise, head, facts, trace);
        }

        @Override
        public <R> RouteTree<R> map(Function<T, R> change) {
            var changed = branches.stream()
                    .map(branch ->
                            new Branch<>(branch.predicate(), branch.then().map(change)))
                    .toList();
            return new FirstOf<>(changed, otherwise.map(tree -> tree.map(change)));
        }

        @Override
        public Stream<T> leaves() {
            return Stream.concat(
                    branches.stream().flatMap(branch -> branch.then().leaves()),
                    otherwise.stream().flatMap(RouteTree::leaves));
        }
    }

    /// A way that requests of some kind take.
    record Branch<T>(RoutePredicate predicate, RouteTree<T> then) {}

    /// The branch of the whole text (`exact_match_map`).
    ///
    /// @param values by texts, one char an octet
    /// @param otherwise where there is no text, or none such
    record ByValue<T>(RouteInput input, Map<String, RouteTree<T>> values, Optional<RouteTree<T>> otherwise)
            implements RouteTree<T> {
        public ByValue {
            values = Map.copyOf(values);
        }

        @Override
        public Optional<T> find(RequestHead head, RouteFacts facts, Trace trace) {
            var text = input.of(head, facts);
            var branch = text.map(values::get);
            if (trace.on()) {
                trace.decided(
                        "matcher",
                        input.words() + ": " + text.orElse("none"),
                        branch.isEmpty() ? "is not known" : "fits");
            }
            var found = branch.flatMap(tree -> tree.find(head, facts, trace));
            return found.isPresent() ? found : RouteTree.otherwise(otherwise, head, facts, trace);
        }

        @Override
        public <R> RouteTree<R> map(Function<T, R> change) {
            return new ByValue<>(input, RouteTree.changed(values, change), otherwise.map(tree -> tree.map(change)));
        }

        @Override
        public Stream<T> leaves() {
            return RouteTree.leaves(values, otherwise);
        }
    }

    /// The branch of the longest beginning of the text, else of a shorter one (`prefix_match_map`).
    ///
    /// @param prefixes what texts may begin with, one char an octet
    /// @param otherwise where there is no text, or none of them leads anywhere
    record ByPrefix<T>(RouteInput input, PrefixTable<RouteTree<T>> prefixes, Optional<RouteTree<T>> otherwise)
            implements RouteTree<T> {
        @Override
        public Optional<T> find(RequestHead head, RouteFacts facts, Trace trace) {
            var text = input.of(head, facts);
            int at = text.isEmpty() ? PrefixTable.NONE : prefixes.longest(text.get());
            if (trace.on() && at == PrefixTable.NONE) {
                trace.decided("matcher", input.words() + ": " + text.orElse("none"), "begins with nothing known");
            }
            while (at != PrefixTable.NONE) {
                if (trace.on()) {
                    trace.decided("matcher", input.words() + ": prefix " + prefixes.prefix(at), "fits");
                }
                var found = prefixes.value(at).find(head, facts, trace);
                if (found.isPresent()) {
                    return found;
                }
                at = prefixes.shorter(at);
            }
            return RouteTree.otherwise(otherwise, head, facts, trace);
        }

        @Override
        public <R> RouteTree<R> map(Function<T, R> change) {
            return new ByPrefix<>(
                    input, prefixes.map(tree -> tree.map(change)), otherwise.map(tree -> tree.map(change)));
        }

        @Override
        public Stream<T> leaves() {
            return Stream.concat(
                    prefixes.values().flatMap(RouteTree::leaves),
                    otherwise.stream().flatMap(RouteTree::leaves));
        }
    }

    private static <T> Optional<T> otherwise(
            Optional<RouteTree<T>> otherwise, RequestHead head, RouteFacts facts, Trace trace) {
        if (trace.on()) {
            trace.decided("matcher", "on_no_match", otherwise.isEmpty() ? "leads nowhere" : "is taken");
        }
        return otherwise.isEmpty() ? Optional.empty() : otherwise.get().find(head, facts, trace);
    }

    private static <T, R> Map<String, RouteTree<R>> changed(Map<String, RouteTree<T>> trees, Function<T, R> change) {
        var changed = new HashMap<String, RouteTree<R>>();
        trees.forEach((key, tree) -> changed.put(key, tree.map(change)));
        return changed;
    }

    private static <T> Stream<T> leaves(Map<String, RouteTree<T>> trees, Optional<RouteTree<T>> otherwise) {
        return Stream.concat(
                new TreeMap<>(trees).values().stream().flatMap(RouteTree::leaves),
                otherwise.stream().flatMap(RouteTree::leaves));
    }
}
