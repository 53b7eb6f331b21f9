package io.heddle.model.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternLimitsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/books/[0-9]{1,8}(\\.json)?",
                "[(]{1000}[)({1000}]",
                "\\({3}\\Q((((\\E",
                "[]a{1000}]{1000}",
                "\\x{0999}{1000}\\p{Greek}{1000}",
                "[[:alpha:](]{10,}",
                "a{x}{,5}{",
                ")))",
                "\\"
            })
    void what_people_write_may_be_compiled(String pattern) {
        assertThat(PatternLimits.excess(pattern)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "((a{2,1000}){1000,}){0,1000}",
                "(((){1000}){1000}){1000}",
                "(\\Q)\\E{1000}){1000}",
                "([)]{1000}){1000}",
                "([^])]{1000}){1000}",
                "(\\){1000}){1000}",
                "(?:[[:alpha:]]{1000}|b){999}"
            })
    void repetitions_that_multiply_are_too_much(String pattern) {
        assertThat(PatternLimits.excess(pattern)).contains("whose repetitions amount to more than 50000 characters");
    }

    @Test
    void groups_nest_to_a_limit() {
        assertThat(PatternLimits.excess("(".repeat(100) + ")".repeat(100) + "(a)".repeat(200)))
                .isEmpty();
        assertThat(PatternLimits.excess("(?:".repeat(101))).contains("with groups nested deeper than 100");
    }

    @Test
    void a_text_is_only_so_long() {
        assertThat(PatternLimits.excess("a".repeat(16_384))).isEmpty();
        assertThat(PatternLimits.excess("a".repeat(16_385))).contains("of more than 16384 characters");
    }
}
