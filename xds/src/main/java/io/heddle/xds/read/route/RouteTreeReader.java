package io.heddle.xds.read.route;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate;
import com.github.xds.type.matcher.v3.Matcher.MatcherTree;
import com.github.xds.type.matcher.v3.Matcher.MatcherTree.MatchMap;
import com.github.xds.type.matcher.v3.Matcher.OnMatch;
import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.envoyproxy.envoy.config.route.v3.RouteList;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.FilterStateInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.PrefixTable;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteInput;
import io.heddle.traffic.route.RoutePredicate;
import io.heddle.traffic.route.RouteTree;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/// Reads a virtual host's `matcher`. What cannot be matched as written is an error, as with all matchers. One use each.
final class RouteTreeReader {
    private static final Fields<Matcher> MATCHER =
            Fields.refusingOthers(Matcher.class).reads("matcher_list", "matcher_tree", "on_no_match");
    private static final Fields<MatcherList> LIST =
            Fields.refusingOthers(MatcherList.class).reads("matchers");
    private static final Fields<FieldMatcher> BRANCH =
            Fields.refusingOthers(FieldMatcher.class).reads("predicate", "on_match");
    private static final Fields<Predicate> PREDICATE = Fields.refusingOthers(Predicate.class)
            .reads("single_predicate", "or_matcher", "and_matcher", "not_matcher");
    private static final Fields<PredicateList> PARTS =
            Fields.refusingOthers(PredicateList.class).reads("predicate");
    private static final Fields<SinglePredicate> SINGLE =
            Fields.refusingOthers(SinglePredicate.class).reads("input", "value_match");
    private static final Fields<MatcherTree> TREE =
            Fields.refusingOthers(MatcherTree.class).reads("input", "exact_match_map", "prefix_match_map");
    private static final Fields<MatchMap> MAP =
            Fields.refusingOthers(MatchMap.class).reads("map");
    private static final Fields<OnMatch> ON_MATCH =
            Fields.refusingOthers(OnMatch.class).reads("matcher").limits("action", "a `Route` or a `RouteList`");
    private static final Fields<TypedExtensionConfig> EXTENSION = Fields.refusingOthers(TypedExtensionConfig.class)
            .reads("typed_config")
            .accepts("name", "the type of the configuration counts");
    private static final Fields<HttpRequestHeaderMatchInput> HEADER =
            Fields.refusingOthers(HttpRequestHeaderMatchInput.class).limits("header_name", "`:scheme` is refused");
    private static final Fields<FilterStateInput> STATE =
            Fields.refusingOthers(FilterStateInput.class).reads("key");
    private static final Fields<com.github.xds.type.matcher.v3.StringMatcher> TEXT = Fields.refusingOthers(
                    com.github.xds.type.matcher.v3.StringMatcher.class)
            .reads("exact", "prefix", "suffix", "contains", "safe_regex", "ignore_case");
    private static final Fields<com.github.xds.type.matcher.v3.RegexMatcher> REGEX = Fields.refusingOthers(
                    com.github.xds.type.matcher.v3.RegexMatcher.class)
            .limits("regex", "as Envoy's own")
            .accepts("google_re2", "patterns are always RE2");
    private static final Fields<RouteList> ROUTES =
            Fields.refusingOthers(RouteList.class).reads("routes");

    /// What of matchers of virtual hosts is read.
    static final List<Fields<?>> FIELDS = List.of(
            MATCHER, LIST, BRANCH, PREDICATE, PARTS, SINGLE, TREE, MAP, ON_MATCH, EXTENSION, HEADER, STATE, TEXT, REGEX,
            ROUTES);

    /// The deepest nesting of matchers, and of predicates.
    static final int DEEPEST = 32;
    /// The most branches and predicates of one virtual host.
    static final int MOST = 100_000;

