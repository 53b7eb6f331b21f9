package io.heddle.control.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a text with wildcards means.
final class WildcardTest {
    @ParameterizedTest
    @CsvSource({
        "value*, value1, true",
        "value*, value, true",
        "value*, valu, false",
        "bar*b, bab, false",
        "bar*b, barb, true",
        "foo*bar*baz, foo-bar-baz, true",
        "foo*bar*baz, foobarbaz, true",
        "foo*bar*baz, foobaz, false",
        "foo*bar*baz, foobarba, false",
        "a*a, a, false",
        "a*ab*b, aabb, true",
        "a*abab*b, aaababb, true",
        "a*abab*b, aaabbab, false",
        "a*abab*b, aababab, true",
        "*, anything, true",
        "**x**, yxy, true",
    })
    void each_star_is_any_characters_or_none(String text, String value, boolean meant) {
        assertThat(new Wildcard(text).matches(value)).isEqualTo(meant);
    }

    @Test
    void it_means_what_a_regular_expression_with_the_same_wildcards_means() {
        long seed = System.nanoTime();
        var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int i = 0; i < 20_000; i++) {
            var text = letters(random, "ab*") + "*" + letters(random, "ab*");
            var value = letters(random, "ab") + letters(random, "ab");
            var expression =
                    Stream.of(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
            assertThat(new Wildcard(text).matches(value))
                    .as("seed %d: %s for %s", seed, text, value)
                    .isEqualTo(value.matches(expression));
        }
    }

    private static String letters(RandomGenerator random, String alphabet) {
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @Test
    void a_value_that_nearly_matches_at_each_place_takes_no_longer() {
        int half = 1_000_000;
        var wildcard = new Wildcard("*" + "a".repeat(half) + "b*");
        var value = "a".repeat(2 * half);
        assertThat(assertTimeoutPreemptively(Duration.ofSeconds(60), () -> wildcard.matches(value)))
                .isFalse();
    }
}
