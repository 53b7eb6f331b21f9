package io.heddle.dialect.gateway;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.problem.PatternLimits;
import io.heddle.model.resource.HttpRoute.Match;
import io.heddle.model.resource.HttpRoute.PathMatch;
import io.heddle.model.resource.HttpRoute.ValueMatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads an `HTTPRouteMatch`. Regular expressions are compiled here to see that proxies can: what they would
/// refuse could no longer name the field its writer knows.
final class MatchReader {
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
    static final String REGEX = "RegularExpression";
    private static final int MAX_PATH = 1024;

    private MatchReader() {}

    static Match read(Fields match) {
        return new Match(
                match.optionalObject("path").map(MatchReader::path).orElse(new PathMatch.Prefix("/")),
                values(match, "headers", true),
                values(match, "queryParams", false),
                CookieReader.read(match),
                match.choice("method", METHODS));
    }

    private static PathMatch path(Fields path) {
        var type = path.choice("type", List.of("Exact", "PathPrefix", REGEX)).orElse("PathPrefix");
        var value = path.text("value").orElse("/");
        if (value.length() > MAX_PATH) {
            path.error("value", "is longer than " + MAX_PATH + " characters", "match a shorter prefix");
        }
        if (type.equals(REGEX)) {
            checkPattern(path, value);
            return new PathMatch.Regex(value);
        }
        checkPath(path, "value", value);
        return type.equals("Exact") ? new PathMatch.Exact(value) : new PathMatch.Prefix(value);
    }

    /// The Gateway API refuses paths that a server may normalize away, and characters outside RFC 3986.
    private static void checkPath(Fields fields, String name, String value) {
        if (!value.startsWith("/")) {
            fields.error(name, "a path begins with /", "write /" + value);
            return;
        }
        for (var part : List.of("//", "/./", "/../", "%2f", "%2F", "#")) {
            if (value.contains(part)) {
                fields.error(name, "must not contain \"" + part + "\"", "write the path as servers see it, normalized");
            }
        }
        if (value.endsWith("/..") || value.endsWith("/.")) {
            fields.error(name, "must not end with a dot segment", "write the path it leads to");
        }
        if (!value.matches("(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*+")) {
            fields.error(name, "has characters that no path has", "percent-encode them");
        }
    }

    /// Refuses what no proxy could match by: RE2 syntax, as everywhere in Envoy.
    static void checkPattern(Fields fields, String pattern) {
        var excess = PatternLimits.excess(pattern);
        if (excess.isPresent()) {
            fields.error("value", "is a pattern " + excess.get(), "write a shorter one");
            return;
        }
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            var piece = e.getPattern() == null || e.getPattern().isEmpty() ? "" : ": \"" + e.getPattern() + "\"";
            fields.error(
                    "value",
                    "is no RE2 pattern: " + e.getDescription() + piece,
                    "mend it by https://github.com/google/re2/wiki/Syntax, or use the type Exact for plain text");
        }
    }

    private static List<ValueMatch> values(Fields match, String name, boolean headers) {
        var result = new ArrayList<ValueMatch>();
        var names = new HashSet<String>();
        for (var value : match.objects(name)) {
            var type = value.choice("type", List.of("Exact", REGEX)).orElse("Exact");
            var pattern = value.requiredText("value");
            if (type.equals(REGEX)) {
                checkPattern(value, pattern);
            }
            var written = value.requiredText("name");
            if (!written.isEmpty() && !Names.isHeaderName(written)) {
                value.error("name", "\"" + written + "\" is not a token (RFC 9110)", "use letters, digits and hyphens");
            }
            var key = headers ? written.toLowerCase(Locale.ROOT) : written;
            if (!names.add(key)) {
                value.error("name", "\"" + written + "\" is matched twice", "keep one: both would have to fit");
            }
            result.add(new ValueMatch(key, pattern, type.equals(REGEX)));
        }
        return result;
    }

    /// The path that a filter puts in place of another.
    static Optional<String> replacement(Fields fields, String name) {
        return fields.emptiableText(name).map(path -> {
            if (!path.isEmpty() && !path.startsWith("/")) {
                fields.error(name, "a path begins with /", "write /" + path);
            }
            if (path.length() > MAX_PATH || !Names.isHeaderValue(path) || path.contains(" ")) {
                fields.error(
                        name,
                        "is not a path",
                        "use at most " + MAX_PATH + " characters, none of them a space or a control");
            }
            return path;
        });
    }
}