    private static final String ROUTE_TYPE = "envoy.config.route.v3.Route";
    private static final String ROUTES_TYPE = "envoy.config.route.v3.RouteList";
    private static final String HEADER_TYPE = "envoy.type.matcher.v3.HttpRequestHeaderMatchInput";
    private static final String STATE_TYPE = "envoy.extensions.matching.common_inputs.network.v3.FilterStateInput";
    private static final Set<String> PARTS_OF_REQUESTS = Set.of(":method", ":path", ":authority");

    private final BiFunction<io.envoyproxy.envoy.config.route.v3.Route, Scope, Optional<Route>> routes;
    private int count;

    /// Reads with what reads a route.
    RouteTreeReader(BiFunction<io.envoyproxy.envoy.config.route.v3.Route, Scope, Optional<Route>> routes) {
        this.routes = routes;
    }

    /// The tree; empty, and an error, when it is none.
    Optional<RouteTree<List<Route>>> read(Matcher message, Scope scope) {
        return matcher(message, 1, scope);
    }

    private Optional<RouteTree<List<Route>>> matcher(Matcher message, int depth, Scope scope) {
        scope.check(message, MATCHER);
        if (depth > DEEPEST) {
            scope.error("is nested more than " + DEEPEST + " deep", "nest less");
            return Optional.empty();
        }
        var otherwise = message.hasOnNoMatch()
                ? then(message.getOnNoMatch(), depth, scope.at("on_no_match"))
                : Optional.<RouteTree<List<Route>>>empty();
        return switch (message.getMatcherTypeCase()) {
            case MATCHER_LIST ->
                Optional.of(list(message.getMatcherList(), otherwise, depth, scope.at("matcher_list")));
            case MATCHER_TREE -> tree(message.getMatcherTree(), otherwise, depth, scope.at("matcher_tree"));
            case MATCHERTYPE_NOT_SET -> Optional.of(new RouteTree.FirstOf<>(List.of(), otherwise));
        };
    }

    private RouteTree<List<Route>> list(
            MatcherList message, Optional<RouteTree<List<Route>>> otherwise, int depth, Scope scope) {
        scope.check(message, LIST);
        if (message.getMatchersCount() == 0) {
            scope.at("matchers").error("is empty", "write at least one");
        }
        var branches = new ArrayList<RouteTree.Branch<List<Route>>>();
        for (int i = 0; i < message.getMatchersCount() && isLittle(scope); i++) {
            var branch = message.getMatchers(i);
            var here = scope.at("matchers", i);
            here.check(branch, BRANCH);
            var predicate = predicate(branch.getPredicate(), 1, here.at("predicate"));
            var then = then(branch.getOnMatch(), depth, here.at("on_match"));
            if (predicate.isPresent() && then.isPresent()) {
                branches.add(new RouteTree.Branch<>(predicate.get(), then.get()));
            }
        }
        return new RouteTree.FirstOf<>(branches, otherwise);
    }

    private Optional<RouteTree<List<Route>>> tree(
            MatcherTree message, Optional<RouteTree<List<Route>>> otherwise, int depth, Scope scope) {
        scope.check(message, TREE);
        var input = input(message.getInput(), scope.at("input"));
        return switch (message.getTreeTypeCase()) {
            case EXACT_MATCH_MAP -> {
                var trees = trees(message.getExactMatchMap(), depth, scope.at("exact_match_map"));
                yield input.map(found -> new RouteTree.ByValue<>(found, trees, otherwise));
            }
            case PREFIX_MATCH_MAP -> {
                var trees = trees(message.getPrefixMatchMap(), depth, scope.at("prefix_match_map"));
                yield input.map(found -> new RouteTree.ByPrefix<>(found, PrefixTable.of(trees), otherwise));
            }
            case CUSTOM_MATCH -> Optional.empty(); // refused above
            case TREETYPE_NOT_SET -> {
                scope.error("has no map", "set exact_match_map or prefix_match_map");
                yield Optional.empty();
            }
        };
    }

