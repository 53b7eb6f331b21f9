package io.heddle.dialect.tree;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads the two duration formats of the field: the Gateway API's and Go's.
public final class Durations {
    private static final Pattern GATEWAY = Pattern.compile("([0-9]{1,5}(h|m|s|ms)){1,4}");
    private static final Pattern GO = Pattern.compile("([0-9]{1,9}(\\.[0-9]{1,9})?(h|m|s|ms|us|µs|ns))+");
    private static final Pattern PART = Pattern.compile("([0-9.]+)(h|ms|m|s|us|µs|ns)");

    private Durations() {}

    /// A Gateway API duration (GEP-2257): one to four parts such as `1h30m` or `250ms`, without fractions; may be
    /// zero.
    public static Optional<Duration> gateway(Fields fields, String name) {
        return read(fields, name, GATEWAY, "write it like 10s, 250ms or 1h30m, without fractions");
    }

    /// A Go duration, as protobuf's JSON and Istio take it, for example `1.5s`.
    public static Optional<Duration> go(Fields fields, String name) {
        return read(fields, name, GO, "write it like 3s, 250ms or 1.5s");
    }

    private static Optional<Duration> read(Fields fields, String name, Pattern format, String remedy) {
        return fields.text(name).flatMap(text -> {
            if (text.length() > 40 || !format.matcher(text).matches()) {
                fields.error(name, "\"" + text + "\" is not a duration", remedy);
                return Optional.empty();
            }
            return Optional.of(sum(text));
        });
    }

    private static Duration sum(String text) {
        var total = BigDecimal.ZERO;
        var parts = PART.matcher(text);
        while (parts.find()) {
            total = total.add(new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(nanos(parts.group(2)))));
        }
        var split = total.toBigInteger().divideAndRemainder(java.math.BigInteger.valueOf(1_000_000_000L));
        return Duration.ofSeconds(split[0].longValueExact(), split[1].longValueExact());
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "us", "µs" -> 1_000L;
            default -> 1L;
        };
    }
}
