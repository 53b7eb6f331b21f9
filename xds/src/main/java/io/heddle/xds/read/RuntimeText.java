package io.heddle.xds.read;

import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.layer.RuntimeValue;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads what a text says as a value of a runtime, in a file of a disk layer or told to the admin interface: a number,
/// `true` or `false`, or a share as YAML or JSON, `{numerator: 5, denominator: TEN_THOUSAND}`. Pure; safe on any
/// thread.
public final class RuntimeText {
    static final String NUMERATOR = "numerator";
    static final String DENOMINATOR = "denominator";

    private static final int LONGEST_NUMBER = 64;
    private static final int LONGEST_SHARE = 1024;
    private static final double LARGEST_WHOLE = 1L << 53;
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");
    private static final Pattern HEXADECIMAL = Pattern.compile("([+-]?)0[xX]([0-9a-fA-F]{1,15})");

    private RuntimeText() {}

    /// The value of `text`; one that says nothing is kept as it is.
    public static RuntimeValue value(String text) {
        var number = number(text);
        if (number.isPresent()) {
            return RuntimeValue.of(text, number.getAsDouble());
        }
        var stripped = text.strip();
        if (stripped.equalsIgnoreCase("true") || stripped.equalsIgnoreCase("false")) {
            return RuntimeValue.of(text, stripped.equalsIgnoreCase("true"));
        }
        return share(stripped).map(share -> RuntimeValue.of(text, share)).orElseGet(() -> RuntimeValue.of(text));
    }

    /// The number that a text is, decimal or hexadecimal; empty where it is none, or none that is finite.
    static OptionalDouble number(String text) {
        var stripped = text.strip();
        if (stripped.length() > LONGEST_NUMBER) {
            return OptionalDouble.empty();
        }
        var hexadecimal = HEXADECIMAL.matcher(stripped);
        if (hexadecimal.matches()) {
            long digits = Long.parseLong(hexadecimal.group(2), 16);
            return OptionalDouble.of((double) (hexadecimal.group(1).equals("-") ? -digits : digits));
        }
        if (!NUMBER.matcher(stripped).matches()) {
            return OptionalDouble.empty();
        }
        double number = Double.parseDouble(stripped);
        return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
    }

    /// A number as text, without a fraction where it has none.
    static String number(double number) {
        boolean whole = number == Math.rint(number) && Math.abs(number) <= LARGEST_WHOLE;
        return whole ? Long.toString((long) number) : Double.toString(number);
    }

    private static Optional<RuntimeShare> share(String text) {
        boolean may = text.length() <= LONGEST_SHARE && (text.startsWith("{") || text.contains(NUMERATOR));
        if (!may) {
            return Optional.empty();
        }
        try {
            return YamlTree.read(text).root() instanceof Map<?, ?> fields ? share(fields) : Optional.empty();
        } catch (YamlEngineException _) {
            return Optional.empty(); // a text like any other
        }
    }

    /// The share that fields say: a numerator of 0 or more, 0 where it is not said, and a denominator, 100 where it is
    /// not said. Empty where they say anything else.
    static Optional<RuntimeShare> share(Map<?, ?> fields) {
        if (!fields.keySet().stream().allMatch(name -> NUMERATOR.equals(name) || DENOMINATOR.equals(name))) {
            return Optional.empty();
        }
        var said = fields.containsKey(DENOMINATOR) ? String.valueOf(fields.get(DENOMINATOR)) : "HUNDRED";
        int denominator = switch (said) {
            case "HUNDRED" -> 100;
            case "TEN_THOUSAND" -> 10_000;
            case "MILLION" -> 1_000_000;
            default -> 0;
        };
        var numerator = fields.containsKey(NUMERATOR) ? fields.get(NUMERATOR) : Integer.valueOf(0);
        boolean good = denominator > 0
                && numerator instanceof Number number
                && number.doubleValue() >= 0
                && number.doubleValue() == Math.rint(number.doubleValue());
        return good
                ? Optional.of(
                        RuntimeShare.of((int) Math.min(denominator, ((Number) numerator).doubleValue()), denominator))
                : Optional.empty();
    }

    /// Fields as people write them.
    static String words(Map<String, ?> fields) {
        return new TreeMap<>(fields)
                .descendingMap().entrySet().stream()
                        .map(field -> field.getKey() + ": "
                                + (field.getValue() instanceof Double number ? number(number) : field.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
    }
}