    private Map<String, RouteTree<List<Route>>> trees(MatchMap message, int depth, Scope scope) {
        scope.check(message, MAP);
        if (message.getMapCount() == 0) {
            scope.at("map").error("is empty", "write at least one entry");
        }
        var trees = new HashMap<String, RouteTree<List<Route>>>();
        for (var entry : message.getMapMap().entrySet()) {
            if (!isLittle(scope)) {
                break;
            }
            then(entry.getValue(), depth, scope.at("map", entry.getKey()))
                    .ifPresent(tree -> trees.put(MatcherReader.octets(entry.getKey()), tree));
        }
        return trees;
    }

    /// Counts one more; false, and an error, when there are too many.
    private boolean isLittle(Scope scope) {
        count++;
        if (count == MOST + 1) {
            scope.error("has more than " + MOST + " branches and predicates, with all above", "write fewer");
        }
        return count <= MOST;
    }

    private Optional<RouteTree<List<Route>>> then(OnMatch message, int depth, Scope scope) {
        scope.check(message, ON_MATCH);
        return switch (message.getOnMatchCase()) {
            case MATCHER -> matcher(message.getMatcher(), depth + 1, scope.at("matcher"));
            case ACTION -> action(message.getAction(), scope.at("action"));
            case ONMATCH_NOT_SET -> {
                scope.error("leads nowhere", "set action or matcher");
                yield Optional.empty();
            }
        };
    }

    private Optional<RouteTree<List<Route>>> action(TypedExtensionConfig message, Scope scope) {
        scope.check(message, EXTENSION);
        var packed = message.getTypedConfig();
        var here = scope.at("typed_config");
        return switch (Scope.type(packed)) {
            case ROUTE_TYPE ->
                here.unpack(packed, io.envoyproxy.envoy.config.route.v3.Route.parser())
                        .flatMap(route -> routes.apply(route, here))
                        .map(route -> new RouteTree.Leaf<>(List.of(route)));
            case ROUTES_TYPE ->
                here.unpack(packed, RouteList.parser()).map(list -> new RouteTree.Leaf<>(routes(list, here)));
            default -> {
                here.error("is of an unknown type: " + Scope.type(packed), "use " + ROUTE_TYPE + " or " + ROUTES_TYPE);
                yield Optional.empty();
            }
        };
    }

    private List<Route> routes(RouteList message, Scope scope) {
        scope.check(message, ROUTES);
        var found = new ArrayList<Route>();
        for (int i = 0; i < message.getRoutesCount(); i++) {
            routes.apply(message.getRoutes(i), scope.at("routes", i)).ifPresent(found::add);
        }
        return List.copyOf(found);
    }

    private Optional<RoutePredicate> predicate(Predicate message, int depth, Scope scope) {
        scope.check(message, PREDICATE);
        if (depth > DEEPEST) {
            scope.error("is nested more than " + DEEPEST + " deep", "nest less");
            return Optional.empty();
        }
        return switch (message.getMatchTypeCase()) {
            case SINGLE_PREDICATE -> single(message.getSinglePredicate(), scope.at("single_predicate"));
            case OR_MATCHER ->
                Optional.of(new RoutePredicate.Any(parts(message.getOrMatcher(), depth, scope.at("or_matcher"))));
            case AND_MATCHER ->
                Optional.of(new RoutePredicate.All(parts(message.getAndMatcher(), depth, scope.at("and_matcher"))));
            case NOT_MATCHER ->
                predicate(message.getNotMatcher(), depth + 1, scope.at("not_matcher"))
                        .map(RoutePredicate.Not::new);
            case MATCHTYPE_NOT_SET -> {
                scope.error("says nothing to match", "set single_predicate, or_matcher, and_matcher or not_matcher");
                yield Optional.empty();
            }
        };
    }

