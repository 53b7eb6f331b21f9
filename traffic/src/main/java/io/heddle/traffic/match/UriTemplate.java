package io.heddle.traffic.match;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A path with wildcards and named variables, as Envoy's `path.match.uri_template`: `*` is one segment, `**` any
/// number of characters (then only literal text may follow), `{name}` a variable of one segment, `{name=a/*}`
/// one of several.
///
/// Compiled to RE2, so that matching takes time in proportion to the path. Matching allocates. Immutable.
public final class UriTemplate {
    /// Envoy's limits.
    private static final int LONGEST = 256;

    private static final int MOST_VARIABLES = 5;
    private static final int LONGEST_NAME = 16;
    /// What may stand in a path as it is (RFC 3986, section 3.3), as in Envoy.
    private static final String CHARACTER = "[-a-zA-Z0-9._~%!$&'()*+,;=:@]";
    private static final String SEGMENT = "(?:" + CHARACTER + ")+";
    private static final String ANYTHING = "(?:" + CHARACTER + "|/)*";
    private static final String LITERALS = "-._~%!$&'()+,;:@=";

    private final String text;
    private final Pattern pattern;
    private final List<String> variables;

    private UriTemplate(String text, Pattern pattern, List<String> variables) {
        this.text = text;
        this.pattern = pattern;
        this.variables = List.copyOf(variables);
    }

    /// Compiles `text`; empty when it is no template.
    public static Optional<UriTemplate> of(String text) {
        var reading = new Reading(text);
        if (text.length() > LONGEST || !text.startsWith("/") || !reading.all()) {
            return Optional.empty();
        }
        return Optional.of(new UriTemplate(text, Pattern.compile(reading.regex.toString()), reading.names));
    }

    /// The variables, in the order of their groups.
    List<String> variables() {
        return variables;
    }

    /// Matches whole paths; the group of each variable is its value.
    Pattern pattern() {
        return pattern;
    }

    /// Whether the path from `start` to `end` (exclusive), without a query, fits.
    boolean matches(byte[] bytes, int start, int end) {
        return pattern.matches(Octets.decoded(bytes, start, end));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UriTemplate template && text.equals(template.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }

    /// Reads one template from its first character to its last.
    private static final class Reading {
        private final String text;
        private final StringBuilder regex = new StringBuilder();
        private final List<String> names = new ArrayList<>();
        private final Set<String> taken = new HashSet<>();
        private boolean ended;
        private int at;

        Reading(String text) {
            this.text = text;
        }

        boolean all() {
            while (at < text.length()) {
                if (!next()) {
                    return false;
                }
            }
            return true;
        }

        private boolean next() {
            char c = text.charAt(at);
            return switch (c) {
                case '*' -> glob();
                case '{' -> variable();
                case '/' -> slash();
                default -> literal(c);
            };
        }

        private boolean slash() {
            boolean doubled = at > 0 && text.charAt(at - 1) == '/';
            at++;
            regex.append('/');
            return !ended && !doubled;
        }

        private boolean literal(char c) {
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letter && LITERALS.indexOf(c) < 0) {
                return false;
            }
            regex.append(letter ? String.valueOf(c) : "\\" + c);
            at++;
            while (at < text.length() && text.charAt(at) == '*') { // after a literal it is one, too, as in Envoy
                regex.append("\\*");
                at++;
            }
            return true;
        }

        private boolean glob() {
            if (ended) {
                return false;
            }
            boolean doubled = text.startsWith("**", at);
            at += doubled ? 2 : 1;
            ended |= doubled;
            regex.append(doubled ? ANYTHING : SEGMENT);
            return at >= text.length() || text.charAt(at) != '*';
        }

        private boolean variable() {
            int close = text.indexOf('}', at);
            int equals = text.indexOf('=', at);
            if (close < 0 || ended) {
                return false;
            }
            boolean shaped = equals >= 0 && equals < close;
            var name = text.substring(at + 1, shaped ? equals : close);
            if (!isName(name) || !taken.add(name) || names.size() == MOST_VARIABLES) {
                return false;
            }
            names.add(name);
            regex.append('(');
            boolean good = true;
            if (shaped) {
                at = equals + 1;
                good = at < close;
                while (good && at < close) {
                    good = text.charAt(at) != '{' && next();
                }
                good &= at == close;
            } else {
                regex.append(SEGMENT);
            }
            regex.append(')');
            at = close + 1;
            return good;
        }

        private static boolean isName(String name) {
            return !name.isEmpty()
                    && name.length() <= LONGEST_NAME
                    && isLetter(name.charAt(0))
                    && name.chars().allMatch(c -> isLetter(c) || (c >= '0' && c <= '9') || c == '_');
        }

        private static boolean isLetter(int c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        }
    }
}
