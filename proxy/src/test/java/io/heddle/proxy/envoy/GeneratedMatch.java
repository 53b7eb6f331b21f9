package io.heddle.proxy.envoy;

import java.util.ArrayList;
import java.util.List;

/// What a route fits, drawn at random, and a path that comes near it.
///
/// @param kind which of the fields of `RouteMatch` says the path
/// @param path one that fits, or nearly
record GeneratedMatch(Tree match, String kind, String template, String path) {
    static final List<String> NAMES = List.of("x-a", "x-b", "x-user");
    static final List<String> VALUES =
            List.of("", "a", "A", "abc", "1", "10", "-5", "+7", "007", "a,b", "ann", "Ann", "9999999999999999999");

    private static final List<String> PREFIXES =
            List.of("/", "/api", "/api/", "/api/v1", "/Books", "/a", "/a/b/", "/x%20y", "//", "/%2e", "/b;p");
    private static final List<String> PATHS =
            List.of("/", "/api", "/api/v1/users", "/books/7", "/Books", "/a/b", "/a//b", "/index.html", "/a%2Fb");
    private static final List<String> SEPARATED = List.of("/api", "/api/v1", "/books", "/a", "/A/b");
    private static final List<String> PATTERNS =
            List.of("/api/v[0-9]+/.*", "/(books|users)/[^/]+", ".*\\.html", "/[a-z]+", "(?i)/BOOKS/.*", "/a.*b", "/.*");
    private static final List<String> TEMPLATES = List.of(
            "/api/{version}/users/{id}",
            "/{a}/*",
            "/books/**",
            "/{a}/{b}/{c}",
            "/{lang}/{rest=**}",
            "/{id=*}/**",
            "/api/{a=v*/*}",
            "/{file}.html");
    private static final List<String> CLOSE = List.of(
            "/", "/api/v1/users/7", "/books/7", "/users/x", "/a/b/c", "/en/books/1", "/index.html", "/api/v2/x");

    static GeneratedMatch draw(Chance chance) {
        return switch (chance.below(12)) {
            case 0, 1, 2 -> plain(chance, "prefix", chance.one(PREFIXES));
            case 3, 4 -> plain(chance, "path", chance.one(PATHS));
            case 5, 6 -> plain(chance, "path_separated_prefix", chance.one(SEPARATED));
            case 7, 8 -> {
                var pattern = chance.one(PATTERNS);
                var match = Tree.of("safe_regex", Tree.of("regex", pattern));
                yield rest(chance, match, "safe_regex", "", chance.one(CLOSE));
            }
            case 9, 10 -> {
                var template = chance.one(TEMPLATES);
                var match = Tree.of(
                        "path_match_policy",
                        Tree.of("name", "envoy.path.match.uri_template.uri_template_matcher")
                                .with(
                                        "typed_config",
                                        Tree.typed("envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig")
                                                .with("path_template", template)));
                yield rest(chance, match, "path_match_policy", template, chance.one(CLOSE));
            }
            default -> plain(chance, "prefix", "/");
        };
    }

    private static GeneratedMatch plain(Chance chance, String kind, String path) {
        var match = Tree.of(kind, path);
        if (chance.in(25)) {
            match.with("case_sensitive", chance.in(20));
        }
        return rest(chance, match, kind, "", path);
    }

    private static GeneratedMatch rest(Chance chance, Tree match, String kind, String template, String path) {
        match.withAny("headers", chance.in(35) ? some(chance, GeneratedMatch::header) : List.of());
        match.withAny("query_parameters", chance.in(20) ? some(chance, GeneratedMatch::query) : List.of());
        match.withAny("cookies", chance.in(15) ? some(chance, GeneratedMatch::cookie) : List.of());
        if (chance.in(6)) {
            match.with("grpc", new Tree());
        }
        if (chance.in(4)) {
            match.with("tls_context", Tree.of(chance.one("presented", "validated"), chance.in(30)));
        }
        if (chance.in(10)) {
            int share = chance.in(50) ? 0 : 100;
            match.with(
                    "runtime_fraction",
                    Tree.of("default_value", Tree.of("numerator", share).with("denominator", "HUNDRED")));
        }
        return new GeneratedMatch(match, kind, template, path);
    }

    /// Draws one part of a message.
    interface Part {
        Tree draw(Chance chance);
    }

    static List<Tree> some(Chance chance, Part part) {
        var parts = new ArrayList<Tree>();
        do {
            parts.add(part.draw(chance));
        } while (chance.in(25));
        return parts;
    }

    static Tree header(Chance chance) {
        var name = chance.in(75) ? chance.one(NAMES) : chance.one(":method", ":path", ":authority", "cookie", "host");
        var header = Tree.of("name", name);
        var value = value(chance, name);
        switch (chance.below(10)) {
            case 0 -> header.with("present_match", chance.in(60));
            case 1 -> header.with("range_match", Tree.of("start", -5).with("end", 10));
            case 2 -> header.with(chance.one("exact_match", "contains_match"), value.isEmpty() ? "a" : value);
            case 3 -> header.with(chance.one("prefix_match", "suffix_match"), value.isEmpty() ? "a" : value);
            case 4 -> header.with("safe_regex_match", Tree.of("regex", "[a-z/]+[0-9]*"));
            case 5 -> {} // that it is there
            default -> header.with("string_match", string(chance, value));
        }
        if (chance.in(25)) {
            header.with("invert_match", true);
        }
        if (chance.in(20)) {
            header.with("treat_missing_header_as_empty", true);
        }
        return header;
    }

    private static String value(Chance chance, String name) {
        return switch (name) {
            case ":method" -> chance.one("GET", "POST", "get");
            case ":path" -> chance.one("/", "/api", "?x=1");
            case ":authority", "host" -> chance.one("shop.example", "example", "8080");
            case "cookie" -> chance.one("u=1", "place", "; ");
            default -> chance.one(VALUES);
        };
    }

    private static Tree query(Chance chance) {
        var query = Tree.of("name", chance.one("x", "y", "q"));
        return chance.in(40)
                ? query.with("present_match", chance.in(70))
                : query.with("string_match", string(chance, chance.one("1", "", "a b", "A", "%31", "a")));
    }

    private static Tree cookie(Chance chance) {
        var value = chance.one("1", "1", "p7", "q", "", "b", "\"q", "=1", "1 ");
        var cookie =
                Tree.of("name", chance.one("u", "u", "place", "a", "U")).with("string_match", string(chance, value));
        return chance.in(30) ? cookie.with("invert_match", true) : cookie;
    }

    /// A matcher of texts near `value`.
    static Tree string(Chance chance, String value) {
        var some = value.isEmpty() ? "b" : value;
        var matcher = switch (chance.below(6)) {
            case 0, 1 -> Tree.of("exact", value);
            case 2 -> Tree.of("prefix", some);
            case 3 -> Tree.of("suffix", some);
            case 4 -> Tree.of("contains", some);
            default -> Tree.of("safe_regex", Tree.of("regex", chance.one("[0-9]+", "a.*", ".*b", "(?i)ann")));
        };
        return matcher.has("safe_regex") || chance.in(70) ? matcher : matcher.with("ignore_case", true);
    }
}
