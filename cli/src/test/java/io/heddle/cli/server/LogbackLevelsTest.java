package io.heddle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.admin.LogLevels;
import io.heddle.proxy.admin.LogLevels.Level;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogbackLevelsTest {
    private static final String NAME = "io.heddle.levels.One";
    private static final String LIBRARY = "org.example.library.Two";

    private final Logger own = LoggerFactory.getLogger(NAME);
    private final Logger library = LoggerFactory.getLogger(LIBRARY);
    private final LogLevels levels = LogbackLevels.ofProcess();

    @AfterEach
    void restore() {
        levels.set(Level.INFO);
        levels.set(LIBRARY, Level.INFO);
    }

    private Level level(String logger) {
        return Objects.requireNonNull(levels.all().get(logger));
    }

    @Test
    void a_logger_and_those_below_a_package_say_as_much_as_is_set() {
        levels.set(NAME, Level.TRACE);
        assertThat(own.isTraceEnabled()).isTrue();
        assertThat(level(NAME)).isEqualTo(Level.TRACE);
        levels.set(Level.ERROR);
        assertThat(own.isWarnEnabled()).isFalse();
        levels.set("io.heddle.levels", Level.DEBUG);
        assertThat(own.isDebugEnabled()).isTrue();
        levels.set(NAME, Level.OFF);
        assertThat(own.isErrorEnabled()).isFalse();
        assertThat(level(NAME)).isEqualTo(Level.OFF);
    }

    @Test
    void all_are_all_of_heddle_and_leave_libraries_alone() {
        levels.set(LIBRARY, Level.WARNING);
        levels.set(Level.TRACE);
        assertThat(own.isTraceEnabled()).isTrue();
        assertThat(library.isInfoEnabled()).isFalse();
        assertThat(level(LIBRARY)).isEqualTo(Level.WARNING);
    }
}
