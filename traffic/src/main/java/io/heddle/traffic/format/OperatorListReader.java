package io.heddle.traffic.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the JSON argument of `%COALESCE(…)%`: `{"operators": [ "NAME", {"command": "REQ", "param": "x-user",
/// "max_length": 9} ]}`. One object per text. Texts are those of a format: without a closing bracket.
final class OperatorListReader {
    private static final int LONGEST_NUMBER = 6;
    private static final int MOST = 100;

    private final String json;
    private int at;

    private OperatorListReader(String json) {
        this.json = json;
    }

    /// The operators in `json` as they are written between percent signs, in order; empty when it is no such list, or
    /// has none.
    static Optional<List<String>> read(String json) {
        return new OperatorListReader(json).list().filter(found -> !found.isEmpty() && found.size() <= MOST);
    }

    private Optional<List<String>> list() {
        if (!take('{') || !text().equals(Optional.of("operators")) || !take(':') || !take('[')) {
            return Optional.empty();
        }
        var found = new ArrayList<String>();
        do {
            var entry = peek() == '"' ? text() : command();
            if (entry.isEmpty()) {
                return Optional.empty();
            }
            found.add(entry.get());
        } while (take(','));
        return take(']') && take('}') && peek() == '\0' ? Optional.of(found) : Optional.empty();
    }

    private Optional<String> command() {
        var fields = new HashMap<String, String>();
        if (!take('{')) {
            return Optional.empty();
        }
        do {
            var name = text();
            boolean valued = name.isPresent() && take(':');
            var value = !valued ? Optional.<String>empty() : peek() == '"' ? text() : number();
            if (value.isEmpty() || fields.put(name.get(), value.get()) != null) {
                return Optional.empty();
            }
        } while (take(','));
        boolean known = fields.keySet().stream().allMatch(List.of("command", "param", "max_length")::contains);
        return take('}') && known && fields.containsKey("command") ? Optional.of(written(fields)) : Optional.empty();
    }

    private static String written(Map<String, String> fields) {
        var param = fields.get("param");
        var longest = fields.get("max_length");
        return fields.get("command")
                + (param == null ? "" : "(" + param + ")")
                + (longest == null ? "" : ":" + longest);
    }

    private Optional<String> number() {
        int start = at;
        while (at < json.length() && Character.isDigit(json.charAt(at)) && at - start < LONGEST_NUMBER) {
            at++;
        }
        return at == start ? Optional.empty() : Optional.of(json.substring(start, at));
    }

    /// A text without escapes but for a quote and a backslash.
    private Optional<String> text() {
        if (!take('"')) {
            return Optional.empty();
        }
        var out = new StringBuilder();
        while (at < json.length()) {
            char c = json.charAt(at++);
            if (c == '"') {
                return Optional.of(out.toString());
            }
            boolean escape = c == '\\' && at < json.length() && "\"\\/".indexOf(json.charAt(at)) >= 0;
            if (c == '\\' && !escape) {
                return Optional.empty();
            }
            out.append(escape ? json.charAt(at++) : c);
        }
        return Optional.empty();
    }

    private boolean take(char wanted) {
        boolean there = peek() == wanted;
        at += there ? 1 : 0;
        return there;
    }

    /// The next character that is no space; NUL at the end.
    private char peek() {
        while (at < json.length() && " \t\r\n".indexOf(json.charAt(at)) >= 0) {
            at++;
        }
        return at < json.length() ? json.charAt(at) : '\0';
    }
}
