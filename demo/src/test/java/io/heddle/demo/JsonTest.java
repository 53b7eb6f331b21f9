package io.heddle.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void reads_what_it_writes() {
        var text = Json.write(Map.of("a", List.of(1, true, "x\"\\\n\u0001é", Map.of("b", -2.5))));
        assertThat(Json.object(text)).isEqualTo(Map.of("a", List.of(1L, true, "x\"\\\n\u0001é", Map.of("b", -2.5))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"a\"}",
                "{\"a\":1,}",
                "{\"a\":1}x",
                "{\"a\":tru}",
                "{\"a\":\"\\q\"}",
                "{\"a\":-}",
                "{\"a\":nul}"
            })
    void refuses_what_is_not_one_object(String text) {
        assertThatThrownBy(() -> Json.object(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refuses_nesting_that_would_exhaust_the_stack() {
        assertThatThrownBy(() -> Json.object("{\"a\":" + "[".repeat(100_000))).hasMessageContaining("nesting");
    }
}
