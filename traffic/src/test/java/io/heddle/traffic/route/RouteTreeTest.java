package io.heddle.traffic.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.route.RouteTree.Branch;
import io.heddle.traffic.route.RouteTree.ByPrefix;
import io.heddle.traffic.route.RouteTree.ByValue;
import io.heddle.traffic.route.RouteTree.FirstOf;
import io.heddle.traffic.route.RouteTree.Leaf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RouteTreeTest {
    private static final RouteInput USER = header("x-user");

    private static RouteInput header(String name) {
        return new RouteInput.Header(HeaderName.of(name));
    }

    private static RoutePredicate is(String header, String value) {
        return new RoutePredicate.Value(header(header), new StringMatcher.Exact(value, false));
    }

    private static Optional<RouteTree<String>> leaf(String name) {
        return Optional.of(new Leaf<>(name));
    }

    private static Branch<String> branch(RoutePredicate predicate, String name) {
        return new Branch<>(predicate, new Leaf<>(name));
    }

    private static String found(RouteTree<String> tree, String... headers) {
        return tree.find(TextRequest.get("shop", "/p?x=1", headers), RouteFacts.NONE, Trace.OFF)
                .orElse("nothing");
    }

    @Test
    void takes_the_first_branch_that_fits_else_what_is_said_for_none() {
        var tree =
                new FirstOf<>(List.of(branch(is("x-user", "a"), "one"), branch(is("x-b", "b"), "two")), leaf("other"));
        assertThat(found(tree, "x-user", "a", "x-b", "b")).isEqualTo("one");
        assertThat(found(tree, "x-b", "b")).isEqualTo("two");
        assertThat(found(tree, "x-b", "B")).isEqualTo("other");
        assertThat(found(new FirstOf<>(List.of(branch(is("x-user", "a"), "one")), Optional.empty())))
                .isEqualTo("nothing");
    }

    @Test
    void goes_on_after_a_branch_that_leads_nowhere() {
        RouteTree<String> nowhere = new FirstOf<>(List.of(), Optional.empty());
        var always = new RoutePredicate.Not(is("x-user", "never"));
        assertThat(found(new FirstOf<>(List.of(new Branch<>(always, nowhere), branch(always, "two")), leaf("other"))))
                .isEqualTo("two");
        assertThat(found(new FirstOf<>(List.of(new Branch<>(always, nowhere)), leaf("other"))))
                .isEqualTo("other");
        assertThat(found(new ByValue<>(USER, Map.of("a", nowhere), leaf("other")), "x-user", "a"))
                .isEqualTo("other");
        var prefixes = PrefixTable.of(Map.of("a", new Leaf<>("short"), "ab", nowhere));
        assertThat(found(new ByPrefix<>(USER, prefixes, leaf("other")), "x-user", "abc"))
                .isEqualTo("short");
    }

    @Test
    void finds_whole_texts_and_the_longest_beginning() {
        var values = new ByValue<>(USER, Map.of("a", new Leaf<>("one"), "", new Leaf<>("empty")), leaf("other"));
        assertThat(found(values, "x-user", "a")).isEqualTo("one");
        assertThat(found(values, "x-user", "")).isEqualTo("empty");
        assertThat(found(values, "x-user", "b")).isEqualTo("other");
        assertThat(found(values)).isEqualTo("other");
        var prefixes = new ByPrefix<>(
                USER, PrefixTable.of(Map.of("a", new Leaf<>("short"), "ab", new Leaf<>("long"))), Optional.empty());
        assertThat(found(prefixes, "x-user", "abc")).isEqualTo("long");
        assertThat(found(prefixes, "x-user", "ax")).isEqualTo("short");
        assertThat(found(prefixes, "x-user", "b")).isEqualTo("nothing");
        assertThat(found(prefixes)).isEqualTo("nothing");
    }

    @Test
    void predicates_are_combined() {
        var all = new RoutePredicate.All(List.of(is("x-user", "a"), is("x-b", "b")));
        var any = new RoutePredicate.Any(List.of(is("x-user", "a"), is("x-b", "b")));
        var tree = new FirstOf<>(
                List.of(branch(all, "all"), branch(any, "any"), branch(new RoutePredicate.Not(any), "none")),
                Optional.empty());
        assertThat(found(tree, "x-user", "a", "x-b", "b")).isEqualTo("all");
        assertThat(found(tree, "x-user", "a")).isEqualTo("any");
        assertThat(found(tree)).isEqualTo("none");
    }

    @Test
    void lines_of_a_header_are_one_text_and_parts_of_requests_are_texts_too() {
        var tree = new ByValue<>(USER, Map.of("a,b", new Leaf<>("both"), ",b", new Leaf<>("late")), Optional.empty());
        assertThat(found(tree, "x-user", "a", "X-User", "b")).isEqualTo("both");
        assertThat(found(tree, "x-user", "", "X-User", "b")).isEqualTo("late");
        var predicate = new FirstOf<>(List.of(branch(is("x-user", "a,b"), "both")), Optional.empty());
        assertThat(found(predicate, "x-user", "a", "X-User", "b")).isEqualTo("both");
        for (var part : Map.of(":path", "/p?x=1", ":method", "GET", ":authority", "shop", "host", "shop")
                .entrySet()) {
            assertThat(found(new FirstOf<>(
                            List.of(branch(is(part.getKey(), part.getValue()), "part")), Optional.empty())))
                    .isEqualTo("part");
        }
    }

    @Test
    void filter_state_is_a_text() {
        var state = new RequestState();
        state.put("who", new RequestState.Kept("ann", new LabelValue.Text("ann")));
        var facts = new RouteFacts() {
            @Override
            public boolean https() {
                return false;
            }

            @Override
            public boolean internal() {
                return false;
            }

            @Override
            public boolean certificate() {
                return false;
            }

            @Override
            public RequestState state() {
                return state;
            }

            @Override
            public boolean among(int numerator, int denominator) {
                return false;
            }
        };
        var input = new RouteInput.State("who");
        var matcher = new RoutePredicate.Value(input, new StringMatcher.Prefix("an", false));
        var head = TextRequest.get("shop", "/");
        assertThat(matcher.fits(head, facts)).isTrue();
        assertThat(matcher.fits(head, RouteFacts.NONE)).isFalse();
        assertThat(input.of(head, facts)).contains("ann");
    }

    @Test
    void routes_once_found_are_the_end_of_it() {
        var route = new Route(
                "deep",
                new RouteMatch(new PathMatcher.Exact("/deep", false), List.of(), List.of()),
                new RouteAction.DirectResponse(200, ""),
                List.of(),
                List.of(),
                Map.of());
        var any = new Route(
                "any", RouteMatch.ANY, new RouteAction.DirectResponse(200, ""), List.of(), List.of(), Map.of());
        RouteTree<List<Route>> tree =
                new ByValue<>(USER, Map.of("a", new Leaf<>(List.of(route))), Optional.of(new Leaf<>(List.of(any))));
        var host = new VirtualHost("h", List.of("*"), tree, VirtualHost.TlsRequirement.NONE, List.of());
        var table = RouteTable.of("t", List.of(host));
        assertThat(host.routes()).containsExactly(route, any);
        assertThat(table.route(TextRequest.get("shop", "/deep", "x-user", "a"), Trace.OFF)
                        .route())
                .isSameAs(route);
        assertThat(table.route(TextRequest.get("shop", "/", "x-user", "a"), Trace.OFF)
                        .route())
                .isSameAs(Route.NONE);
        assertThat(table.route(TextRequest.get("shop", "/"), Trace.OFF).route()).isSameAs(any);
    }

    @Test
    void every_step_is_told() {
        var told = new ArrayList<String>();
        var trace = new Trace() {
            @Override
            public boolean on() {
                return true;
            }

            @Override
            public void decided(String step, String subject, String verdict) {
                told.add(step + ": " + subject + ": " + verdict);
            }
        };
        RouteTree<String> map = new ByValue<>(USER, Map.of("b", new Leaf<>("one")), Optional.empty());
        RouteTree<String> tree = new FirstOf<>(
                List.of(new Branch<>(new RoutePredicate.Not(is("x-b", "b")), map), branch(is("x-b", "b"), "two")),
                leaf("other"));
        var found = tree.find(TextRequest.get("shop", "/", "x-user", "a"), RouteFacts.NONE, trace);
        assertThat(found).contains("other");
        assertThat(told)
                .containsExactly(
                        "matcher: not (header x-b: exactly b): fits",
                        "matcher: header x-user: a: is not known",
                        "matcher: on_no_match: leads nowhere",
                        "matcher: header x-b: exactly b: does not fit",
                        "matcher: on_no_match: is taken");
    }

    @Test
    void finds_all_beginnings_from_the_longest() {
        long seed = Long.getLong("heddle.seed", 7);
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            var prefixes = new HashMap<String, String>();
            for (int j = random.nextInt(8); j >= 0; j--) {
                var prefix = text(random, 4);
                prefixes.put(prefix, prefix);
            }
            var table = PrefixTable.of(prefixes);
            var text = text(random, 6);
            var found = new ArrayList<String>();
            for (int at = table.longest(text); at != PrefixTable.NONE; at = table.shorter(at)) {
                found.add(table.value(at));
            }
            var wanted = prefixes.keySet().stream()
                    .filter(text::startsWith)
                    .sorted((one, other) -> other.length() - one.length())
                    .toList();
            assertThat(found).as("%s in %s", text, prefixes.keySet()).isEqualTo(wanted);
        }
    }

    private static String text(Random random, int longest) {
        var text = new StringBuilder();
        for (int i = random.nextInt(longest + 1); i > 0; i--) {
            text.append("ab\u00ff".charAt(random.nextInt(3)));
        }
        return text.toString();
    }
}
