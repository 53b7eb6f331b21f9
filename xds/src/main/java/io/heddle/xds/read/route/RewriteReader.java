package io.heddle.xds.read.route;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.match.PathTemplate;
import io.heddle.traffic.route.HostRewrite;
import io.heddle.traffic.route.Rewrite;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.FormatReader;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.ReplacementReader;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads how host and path change on the way.
final class RewriteReader {
    private static final Fields<UriTemplateRewriteConfig> TEMPLATE = Fields.refusingOthers(
                    UriTemplateRewriteConfig.class)
            .limits("path_template_rewrite", "begins with a slash");

    /// What of rewrites is read.
    static final List<Fields<?>> FIELDS = List.of(TEMPLATE);

    private static final String TEMPLATE_TYPE =
            "envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig";

    private RewriteReader() {}

    /// How the path of a forwarded request changes.
    static Rewrite.Path path(RouteAction message, RouteMatch match, Scope scope) {
        var given = new ArrayList<String>();
        given.addAll(message.getPrefixRewrite().isEmpty() ? List.of() : List.of("prefix_rewrite"));
        given.addAll(message.hasRegexRewrite() ? List.of("regex_rewrite") : List.of());
        given.addAll(message.hasPathRewritePolicy() ? List.of("path_rewrite_policy") : List.of());
        given.addAll(message.getPathRewrite().isEmpty() ? List.of() : List.of("path_rewrite"));
        if (given.size() > 1) {
            scope.at(given.get(1)).error("stands beside " + given.getFirst(), "remove one of them");
        }
        if (message.hasRegexRewrite()) {
            return regex(message.getRegexRewrite(), scope.at("regex_rewrite"));
        }
        if (message.hasPathRewritePolicy()) {
            return template(message.getPathRewritePolicy(), match, scope.at("path_rewrite_policy"));
        }
        return message.getPathRewrite().isEmpty()
                ? prefix(message.getPrefixRewrite(), match, scope.at("prefix_rewrite"))
                : formatted(message.getPathRewrite(), scope.at("path_rewrite"));
    }

    /// How the path of a redirected request changes.
    static Rewrite.Path path(RedirectAction message, RouteMatch match, Scope scope) {
        return switch (message.getPathRewriteSpecifierCase()) {
            case REGEX_REWRITE -> regex(message.getRegexRewrite(), scope.at("regex_rewrite"));
            case PATH_REDIRECT ->
                message.getPathRedirect().isEmpty()
                        ? new Rewrite.Path.Keep()
                        : new Rewrite.Path.Full(HeadTexts.target(message.getPathRedirect(), scope.at("path_redirect")));
            case PREFIX_REWRITE -> prefix(message.getPrefixRewrite(), match, scope.at("prefix_rewrite"));
            case PATH_REWRITE -> formatted(message.getPathRewrite(), scope.at("path_rewrite"));
            case PATHREWRITESPECIFIER_NOT_SET -> new Rewrite.Path.Keep();
        };
    }

    private static Rewrite.Path formatted(String text, Scope scope) {
        var clean = HeadTexts.target(text, scope);
        return ofHead(clean, scope)
                .<Rewrite.Path>map(Rewrite.Path.Formatted::new)
                .orElseGet(Rewrite.Path.Keep::new);
    }

    /// A format that is filled in from a request's head alone: the route is taken before all else is known.
    private static Optional<SubstitutionFormat> ofHead(String octets, Scope scope) {
        var format = FormatReader.read(octets, scope);
        if (format.isPresent() && !format.get().isOfHead()) {
            scope.error("asks for more than the request's head", "use %REQ(…)%, %PATH(…)% and %QUERY_PARAM(…)% only");
        }
        return format;
    }

