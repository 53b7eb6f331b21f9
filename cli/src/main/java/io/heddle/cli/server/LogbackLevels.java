package io.heddle.cli.server;

import ch.qos.logback.classic.LoggerContext;
import io.heddle.proxy.admin.LogLevels;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The levels of Logback's loggers.
final class LogbackLevels implements LogLevels {
    private static final String OWN = "io.heddle";

    private final LoggerContext context;

    private LogbackLevels(LoggerContext context) {
        this.context = context;
    }

    /// Those of this process; none where it logs by something else.
    static LogLevels ofProcess() {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext logback
                ? new LogbackLevels(logback)
                : LogLevels.NONE;
    }

    @Override
    public Map<String, Level> all() {
        var all = new TreeMap<String, Level>();
        context.getLoggerList().stream()
                .filter(logger -> !logger.getName().equals(Logger.ROOT_LOGGER_NAME))
                .forEach(logger -> all.put(logger.getName(), level(logger.getEffectiveLevel())));
        return all;
    }

    /// Those of libraries stay: they say little on purpose.
    @Override
    public void set(Level level) {
        context.getLoggerList().stream()
                .filter(logger -> logger.getName().startsWith(OWN + "."))
                .forEach(logger -> logger.setLevel(null));
        context.getLogger(OWN).setLevel(level(level));
    }

    @Override
    public void set(String logger, Level level) {
        context.getLogger(logger).setLevel(level(level));
    }

    private static ch.qos.logback.classic.Level level(Level level) {
        return switch (level) {
            case TRACE -> ch.qos.logback.classic.Level.TRACE;
            case DEBUG -> ch.qos.logback.classic.Level.DEBUG;
            case INFO -> ch.qos.logback.classic.Level.INFO;
            case WARNING -> ch.qos.logback.classic.Level.WARN;
            case ERROR -> ch.qos.logback.classic.Level.ERROR;
            case OFF -> ch.qos.logback.classic.Level.OFF;
        };
    }

    private static Level level(ch.qos.logback.classic.Level level) {
        return switch (level.toInt()) {
            case ch.qos.logback.classic.Level.OFF_INT -> Level.OFF;
            case ch.qos.logback.classic.Level.ERROR_INT -> Level.ERROR;
            case ch.qos.logback.classic.Level.WARN_INT -> Level.WARNING;
            case ch.qos.logback.classic.Level.INFO_INT -> Level.INFO;
            case ch.qos.logback.classic.Level.DEBUG_INT -> Level.DEBUG;
            default -> Level.TRACE;
        };
    }
}
