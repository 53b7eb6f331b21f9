package io.heddle.traffic.match;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;

/// Replaces what a pattern fits, as RE2's `GlobalReplace` does: no empty match counts that begins where the match
/// before it ended.
public final class Replacement {
    private Replacement() {}

    /// `text` with every match of `pattern` replaced.
    ///
    /// @param replacement with `$1` for what the first group fitted, `\$` for a dollar sign
    public static String all(Pattern pattern, String text, String replacement) {
        var matcher = pattern.matcher(text);
        var out = new StringBuilder();
        int copied = 0;
        int last = -1;
        while (matcher.find()) {
            if (matcher.start() == matcher.end() && matcher.start() == last) {
                continue;
            }
            out.append(text, copied, matcher.start());
            append(matcher, replacement, out);
            copied = matcher.end();
            last = copied;
        }
        return out.append(text, copied, text.length()).toString();
    }

    private static void append(Matcher matcher, String replacement, StringBuilder out) {
        for (int i = 0; i < replacement.length(); i++) {
            char c = replacement.charAt(i);
            if (c == '\\' && i + 1 < replacement.length()) {
                out.append(replacement.charAt(++i));
            } else if (c == '$' && i + 1 < replacement.length() && Character.isDigit(replacement.charAt(i + 1))) {
                int number = replacement.charAt(++i) - '0';
                var group = number <= matcher.groupCount() ? matcher.group(number) : null;
                out.append(group == null ? "" : group);
            } else {
                out.append(c);
            }
        }
    }
}
