package io.heddle.proxy.admin;

import java.util.Map;

/// How much the process's loggers say, and a way to change it while it runs. Safe on any thread.
public interface LogLevels {
    /// Levels that nobody can see or change.
    LogLevels NONE = new LogLevels() {
        @Override
        public Map<String, Level> all() {
            return Map.of();
        }

        @Override
        public void set(Level level) {}

        @Override
        public void set(String logger, Level level) {}
    };

    /// How much a logger says, with Envoy's names.
    enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARNING,
        ERROR,
        /// Nothing.
        OFF
    }

    /// The loggers in use and what holds for each.
    Map<String, Level> all();

    /// Sets all of Heddle's loggers.
    void set(Level level);

    /// Sets a logger and those below it; `logger` is a class or a package.
    void set(String logger, Level level);
}