    private List<RoutePredicate> parts(PredicateList message, int depth, Scope scope) {
        scope.check(message, PARTS);
        if (message.getPredicateCount() < 2) {
            scope.at("predicate").error("has fewer than two", "write at least two");
        }
        var parts = new ArrayList<RoutePredicate>();
        for (int i = 0; i < message.getPredicateCount() && isLittle(scope); i++) {
            predicate(message.getPredicate(i), depth + 1, scope.at("predicate", i))
                    .ifPresent(parts::add);
        }
        return parts;
    }

    private static Optional<RoutePredicate> single(SinglePredicate message, Scope scope) {
        scope.check(message, SINGLE);
        var input = input(message.getInput(), scope.at("input"));
        return switch (message.getMatcherCase()) {
            case VALUE_MATCH -> {
                var text = text(message.getValueMatch(), scope.at("value_match"));
                yield input.flatMap(found -> text.map(matcher -> new RoutePredicate.Value(found, matcher)));
            }
            case CUSTOM_MATCH -> Optional.empty(); // refused above
            case MATCHER_NOT_SET -> {
                scope.error("says nothing to match", "set value_match");
                yield Optional.empty();
            }
        };
    }

    private static Optional<StringMatcher> text(com.github.xds.type.matcher.v3.StringMatcher message, Scope scope) {
        scope.check(message, TEXT);
        boolean ignoreCase = message.getIgnoreCase();
        return switch (message.getMatchPatternCase()) {
            case EXACT -> Optional.of(new StringMatcher.Exact(MatcherReader.octets(message.getExact()), ignoreCase));
            case PREFIX ->
                Optional.of(new StringMatcher.Prefix(
                        MatcherReader.part(message.getPrefix(), scope.at("prefix")), ignoreCase));
            case SUFFIX ->
                Optional.of(new StringMatcher.Suffix(
                        MatcherReader.part(message.getSuffix(), scope.at("suffix")), ignoreCase));
            case CONTAINS ->
                Optional.of(new StringMatcher.Contains(
                        MatcherReader.part(message.getContains(), scope.at("contains")), ignoreCase));
            case SAFE_REGEX -> {
                var here = scope.at("safe_regex");
                here.check(message.getSafeRegex(), REGEX);
                yield MatcherReader.pattern(message.getSafeRegex().getRegex(), here)
                        .map(StringMatcher.Regex::new);
            }
            case CUSTOM -> Optional.empty(); // refused above
            case MATCHPATTERN_NOT_SET -> {
                scope.error("says nothing to match", "set exact, prefix, suffix, contains or safe_regex");
                yield Optional.empty();
            }
        };
    }

    private static Optional<RouteInput> input(TypedExtensionConfig message, Scope scope) {
        scope.check(message, EXTENSION);
        var here = scope.at("typed_config");
        return switch (Scope.type(message.getTypedConfig())) {
            case HEADER_TYPE ->
                unpack(message.getTypedConfig(), HttpRequestHeaderMatchInput.parser(), HEADER, here)
                        .flatMap(header -> header(header.getHeaderName(), here.at("header_name")))
                        .map(RouteInput.Header::new);
            case STATE_TYPE ->
                unpack(message.getTypedConfig(), FilterStateInput.parser(), STATE, here)
                        .map(state -> new RouteInput.State(state.getKey()));
            default -> {
                here.error(
                        "is no input of routes: " + Scope.type(message.getTypedConfig()),
                        "use " + HEADER_TYPE + " or " + STATE_TYPE);
                yield Optional.empty();
            }
        };
    }

    private static <M extends Message> Optional<M> unpack(Any packed, Parser<M> parser, Fields<M> fields, Scope scope) {
        var found = scope.unpack(packed, parser);
        found.ifPresent(message -> scope.check(message, fields));
        return found;
    }

    private static Optional<HeaderName> header(String name, Scope scope) {
        if (name.startsWith(":") && !PARTS_OF_REQUESTS.contains(name)) {
            scope.error("is not known of a request here", "match on another header");
            return Optional.empty();
        }
        return name.startsWith(":") ? Optional.of(HeaderName.of(name)) : HeadTexts.headerName(name, scope);
    }
}
