package io.heddle.cli.mesh;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `500ms`, `20s`, `5m` and `1h`.
final class TimeSpan implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        if (!text.matches("[0-9]{1,9}(ms|s|m|h)")) {
            throw new TypeConversionException("'" + text + "' is not a time such as 20s or 5m");
        }
        long number = Long.parseLong(text.replaceAll("[a-z]+", ""));
        return switch (text.replaceAll("[0-9]+", "")) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
