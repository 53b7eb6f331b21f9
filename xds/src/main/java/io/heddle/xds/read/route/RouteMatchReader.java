package io.heddle.xds.read.route;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RouteMatch.TlsContextMatchOptions;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.UriTemplate;
import io.heddle.traffic.route.RouteCondition;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.MetadataReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what a route matches.
final class RouteMatchReader {
    private static final Fields<io.envoyproxy.envoy.config.route.v3.RouteMatch> MATCH = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.route.v3.RouteMatch.class)
            .reads("prefix", "path", "safe_regex", "path_separated_prefix", "headers", "query_parameters")
            .reads("connect_matcher", "grpc", "tls_context", "cookies")
            .limits("dynamic_metadata", "set by filters that have the request routed anew")
            .limits("filter_state", "texts; set by filters that have the request routed anew")
            .limits("path_match_policy", "`envoy.path.match.uri_template`")
            .reads("runtime_fraction")
            .limits("case_sensitive", "ASCII letters");
    private static final Fields<TlsContextMatchOptions> TLS =
            Fields.refusingOthers(TlsContextMatchOptions.class).reads("presented", "validated");
    private static final Fields<UriTemplateMatchConfig> TEMPLATE =
            Fields.refusingOthers(UriTemplateMatchConfig.class).reads("path_template");

    /// What of matches is read.
    static final List<Fields<?>> FIELDS = List.of(MATCH, TLS, TEMPLATE);

    private static final String TEMPLATE_TYPE = "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig";

    private RouteMatchReader() {}

    static Optional<RouteMatch> read(io.envoyproxy.envoy.config.route.v3.RouteMatch message, Scope scope) {
        scope.check(message, MATCH);
        var path = path(message, scope);
        var headers = MatcherReader.headers(message.getHeadersList(), scope, "headers");
        var queries = MatcherReader.queries(message.getQueryParametersList(), scope, "query_parameters");
        var conditions = conditions(message, scope);
        return path.map(found -> new RouteMatch(found, headers, queries, conditions));
    }

    private static Optional<PathMatcher> path(io.envoyproxy.envoy.config.route.v3.RouteMatch message, Scope scope) {
        boolean ignoreCase =
                message.hasCaseSensitive() && !message.getCaseSensitive().getValue();
        return switch (message.getPathSpecifierCase()) {
            case PREFIX -> Optional.of(new PathMatcher.Prefix(MatcherReader.octets(message.getPrefix()), ignoreCase));
            case PATH -> Optional.of(new PathMatcher.Exact(MatcherReader.octets(message.getPath()), ignoreCase));
            case PATH_SEPARATED_PREFIX -> separated(message.getPathSeparatedPrefix(), ignoreCase, scope);
            case SAFE_REGEX ->
                MatcherReader.pattern(message.getSafeRegex(), scope.at("safe_regex"))
                        .map(PathMatcher.Regex::new);
            case CONNECT_MATCHER -> Optional.of(new PathMatcher.Connect());
            case PATH_MATCH_POLICY -> policy(message.getPathMatchPolicy(), scope.at("path_match_policy"));
            case PATHSPECIFIER_NOT_SET -> {
                scope.error("says no path", "set prefix, path, path_separated_prefix or safe_regex");
                yield Optional.empty();
            }
        };
    }

    private static Optional<PathMatcher> separated(String prefix, boolean ignoreCase, Scope scope) {
        if (!prefix.startsWith("/") || prefix.endsWith("/") || prefix.indexOf('?') >= 0 || prefix.indexOf('#') >= 0) {
            scope.at("path_separated_prefix")
                    .error("is no path prefix: " + prefix, "begin it with a slash and end it without one");
            return Optional.empty();
        }
        return Optional.of(new PathMatcher.SeparatedPrefix(MatcherReader.octets(prefix), ignoreCase));
    }

    private static Optional<PathMatcher> policy(TypedExtensionConfig message, Scope scope) {
        if (!Scope.type(message.getTypedConfig()).equals(TEMPLATE_TYPE)) {
            scope.error("is of an unknown type: " + Scope.type(message.getTypedConfig()), "use " + TEMPLATE_TYPE);
            return Optional.empty();
        }
        var here = scope.at("typed_config");
        return scope.unpack(message.getTypedConfig(), UriTemplateMatchConfig.parser())
                .flatMap(config -> {
                    here.check(config, TEMPLATE);
                    var template = UriTemplate.of(config.getPathTemplate());
                    if (template.isEmpty()) {
                        here.at("path_template")
                                .error(
                                        "is no URI template: " + config.getPathTemplate(),
                                        "write for example /{name}/*");
                    }
                    return template.map(PathMatcher.Template::new);
                });
    }

    /// The URI template of a match; empty when it has none, or none that is one.
    static Optional<UriTemplate> template(io.envoyproxy.envoy.config.route.v3.RouteMatch message) {
        var silent = new Scope(new Findings(), "", "");
        return message.hasPathMatchPolicy()
                        && policy(message.getPathMatchPolicy(), silent).orElse(null)
                                instanceof PathMatcher.Template(var template)
                ? Optional.of(template)
                : Optional.empty();
    }

    private static List<RouteCondition> conditions(
            io.envoyproxy.envoy.config.route.v3.RouteMatch message, Scope scope) {
        var conditions = new ArrayList<RouteCondition>();
        if (message.hasGrpc()) {
            conditions.add(new RouteCondition.Grpc());
        }
        MatcherReader.cookies(message.getCookiesList(), scope, "cookies")
                .forEach(found -> conditions.add(new RouteCondition.Cookie(found)));
        if (message.hasTlsContext()) {
            var options = message.getTlsContext();
            scope.at("tls_context").check(options, TLS);
            conditions.add(new RouteCondition.Certificate(
                    options.hasPresented() ? Optional.of(options.getPresented().getValue()) : Optional.empty(),
                    options.hasValidated() ? Optional.of(options.getValidated().getValue()) : Optional.empty()));
        }
        if (message.hasRuntimeFraction()) {
            conditions.add(new RouteCondition.Fraction(
                    Values.share(message.getRuntimeFraction(), scope.at("runtime_fraction"))));
        }
        for (int i = 0; i < message.getDynamicMetadataCount(); i++) {
            MetadataReader.matcher(message.getDynamicMetadata(i), scope.at("dynamic_metadata", i))
                    .ifPresent(found -> conditions.add(new RouteCondition.Metadata(found)));
        }
        for (int i = 0; i < message.getFilterStateCount(); i++) {
            MetadataReader.state(message.getFilterState(i), scope.at("filter_state", i))
                    .ifPresent(found -> conditions.add(new RouteCondition.State(found)));
        }
        return conditions;
    }
}
