package io.heddle.dialect.gateway;

import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.resource.HttpRoute.CookieMatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Reads the `cookies` of an `HTTPRouteMatch`, by the names of GEP-2891.
final class CookieReader {
    private static final String EXACT = "Exact";
    private static final String LIST = "List";
    private static final int MOST_VALUES = 64;
    private static final int LONGEST_VALUE = 1024;

    private CookieReader() {}

    static List<CookieMatch> read(Fields match) {
        var result = new ArrayList<CookieMatch>();
        var names = new HashSet<String>();
        for (var cookie : match.objects("cookies")) {
            var name = cookie.requiredText("name");
            if (!name.isEmpty() && !Names.isHeaderName(name)) {
                cookie.error("name", "\"" + name + "\" is not a token (RFC 6265)", "use letters, digits and hyphens");
            }
            if (!names.add(name)) {
                cookie.error("name", "\"" + name + "\" is matched twice", "keep one: both would have to fit");
            }
            result.add(cookie(cookie, name));
        }
        return result;
    }

    private static CookieMatch cookie(Fields cookie, String name) {
        var type =
                cookie.choice("type", List.of(EXACT, LIST, MatchReader.REGEX)).orElse(EXACT);
        if (type.equals(LIST)) {
            cookie.refuse("value", "does not go with the type List", "write values");
            return new CookieMatch(name, values(cookie), false);
        }
        cookie.refuse("values", "goes with the type List only", "write value, or type: List");
        var value = cookie.requiredText("value");
        if (type.equals(MatchReader.REGEX)) {
            MatchReader.checkPattern(cookie, value);
        } else {
            check(cookie, "value", value);
        }
        return new CookieMatch(name, List.of(value), type.equals(MatchReader.REGEX));
    }

    private static List<String> values(Fields cookie) {
        var values = cookie.texts("values");
        if (values.isEmpty() || values.size() > MOST_VALUES) {
            cookie.error("values", "has " + values.size() + " entries", "write 1 to " + MOST_VALUES);
        }
        for (int i = 0; i < values.size(); i++) {
            check(cookie, "values[" + i + "]", values.get(i));
        }
        return values;
    }

    private static void check(Fields cookie, String place, String value) {
        if (value.length() > LONGEST_VALUE || value.indexOf(';') >= 0 || !Names.isHeaderValue(value)) {
            cookie.error(
                    place,
                    "is no value of a cookie",
                    "use at most " + LONGEST_VALUE + " characters, none of them a semicolon or a control");
        }
    }
}
