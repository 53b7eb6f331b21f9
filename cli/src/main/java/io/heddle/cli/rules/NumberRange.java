package io.heddle.cli.rules;

/// Consecutive numbers: ports, or ids of users and groups.
///
/// @param first the first of them
/// @param last the last of them, included
public record NumberRange(long first, long last) {
    private static final long PORTS = 65_535;
    private static final long IDS = 0xFFFF_FFFEL;

    /// @throws IllegalArgumentException when the range runs backwards
    public NumberRange {
        if (first > last || first < 0) {
            throw new IllegalArgumentException("'" + first + "-" + last + "' runs backwards");
        }
    }

    /// A range of one.
    public static NumberRange of(long only) {
        return new NumberRange(only, only);
    }

    /// Reads `80` or `8000-8100`, each 1 to 65535.
    ///
    /// @throws IllegalArgumentException when it is neither
    public static NumberRange ports(String text) {
        return parse(text, 1, PORTS, "is not a port or a range of ports");
    }

    /// Reads `1000` or `1000-1999`, ids of users or groups.
    ///
    /// @throws IllegalArgumentException when it is neither
    public static NumberRange ids(String text) {
        return parse(text, 0, IDS, "is not a numeric id or a range of them");
    }

    private static NumberRange parse(String text, long lowest, long highest, String otherwise) {
        if (!text.matches("[0-9]{1,10}(-[0-9]{1,10})?")) {
            throw new IllegalArgumentException("'" + text + "' " + otherwise);
        }
        int dash = text.indexOf('-');
        long first = Long.parseLong(dash < 0 ? text : text.substring(0, dash));
        long last = dash < 0 ? first : Long.parseLong(text.substring(dash + 1));
        if (first < lowest || last > highest) {
            throw new IllegalArgumentException("'" + text + "' " + otherwise);
        }
        return new NumberRange(first, last);
    }

    /// Whether all of `other` is in this range.
    public boolean covers(NumberRange other) {
        return first <= other.first && other.last <= last;
    }

    /// The range as it is written, with `separator` between its ends.
    public String text(char separator) {
        return first == last ? Long.toString(first) : first + Character.toString(separator) + last;
    }
}
