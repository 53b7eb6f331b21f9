package io.heddle.proxy.admin;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The target of a request to a [PageServer]: which page, and the parameters of its query.
///
/// Any character that a request line can hold may stand in it as it is, so that a regular expression need not be
/// encoded; `%` and two hexadecimal digits are an octet of UTF-8, and where no digits follow, `%` itself.
///
/// @param path the page's path
/// @param text the query as it came, one octet a character; empty without
record PageQuery(String path, String text) {
    /// Of a target as it came, one octet a character.
    static PageQuery of(String target) {
        int question = target.indexOf('?');
        return question < 0
                ? new PageQuery(decoded(target), "")
                : new PageQuery(decoded(target.substring(0, question)), target.substring(question + 1));
    }

    /// The parameters by name; of one that stands twice the last value. Empty where there is no `=`. `+` is `+`, as
    /// Envoy reads its admin interface's queries.
    Map<String, String> parameters() {
        return parameters(text);
    }

    /// The same of what was written as a form (the URL standard, `application/x-www-form-urlencoded`), as curl
    /// and browsers write: `+` is a space.
    Map<String, String> form() {
        return parameters(text.replace('+', ' '));
    }

    private static Map<String, String> parameters(String query) {
        if (query.isEmpty()) {
            return Map.of();
        }
        var parameters = new HashMap<String, String>();
        for (var pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            var name = equals < 0 ? pair : pair.substring(0, equals);
            parameters.put(decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        return parameters;
    }

    private static String decoded(String text) {
        var octets = new ByteArrayOutputStream(text.length());
        int at = 0;
        while (at < text.length()) {
            int octet = text.charAt(at) == '%' ? escaped(text, at + 1) : -1;
            octets.write(octet < 0 ? text.charAt(at) : octet);
            at += octet < 0 ? 1 : 3;
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    /// The octet of two hexadecimal digits; -1 where they are none.
    private static int escaped(String text, int at) {
        if (at + 2 > text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
}
