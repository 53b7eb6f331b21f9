package io.heddle.traffic.format;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;

/// How a time is written: the conversions of `strftime` in UTC, with Envoy's `%s` (seconds since the epoch),
/// `%f` and `%1f` to `%9f` (fraction of a second). Immutable.
final class TimeFormat {
    private static final String CONVERSIONS = "YmdeHIMSTFDRjaAbBhpyzZsfnt";
    private static final int NANOS_DIGITS = 9;
    /// By itself: a builder fails that a number is added to directly after a padded one.
    private static final DateTimeFormatter PADDED_DAY = new DateTimeFormatterBuilder()
            .padNext(2)
            .appendValue(ChronoField.DAY_OF_MONTH, 1, 2, SignStyle.NORMAL)
            .toFormatter(Locale.ENGLISH);

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
            boolean digit = at + 2 < text.length()
                    && text.charAt(at + 1) >= '1'
                    && text.charAt(at + 1) <= '9'
                    && text.charAt(at + 2) == 'f';
            boolean known = at + 1 < text.length() && (CONVERSIONS + "%").indexOf(text.charAt(at + 1)) >= 0;
            if (!digit && !known) {
                return Optional.empty();
            }
            at += digit ? 3 : 2;
        }
        return Optional.of(new TimeFormat(text));
    }

    /// Appends `millis` since the epoch.
    void append(long millis, StringBuilder out) {
        formatter.formatTo(
                LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC)
                        .atOffset(ZoneOffset.UTC),
                out);
    }

    private static DateTimeFormatter compile(String text) {
        var builder = new DateTimeFormatterBuilder();
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c != '%') {
                builder.appendLiteral(c);
                continue;
            }
            char next = text.charAt(++at);
            if (Character.isDigit(next)) {
                builder.appendFraction(ChronoField.NANO_OF_SECOND, next - '0', next - '0', false);
                at++;
            } else {
                conversion(builder, next);
            }
        }
        return builder.toFormatter(Locale.ENGLISH);
    }

    private static void conversion(DateTimeFormatterBuilder builder, char name) {
        switch (name) {
            case 's' -> builder.appendValue(ChronoField.INSTANT_SECONDS);
            case 'f' -> builder.appendFraction(ChronoField.NANO_OF_SECOND, NANOS_DIGITS, NANOS_DIGITS, false);
            case 'e' -> builder.append(PADDED_DAY);
            case '%' -> builder.appendLiteral('%');
            case 'n' -> builder.appendLiteral(' ');
            case 't' -> builder.appendLiteral('\t');
            case 'Z' -> builder.appendLiteral("UTC");
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
            case 'T' -> "HH:mm:ss";
            case 'R' -> "HH:mm";
            case 'F' -> "yyyy-MM-dd";
            case 'D' -> "MM/dd/yy";
            case 'j' -> "DDD";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'p' -> "a";
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
