package io.heddle.proxy.envoy;

import java.util.ArrayList;
import java.util.List;

/// A matcher of a virtual host over given routes, drawn at random.
final class GeneratedTree {
    private static final List<String> BEGINNINGS =
            List.of("/", "/a", "/api", "/api/", "/api/v1", "/b", "/books", "a", "an", "ann", "b", "1");

    private final Chance chance;
    private final List<Tree> routes;

    private GeneratedTree(List<Tree> routes, Chance chance) {
        this.routes = routes;
        this.chance = chance;
    }

    /// A matcher that leads to some of `routes`.
    static Tree over(List<Tree> routes, Chance chance) {
        return new GeneratedTree(routes, chance).matcher(0);
    }

    private Tree matcher(int depth) {
        var matcher = switch (chance.below(7)) {
            case 0, 1 -> Tree.of("matcher_tree", tree("exact_match_map", depth, GeneratedMatch.VALUES));
            case 2, 3 -> Tree.of("matcher_tree", tree("prefix_match_map", depth, BEGINNINGS));
            case 4 -> depth == 0 ? list(depth) : new Tree();
            default -> list(depth);
        };
        return chance.in(60) ? matcher.with("on_no_match", then(depth)) : matcher;
    }

    private Tree list(int depth) {
        var matchers = GeneratedMatch.some(
                chance, _ -> Tree.of("predicate", predicate(0)).with("on_match", then(depth)));
        return Tree.of("matcher_list", Tree.of("matchers", matchers));
    }

    private Tree tree(String kind, int depth, List<String> keys) {
        var map = new Tree();
        do {
            var key = chance.one(keys);
            if (!map.has(key)) {
                map.with(key, then(depth));
            }
        } while (chance.in(70));
        return Tree.of("input", input()).with(kind, Tree.of("map", map));
    }

    private Tree then(int depth) {
        if (depth < 3 && chance.in(40)) {
            return Tree.of("matcher", matcher(depth + 1));
        }
        Tree config;
        if (chance.in(60)) {
            config = Tree.typed("envoy.config.route.v3.Route").withAll(chance.one(routes));
        } else {
            var some = new ArrayList<Tree>();
            for (int i = chance.below(4); i > 0; i--) {
                some.add(chance.one(routes));
            }
            config = Tree.typed("envoy.config.route.v3.RouteList").withAny("routes", some);
        }
        return Tree.of("action", Tree.of("name", "route").with("typed_config", config));
    }

    private Tree input() {
        var name = chance.in(65)
                ? chance.one(GeneratedMatch.NAMES)
                : chance.one(":path", ":method", ":authority", "host", "X-None");
        return Tree.of("name", "header")
                .with(
                        "typed_config",
                        Tree.typed("envoy.type.matcher.v3.HttpRequestHeaderMatchInput")
                                .with("header_name", name));
    }

    private Tree predicate(int depth) {
        int kind = depth < 3 ? chance.below(8) : 7;
        return switch (kind) {
            case 0 -> Tree.of("and_matcher", Tree.of("predicate", List.of(predicate(depth + 1), predicate(depth + 1))));
            case 1 -> Tree.of("or_matcher", Tree.of("predicate", List.of(predicate(depth + 1), predicate(depth + 1))));
            case 2 -> Tree.of("not_matcher", predicate(depth + 1));
            default -> {
                var value = chance.one(chance.in(50) ? GeneratedMatch.VALUES : BEGINNINGS);
                yield Tree.of("single_predicate", Tree.of("input", input()).with("value_match", text(value)));
            }
        };
    }

    private Tree text(String value) {
        var matcher = GeneratedMatch.string(chance, value);
        var regex = Tree.of("google_re2", new Tree()).with("regex", chance.one("[0-9]+", "a.*", "/.*b", ".*"));
        return matcher.has("safe_regex") ? Tree.of("safe_regex", regex) : matcher;
    }
}
