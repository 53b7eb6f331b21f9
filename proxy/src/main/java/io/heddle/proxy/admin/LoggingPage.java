package io.heddle.proxy.admin;

import io.heddle.proxy.admin.LogLevels.Level;
import io.heddle.proxy.admin.Page.Answer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Envoy's `/logging`: tells what loggers say, and changes it: `level=` of all, `<logger>=<level>` of one,
/// `paths=` a list of `<logger>:<level>`. A logger is a class or a package. Either all of a request is done or
/// nothing.
final class LoggingPage {
    private final LogLevels levels;

    LoggingPage(LogLevels levels) {
        this.levels = levels;
    }

    /// What loggers say.
    Answer tell(Map<String, String> query) {
        var lines = new StringBuilder("active loggers:\n");
        new TreeMap<>(levels.all())
                .forEach((logger, level) -> lines.append("  ")
                        .append(logger)
                        .append(": ")
                        .append(level.name().toLowerCase(Locale.ROOT))
                        .append('\n'));
        return Answer.text(200, lines.toString());
    }

    /// Changes it, then tells.
    Answer change(Map<String, String> query) {
        var changes = new LinkedHashMap<String, Level>();
        Optional<Level> all = Optional.empty();
        for (var entry : query.entrySet()) {
            switch (entry.getKey()) {
                case "" -> {}
                case "level" -> all = Optional.of(level(entry.getValue()));
                case "paths" ->
                    Stream.of(entry.getValue().split(",", -1)).forEach(path -> {
                        int colon = path.lastIndexOf(':');
                        if (colon < 1) {
                            throw new IllegalArgumentException("paths is a list of <logger>:<level>");
                        }
                        changes.put(logger(path.substring(0, colon)), level(path.substring(colon + 1)));
                    });
                default -> changes.put(logger(entry.getKey()), level(entry.getValue()));
            }
        }
        all.ifPresent(levels::set);
        changes.forEach(levels::set);
        return tell(query);
    }

    /// A logger or a package of loggers; another name would make a logger that nobody uses.
    private String logger(String name) {
        if (levels.all().keySet().stream().noneMatch(known -> known.equals(name) || known.startsWith(name + "."))) {
            throw new IllegalArgumentException("there is no logger " + name);
        }
        return name;
    }

    private static Level level(String name) {
        return switch (name) {
            case "trace" -> Level.TRACE;
            case "debug" -> Level.DEBUG;
            case "info" -> Level.INFO;
            case "warning", "warn" -> Level.WARNING;
            case "error", "critical" -> Level.ERROR;
            case "off" -> Level.OFF;
            default ->
                throw new IllegalArgumentException(
                        "level is trace, debug, info, warning, error, critical or off: " + name);
        };
    }
}
