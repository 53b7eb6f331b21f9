package io.heddle.xds.read.core;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.v3.Int64Range;
import io.heddle.model.problem.PatternLimits;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.match.CookieMatcher;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.QueryMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.HeaderName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads matchers of texts, headers, query parameters, cookies, paths and addresses. Whatever cannot be matched as
/// written is an error: a matcher left out would fit too much.
public final class MatcherReader {
    private static final Fields<io.envoyproxy.envoy.type.matcher.v3.StringMatcher> TEXT = Fields.refusingOthers(
                    io.envoyproxy.envoy.type.matcher.v3.StringMatcher.class)
            .reads("exact", "prefix", "suffix", "contains", "safe_regex", "ignore_case");
    private static final Fields<RegexMatcher> REGEX = Fields.refusingOthers(RegexMatcher.class)
            .limits(
                    "regex",
                    "RE2 syntax, at most 16,384 characters, 100 nested groups and 50,000 characters once"
                            + " repetitions are written out; matched against the whole text")
            .accepts("google_re2", "patterns are always RE2");
    private static final Fields<io.envoyproxy.envoy.config.route.v3.HeaderMatcher> HEADER = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.route.v3.HeaderMatcher.class)
            .limits("name", "not empty; `:scheme` is refused")
            .reads("exact_match", "safe_regex_match", "range_match", "present_match", "prefix_match", "suffix_match")
            .reads("contains_match", "string_match", "invert_match", "treat_missing_header_as_empty");
    private static final Fields<QueryParameterMatcher> QUERY = Fields.refusingOthers(QueryParameterMatcher.class)
            .limits("name", "1 to 1024 bytes")
            .reads("string_match", "present_match");
    private static final Fields<io.envoyproxy.envoy.config.route.v3.CookieMatcher> COOKIE = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.route.v3.CookieMatcher.class)
            .limits("name", "1 to 1024 bytes")
            .reads("string_match", "invert_match");
    private static final Fields<CidrRange> ADDRESSES =
            Fields.refusingOthers(CidrRange.class).reads("address_prefix", "prefix_len");

    private static final Fields<Int64Range> RANGE =
            Fields.refusingOthers(Int64Range.class).reads("start", "end");
    private static final Fields<io.envoyproxy.envoy.type.matcher.v3.PathMatcher> URL_PATH = Fields.refusingOthers(
                    io.envoyproxy.envoy.type.matcher.v3.PathMatcher.class)
            .reads("path");

    /// What of matchers is read.
    static final List<Fields<?>> FIELDS = List.of(TEXT, REGEX, HEADER, RANGE, QUERY, COOKIE, URL_PATH, ADDRESSES);

    private static final int LONGEST_NAME = 1024;

    private MatcherReader() {}

    /// The matcher of a text; empty, and an error, when it cannot be matched as written.
    public static Optional<StringMatcher> text(io.envoyproxy.envoy.type.matcher.v3.StringMatcher message, Scope scope) {
        scope.check(message, TEXT);
        boolean ignoreCase = message.getIgnoreCase();
        return switch (message.getMatchPatternCase()) {
            case EXACT -> Optional.of(new StringMatcher.Exact(octets(message.getExact()), ignoreCase));
            case PREFIX ->
                Optional.of(new StringMatcher.Prefix(part(message.getPrefix(), scope.at("prefix")), ignoreCase));
            case SUFFIX ->
                Optional.of(new StringMatcher.Suffix(part(message.getSuffix(), scope.at("suffix")), ignoreCase));
            case CONTAINS ->
                Optional.of(new StringMatcher.Contains(part(message.getContains(), scope.at("contains")), ignoreCase));
            case SAFE_REGEX ->
                pattern(message.getSafeRegex(), scope.at("safe_regex")).map(StringMatcher.Regex::new);
            case CUSTOM -> Optional.empty();
            case MATCHPATTERN_NOT_SET -> {
                scope.error("says nothing to match", "set exact, prefix, suffix, contains or safe_regex");
                yield Optional.empty();
            }
        };
    }

    /// The same of several, without those that are wrong.
    public static List<StringMatcher> texts(
            List<io.envoyproxy.envoy.type.matcher.v3.StringMatcher> messages, Scope scope, String field) {
        var matchers = new ArrayList<StringMatcher>();
        for (int i = 0; i < messages.size(); i++) {
            text(messages.get(i), scope.at(field, i)).ifPresent(matchers::add);
        }
        return matchers;
    }

    /// A part that a text is to have, in octets; an error when it is empty, since every text has that.
    public static String part(String text, Scope scope) {
        if (text.isEmpty()) {
            scope.error("is empty, which fits every text", "write at least one character, or match for presence");
        }
        return octets(text);
    }

    /// RE2 syntax; matched against the whole text.
    public static Optional<Pattern> pattern(RegexMatcher message, Scope scope) {
        scope.check(message, REGEX);
        if (message.getRegex().isEmpty()) {
            scope.at("regex").error("is empty", "write a pattern, for example .*");
        }
        return pattern(message.getRegex(), scope);
    }

    /// The same from a text.
    public static Optional<Pattern> pattern(String regex, Scope scope) {
        var excess = PatternLimits.excess(regex);
        if (excess.isPresent()) {
            scope.error("is a pattern " + excess.get(), "write a shorter one");
            return Optional.empty();
        }
        try {
            return Optional.of(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            scope.error("is no RE2 pattern: " + e.getMessage(), "see https://github.com/google/re2/wiki/Syntax");
            return Optional.empty();
        }
    }

    /// The matchers of headers, without those that are wrong.
    public static List<HeaderMatcher> headers(
            List<io.envoyproxy.envoy.config.route.v3.HeaderMatcher> messages, Scope scope, String field) {
        var matchers = new ArrayList<HeaderMatcher>();
        for (int i = 0; i < messages.size(); i++) {
            header(messages.get(i), scope.at(field, i)).ifPresent(matchers::add);
        }
        return matchers;
    }

    /// The matcher of one header; empty, and an error, when it cannot be matched as written.
    @SuppressWarnings("deprecation") // older control planes still write the deprecated forms
    public static Optional<HeaderMatcher> header(
            io.envoyproxy.envoy.config.route.v3.HeaderMatcher message, Scope scope) {
        scope.check(message, HEADER);
        if (message.getName().isEmpty()) {
            scope.at("name").error("is empty", "name a header, for example x-user");
        }
        if (message.getName().equals(":scheme")) {
            scope.at("name").error("is not known of a request here", "match on another header");
        }
        Optional<HeaderMatcher.Test> test = switch (message.getHeaderMatchSpecifierCase()) {
            case EXACT_MATCH -> value(new StringMatcher.Exact(octets(message.getExactMatch()), false));
            case PREFIX_MATCH ->
                value(new StringMatcher.Prefix(part(message.getPrefixMatch(), scope.at("prefix_match")), false));
            case SUFFIX_MATCH ->
                value(new StringMatcher.Suffix(part(message.getSuffixMatch(), scope.at("suffix_match")), false));
            case CONTAINS_MATCH ->
                value(new StringMatcher.Contains(part(message.getContainsMatch(), scope.at("contains_match")), false));
            case SAFE_REGEX_MATCH ->
                pattern(message.getSafeRegexMatch(), scope.at("safe_regex_match"))
                        .map(pattern -> new HeaderMatcher.Test.Value(new StringMatcher.Regex(pattern)));
            case STRING_MATCH ->
                text(message.getStringMatch(), scope.at("string_match")).map(HeaderMatcher.Test.Value::new);
            case RANGE_MATCH ->
                Optional.of(new HeaderMatcher.Test.Range(
                        message.getRangeMatch().getStart(),
                        message.getRangeMatch().getEnd()));
            case PRESENT_MATCH -> Optional.of(new HeaderMatcher.Test.Present(message.getPresentMatch()));
            case HEADERMATCHSPECIFIER_NOT_SET -> Optional.of(new HeaderMatcher.Test.Present(true));
        };
        return test.map(found -> new HeaderMatcher(
                HeaderName.of(message.getName()),
                found,
                message.getInvertMatch(),
                message.getTreatMissingHeaderAsEmpty()));
    }

    private static Optional<HeaderMatcher.Test> value(StringMatcher matcher) {
        return Optional.of(new HeaderMatcher.Test.Value(matcher));
    }

    /// The matchers of query parameters, without those that are wrong.
    public static List<QueryMatcher> queries(List<QueryParameterMatcher> messages, Scope scope, String field) {
        var matchers = new ArrayList<QueryMatcher>();
        for (int i = 0; i < messages.size(); i++) {
            var message = messages.get(i);
            var here = scope.at(field, i);
            here.check(message, QUERY);
            named(message.getName(), "query parameter", here.at("name"));
            if (message.hasStringMatch()) {
                text(message.getStringMatch(), here.at("string_match"))
                        .ifPresent(
                                value -> matchers.add(new QueryMatcher(octets(message.getName()), Optional.of(value))));
            } else {
                boolean present = !message.hasPresentMatch() || message.getPresentMatch();
                matchers.add(new QueryMatcher(octets(message.getName()), Optional.empty(), present));
            }
        }
        return matchers;
    }

    /// The matchers of cookies, without those that are wrong.
    public static List<CookieMatcher> cookies(
            List<io.envoyproxy.envoy.config.route.v3.CookieMatcher> messages, Scope scope, String field) {
        var matchers = new ArrayList<CookieMatcher>();
        for (int i = 0; i < messages.size(); i++) {
            cookie(messages.get(i), scope.at(field, i)).ifPresent(matchers::add);
        }
        return matchers;
    }

    private static Optional<CookieMatcher> cookie(
            io.envoyproxy.envoy.config.route.v3.CookieMatcher message, Scope scope) {
        scope.check(message, COOKIE);
        var name = octets(message.getName());
        named(message.getName(), "cookie", scope.at("name"));
        return text(message.getStringMatch(), scope.at("string_match"))
                .map(value -> new CookieMatcher(name, value, message.getInvertMatch()));
    }

    private static void named(String name, String what, Scope scope) {
        if (name.isEmpty() || octets(name).length() > LONGEST_NAME) {
            scope.error("is no name of a " + what, "write 1 to " + LONGEST_NAME + " bytes");
        }
    }

    /// The path without its query.
    public static Optional<PathMatcher> urlPath(io.envoyproxy.envoy.type.matcher.v3.PathMatcher message, Scope scope) {
        scope.check(message, URL_PATH);
        return text(message.getPath(), scope.at("path")).map(PathMatcher.Text::new);
    }

    /// The matcher of a range of addresses; empty, and an error, when it is none.
    public static Optional<AddressMatcher> addresses(CidrRange message, Scope scope) {
        scope.check(message, ADDRESSES);
        int bits = message.hasPrefixLen() ? message.getPrefixLen().getValue() : 0;
        var matcher = AddressMatcher.of(message.getAddressPrefix(), bits);
        if (matcher.isEmpty()) {
            scope.error(
                    "is no address range: " + message.getAddressPrefix() + "/" + bits,
                    "write an IP address and a prefix length");
        }
        return matcher;
    }

    /// The text with one char for each octet of its UTF-8, as heads hold theirs.
    public static String octets(String text) {
        return StringMatcher.octets(text);
    }
}
