package io.heddle.xds.read.core;

import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.heddle.traffic.hash.NewCookie;
import io.heddle.traffic.request.HeaderName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads what of a request is hashed.
public final class HashPolicyReader {
    private static final Fields<HashPolicy> POLICY = Fields.refusingOthers(HashPolicy.class)
            .reads("header", "cookie", "connection_properties", "query_parameter", "terminal")
            .limits("filter_state", "there is no filter state: it adds nothing, as in Envoy without such an object");
    private static final Fields<HashPolicy.Header> HEADER =
            Fields.refusingOthers(HashPolicy.Header.class).reads("header_name", "regex_rewrite");
    private static final Fields<HashPolicy.Cookie> COOKIE =
            Fields.refusingOthers(HashPolicy.Cookie.class).reads("name", "ttl", "path", "attributes");
    private static final Fields<HashPolicy.CookieAttribute> ATTRIBUTE =
            Fields.refusingOthers(HashPolicy.CookieAttribute.class).reads("name", "value");
    private static final Fields<HashPolicy.ConnectionProperties> CONNECTION =
            Fields.refusingOthers(HashPolicy.ConnectionProperties.class).reads("source_ip");
    private static final Fields<HashPolicy.QueryParameter> QUERY =
            Fields.refusingOthers(HashPolicy.QueryParameter.class).reads("name");
    private static final Fields<HashPolicy.FilterState> FILTER_STATE =
            Fields.refusingOthers(HashPolicy.FilterState.class).accepts("key", "there is no filter state");

    /// What of hash policies is read.
    static final List<Fields<?>> FIELDS = List.of(POLICY, HEADER, COOKIE, ATTRIBUTE, CONNECTION, QUERY, FILTER_STATE);

    private static final Set<String> PARTS = Set.of(":method", ":path", ":authority");

    private HashPolicyReader() {}

    /// The policies in their order, without those that are wrong.
    public static List<io.heddle.traffic.hash.HashPolicy> read(List<HashPolicy> messages, Scope scope) {
        var policies = new ArrayList<io.heddle.traffic.hash.HashPolicy>();
        for (int i = 0; i < messages.size(); i++) {
            policy(messages.get(i), scope.at(i)).ifPresent(policies::add);
        }
        return policies;
    }

    private static Optional<io.heddle.traffic.hash.HashPolicy> policy(HashPolicy message, Scope scope) {
        scope.check(message, POLICY);
        boolean terminal = message.getTerminal();
        return switch (message.getPolicySpecifierCase()) {
            case HEADER -> header(message.getHeader(), terminal, scope.at("header"));
            case COOKIE -> cookie(message.getCookie(), terminal, scope.at("cookie"));
            case CONNECTION_PROPERTIES -> {
                var here = scope.at("connection_properties");
                here.check(message.getConnectionProperties(), CONNECTION);
                yield message.getConnectionProperties().getSourceIp()
                        ? Optional.of(new io.heddle.traffic.hash.HashPolicy.SourceAddress(terminal))
                        : Optional.empty();
            }
            case QUERY_PARAMETER -> {
                var found = message.getQueryParameter();
                scope.at("query_parameter").check(found, QUERY);
                yield named(found.getName(), scope.at("query_parameter.name"))
                        .map(name -> new io.heddle.traffic.hash.HashPolicy.Query(MatcherReader.octets(name), terminal));
            }
            case FILTER_STATE -> {
                scope.at("filter_state").check(message.getFilterState(), FILTER_STATE);
                scope.at("filter_state").warning("adds nothing: there is no filter state", "hash a header");
                yield Optional.empty();
            }
            case POLICYSPECIFIER_NOT_SET -> {
                scope.error("says nothing", "set header, cookie, connection_properties or query_parameter");
                yield Optional.empty();
            }
        };
    }

    private static Optional<String> named(String name, Scope scope) {
        if (name.isEmpty()) {
            scope.error("is missing", "write a name");
            return Optional.empty();
        }
        return Optional.of(name);
    }

    private static Optional<io.heddle.traffic.hash.HashPolicy> header(
            HashPolicy.Header message, boolean terminal, Scope scope) {
        scope.check(message, HEADER);
        var rewriting = message.hasRegexRewrite()
                ? rewriting(message.getRegexRewrite(), scope.at("regex_rewrite"))
                : Optional.<io.heddle.traffic.hash.HashPolicy.Rewriting>empty();
        return headerName(message.getHeaderName(), scope.at("header_name"))
                .map(name -> new io.heddle.traffic.hash.HashPolicy.Header(name, rewriting, terminal));
    }

    private static Optional<HeaderName> headerName(String name, Scope scope) {
        return PARTS.contains(name) ? Optional.of(HeaderName.of(name)) : HeadTexts.headerName(name, scope);
    }

    private static Optional<io.heddle.traffic.hash.HashPolicy.Rewriting> rewriting(
            RegexMatchAndSubstitute message, Scope scope) {
        scope.check(message, ReplacementReader.REPLACEMENT);
        return MatcherReader.pattern(message.getPattern(), scope.at("pattern"))
                .map(pattern -> new io.heddle.traffic.hash.HashPolicy.Rewriting(
                        pattern,
                        ReplacementReader.replacement(
                                pattern, MatcherReader.octets(message.getSubstitution()), scope.at("substitution"))));
    }

    private static Optional<io.heddle.traffic.hash.HashPolicy> cookie(
            HashPolicy.Cookie message, boolean terminal, Scope scope) {
        scope.check(message, COOKIE);
        if (named(message.getName(), scope.at("name")).isEmpty()) {
            return Optional.empty();
        }
        var name = cookieText(message.getName(), scope.at("name"));
        var attributes = new ArrayList<NewCookie.Attribute>();
        for (int i = 0; i < message.getAttributesCount(); i++) {
            var found = message.getAttributes(i);
            var here = scope.at("attributes", i);
            here.check(found, ATTRIBUTE);
            attributes.add(attribute(found.getName(), found.getValue(), here));
        }
        var made = message.hasTtl()
                ? Optional.of(new NewCookie(
                        name,
                        Values.duration(message.getTtl(), Duration.ZERO, scope.at("ttl")),
                        cookieText(message.getPath(), scope.at("path")),
                        attributes))
                : Optional.<NewCookie>empty();
        return Optional.of(new io.heddle.traffic.hash.HashPolicy.Cookie(name, made, terminal));
    }

    /// An attribute of a cookie, with or without a value.
    public static NewCookie.Attribute attribute(String name, String value, Scope scope) {
        return new NewCookie.Attribute(
                cookieText(name, scope.at("name")),
                value.isEmpty() ? Optional.empty() : Optional.of(cookieText(value, scope.at("value"))));
    }

    /// A part of a `set-cookie` line: what would end it is an error.
    public static String cookieText(String text, Scope scope) {
        if (text.indexOf(';') >= 0) {
            scope.error("holds a semicolon, which would end it", "remove it");
            return "";
        }
        return HeadTexts.value(text, scope);
    }
}
