package io.heddle.proxy.admin;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The target of a request to a [PageServer]: which page, and the parameters of its query.
///
/// Any character that a request line can hold may stand in it as it is, so that a regular expression need not be
/// encoded; `%` and two hexadecimal digits are an octet of UTF-8, and where no digits follow, `%` itself. `+` is `+`.
/// That is how Envoy reads its admin interface's queries.
///
/// @param path the page's path
/// @param parameters by name; of one that stands twice the last value. Empty where there is no `=`
record PageQuery(String path, Map<String, String> parameters) {
    PageQuery {
        parameters = Map.copyOf(parameters);
    }

    /// Of a target as it came, one octet a character.
    static PageQuery of(String target) {
        int question = target.indexOf('?');
        if (question < 0) {
            return new PageQuery(decoded(target), Map.of());
        }
        var parameters = new HashMap<String, String>();
        for (var pair : target.substring(question + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            var name = equals < 0 ? pair : pair.substring(0, equals);
            parameters.put(decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        return new PageQuery(decoded(target.substring(0, question)), parameters);
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
