package io.heddle.xds.read.core;

import com.google.re2j.Pattern;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import java.util.List;

/// Reads what takes the place of what a pattern fits (`RegexMatchAndSubstitute`).
public final class ReplacementReader {
    /// A pattern and what takes its place.
    public static final Fields<RegexMatchAndSubstitute> REPLACEMENT =
            Fields.refusingOthers(RegexMatchAndSubstitute.class).reads("pattern", "substitution");

    /// What of replacements is read.
    static final List<Fields<?>> FIELDS = List.of(REPLACEMENT);

    private ReplacementReader() {}

    /// A substitution of RE2 in the form that our patterns take; one that names a group which `pattern` does not have
    /// is an error.
    public static String replacement(Pattern pattern, String re2, Scope scope) {
        for (int i = 0; i + 1 < re2.length(); i++) {
            if (re2.charAt(i) == '\\') {
                int group = re2.charAt(++i) - '0';
                if (group > pattern.groupCount() && group <= 9) {
                    scope.error(
                            "names group " + group + " of a pattern that has " + pattern.groupCount(),
                            "write \\0 for the whole match, or add a group");
                    return "";
                }
            }
        }
        return substitution(re2);
    }

    /// RE2's `\1` in the form that our patterns take: `$1`.
    private static String substitution(String re2) {
        var ours = new StringBuilder();
        for (int i = 0; i < re2.length(); i++) {
            char c = re2.charAt(i);
            boolean escaped = c == '\\' && i + 1 < re2.length();
            if (!escaped) {
                ours.append(c == '$' ? "\\$" : String.valueOf(c));
                continue;
            }
            char next = re2.charAt(++i);
            ours.append(Character.isDigit(next) ? '$' : '\\').append(next);
            if (Character.isDigit(next) && i + 1 < re2.length() && Character.isDigit(re2.charAt(i + 1))) {
                ours.append('\\').append(re2.charAt(++i)); // RE2 knows one digit only
            }
        }
        return ours.toString();
    }
}
