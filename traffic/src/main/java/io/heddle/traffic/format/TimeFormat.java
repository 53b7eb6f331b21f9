package io.heddle.traffic.format;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.WeekFields;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// How a time is written: the conversions of `strftime`, with Envoy's `%s` (seconds since the epoch), `%f` and `%1f` to
/// `%9f` (fraction of a second) and those of Abseil's that begin with `%E`. Immutable.
final class TimeFormat {
    private static final String CONVERSIONS = "YmdeHIMSTFDRjaAbBhpyzZsfntcxXGVguwUWklPr%";
    /// After a `%E`; a digit or a star may stand before the `S` and `f`, and a 4 before the `Y`.
    private static final Pattern EXTENDED = Pattern.compile("E(?:z|T|[0-9*][Sf]|4Y)");
    private static final int NANOS_DIGITS = 9;
    /// By themselves: a builder fails that a number is added to directly after a padded one.
    private static final DateTimeFormatter PADDED_DAY = padded(ChronoField.DAY_OF_MONTH);
    private static final DateTimeFormatter PADDED_HOUR = padded(ChronoField.HOUR_OF_DAY);
    private static final DateTimeFormatter PADDED_CLOCK_HOUR = padded(ChronoField.CLOCK_HOUR_OF_AMPM);
    private static final WeekFields FROM_SUNDAY = WeekFields.of(DayOfWeek.SUNDAY, 7);
    private static final WeekFields FROM_MONDAY = WeekFields.of(DayOfWeek.MONDAY, 7);

    private static final Map<Long, String> FROM_ZERO =
            Map.of(1L, "1", 2L, "2", 3L, "3", 4L, "4", 5L, "5", 6L, "6", 7L, "0");

    /// Where a time is told as it is everywhere.
    static final ZoneId UTC = ZoneId.of("UTC");
    /// Envoy's default of times of the machine's own zone, for example `2026-11-21T13:34:56.789+0100`.
    static final TimeFormat LOCAL = new TimeFormat("%Y-%m-%dT%H:%M:%S.%3f%z");

    /// Envoy's default, for example `2026-11-21T12:34:56.789Z`.
    static final TimeFormat DEFAULT = new TimeFormat("%Y-%m-%dT%H:%M:%S.%3fZ");

    private final String text;
    private final DateTimeFormatter formatter;

    private TimeFormat(String text) {
        this.text = text;
        this.formatter = compile(text);
    }

