package io.heddle.traffic.match;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplacementTest {
    @ParameterizedTest
    @CsvSource({
        "a, banana, o, bonono",
        "x*, /apix, -, -/-a-p-i-",
        "^, /a, /pre, /pre/a",
        "(o)(o)?, fo, [$0$2], f[o]",
        "a, a, $1, ''",
        "a, a, \\$1, $1",
        "(b), abc, <$1>, a<b>c",
        "z, abc, -, abc"
    })
    void replaces_every_match_as_re2_does(String pattern, String text, String replacement, String result) {
        assertThat(Replacement.all(Pattern.compile(pattern), text, replacement)).isEqualTo(result);
    }
}