    /// Where the host of a forwarded request comes from, unless from a fixed text.
    static HostRewrite host(RouteAction message, Scope scope) {
        return switch (message.getHostRewriteSpecifierCase()) {
            case HOST_REWRITE_HEADER ->
                HeadTexts.headerName(message.getHostRewriteHeader(), scope.at("host_rewrite_header"))
                        .<HostRewrite>map(HostRewrite.Header::new)
                        .orElseGet(HostRewrite.Keep::new);
            case HOST_REWRITE_PATH_REGEX -> {
                var path = regex(message.getHostRewritePathRegex(), scope.at("host_rewrite_path_regex"));
                yield path instanceof Rewrite.Path.Regex(var pattern, var replacement)
                        ? new HostRewrite.PathRegex(pattern, replacement)
                        : new HostRewrite.Keep();
            }
            case AUTO_HOST_REWRITE ->
                message.getAutoHostRewrite().getValue() ? new HostRewrite.OfEndpoint() : new HostRewrite.Keep();
            case HOST_REWRITE ->
                ofHead(HeadTexts.value(message.getHostRewrite(), scope.at("host_rewrite")), scope.at("host_rewrite"))
                        .<HostRewrite>map(HostRewrite.Formatted::new)
                        .orElseGet(HostRewrite.Keep::new);
            case HOST_REWRITE_LITERAL, HOSTREWRITESPECIFIER_NOT_SET -> new HostRewrite.Keep();
        };
    }

    private static Rewrite.Path regex(RegexMatchAndSubstitute message, Scope scope) {
        scope.check(message, ReplacementReader.REPLACEMENT);
        var substitution = HeadTexts.target(message.getSubstitution(), scope.at("substitution"));
        return MatcherReader.pattern(message.getPattern(), scope.at("pattern"))
                .<Rewrite.Path>map(pattern -> new Rewrite.Path.Regex(
                        pattern, ReplacementReader.replacement(pattern, substitution, scope.at("substitution"))))
                .orElseGet(Rewrite.Path.Keep::new);
    }

    private static Rewrite.Path template(TypedExtensionConfig message, RouteMatch match, Scope scope) {
        if (!Scope.type(message.getTypedConfig()).equals(TEMPLATE_TYPE)) {
            scope.error("is of an unknown type: " + Scope.type(message.getTypedConfig()), "use " + TEMPLATE_TYPE);
            return new Rewrite.Path.Keep();
        }
        var config = scope.unpack(message.getTypedConfig(), UriTemplateRewriteConfig.parser());
        var here = scope.at("typed_config");
        config.ifPresent(found -> here.check(found, TEMPLATE));
        var matched = RouteMatchReader.template(match);
        if (matched.isEmpty()) {
            scope.error("needs a match by a URI template", "set path_match_policy");
            return new Rewrite.Path.Keep();
        }
        var text = config.map(UriTemplateRewriteConfig::getPathTemplateRewrite).orElse("");
        var rewrite = PathTemplate.of(HeadTexts.target(text, here.at("path_template_rewrite")), matched.get());
        if (rewrite.isEmpty()) {
            here.at("path_template_rewrite")
                    .error("is no path of text and variables of the match: " + text, "write for example /{name}/x");
        }
        return rewrite.<Rewrite.Path>map(Rewrite.Path.Template::new).orElseGet(Rewrite.Path.Keep::new);
    }

    private static Rewrite.Path prefix(String prefix, RouteMatch match, Scope scope) {
        if (prefix.isEmpty()) {
            return new Rewrite.Path.Keep();
        }
        var clean = HeadTexts.target(prefix, scope);
        return switch (match.getPathSpecifierCase()) {
            case PREFIX -> prefix(match.getPrefix(), clean);
            case PATH -> prefix(match.getPath(), clean);
            case PATH_SEPARATED_PREFIX -> prefix(match.getPathSeparatedPrefix(), clean);
            case SAFE_REGEX, CONNECT_MATCHER, PATH_MATCH_POLICY, PATHSPECIFIER_NOT_SET -> {
                scope.error("needs a match by prefix or path", "use regex_rewrite");
                yield new Rewrite.Path.Keep();
            }
        };
    }

    private static Rewrite.Path prefix(String matched, String replacement) {
        return new Rewrite.Path.Prefix(MatcherReader.octets(matched), replacement);
    }
}