    /// The format `text`; empty when it has a conversion that is not known. An empty text is the default.
    static Optional<TimeFormat> of(String text) {
        if (text.isEmpty()) {
            return Optional.of(DEFAULT);
        }
        for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at)) {
            int length = conversionLength(text, at + 1);
            if (length == 0) {
                return Optional.empty();
            }
            at += 1 + length;
        }
        return Optional.of(new TimeFormat(text));
    }

    /// How many characters the conversion has whose name begins at `at`; 0 when it is none.
    private static int conversionLength(String text, int at) {
        var extended = EXTENDED.matcher(text).region(at, text.length());
        if (extended.lookingAt()) {
            return extended.end() - at;
        }
        boolean digit = at + 1 < text.length() && text.charAt(at) >= '1' && text.charAt(at) <= '9';
        if (digit && text.charAt(at + 1) == 'f') {
            return 2;
        }
        return at < text.length() && CONVERSIONS.indexOf(text.charAt(at)) >= 0 ? 1 : 0;
    }

    /// Appends `millis` since the epoch as a time of `zone`.
    void append(long millis, ZoneId zone, StringBuilder out) {
        formatter.formatTo(Instant.ofEpochMilli(millis).atZone(zone), out);
    }

    private static DateTimeFormatter padded(ChronoField field) {
        return new DateTimeFormatterBuilder()
                .padNext(2)
                .appendValue(field, 1, 2, SignStyle.NORMAL)
                .toFormatter(Locale.ENGLISH);
    }

    private static DateTimeFormatter compile(String text) {
        var builder = new DateTimeFormatterBuilder();
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c != '%') {
                builder.appendLiteral(c);
                continue;
            }
            int length = conversionLength(text, at + 1);
            var name = text.substring(at + 1, at + 1 + length);
            if (length == 1) {
                conversion(builder, name.charAt(0));
            } else {
                extended(builder, name);
            }
            at += length;
        }
        return builder.toFormatter(Locale.ENGLISH);
    }

    /// A conversion of several characters: `3f`, `E3S`, `E*f`, `Ez`, `E4Y`, `ET`.
    private static void extended(DateTimeFormatterBuilder builder, String name) {
        char kind = name.charAt(name.length() - 1);
        switch (kind) {
            case 'z' -> builder.appendOffset("+HH:MM", "+00:00");
            case 'T' -> builder.appendLiteral('T');
            case 'Y' -> builder.appendPattern("yyyy");
            default -> {
                if (kind == 'S') {
                    builder.appendPattern("ss");
                }
                char digits = name.charAt(name.length() - 2);
                boolean all = digits == '*';
                int least = all ? 0 : digits - '0';
                int most = all ? NANOS_DIGITS : digits - '0';
                if (most > 0) {
                    builder.appendFraction(ChronoField.NANO_OF_SECOND, least, most, kind == 'S');
                }
            }
        }
    }

    private static void conversion(DateTimeFormatterBuilder builder, char name) {
        switch (name) {
            case 's' -> builder.appendValue(ChronoField.INSTANT_SECONDS);
            case 'f' -> builder.appendFraction(ChronoField.NANO_OF_SECOND, NANOS_DIGITS, NANOS_DIGITS, false);
            case 'e' -> builder.append(PADDED_DAY);
            case '%' -> builder.appendLiteral('%');
            case 'n' -> builder.appendLiteral(' ');
            case 't' -> builder.appendLiteral('\t');
            case 'Z' -> builder.appendZoneText(TextStyle.SHORT);
            case 'c' -> builder.appendPattern("EEE MMM ").append(PADDED_DAY).appendPattern(" HH:mm:ss yyyy");
            case 'G' -> builder.appendValue(IsoFields.WEEK_BASED_YEAR, 4);
            case 'g' -> builder.appendValueReduced(IsoFields.WEEK_BASED_YEAR, 2, 2, 2000);
            case 'V' -> builder.appendValue(IsoFields.WEEK_OF_WEEK_BASED_YEAR, 2);
            case 'u' -> builder.appendValue(ChronoField.DAY_OF_WEEK, 1);
            case 'w' -> builder.appendText(ChronoField.DAY_OF_WEEK, FROM_ZERO);
            case 'U' -> builder.appendValue(FROM_SUNDAY.weekOfYear(), 2);
            case 'W' -> builder.appendValue(FROM_MONDAY.weekOfYear(), 2);
            case 'k' -> builder.append(PADDED_HOUR);
            case 'l' -> builder.append(PADDED_CLOCK_HOUR);
            case 'P' -> builder.appendText(ChronoField.AMPM_OF_DAY, Map.of(0L, "am", 1L, "pm"));
            default -> builder.appendPattern(pattern(name));
        }
    }

    private static String pattern(char name) {
        return switch (name) {
            case 'Y' -> "yyyy";
            case 'y' -> "yy";
            case 'm' -> "MM";
            case 'd' -> "dd";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'T', 'X' -> "HH:mm:ss";
            case 'R' -> "HH:mm";
            case 'F' -> "yyyy-MM-dd";
            case 'D', 'x' -> "MM/dd/yy";
            case 'j' -> "DDD";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'p' -> "a";
            case 'r' -> "hh:mm:ss a";
            case 'z' -> "xx";
            default -> throw new IllegalArgumentException("no conversion: " + name);
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TimeFormat format && text.equals(format.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
