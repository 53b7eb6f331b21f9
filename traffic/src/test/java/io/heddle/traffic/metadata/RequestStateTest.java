package io.heddle.traffic.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.match.StringMatcher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RequestStateTest {
    private final RequestState state = new RequestState();

    private static LabelValue.Fields fields(String key, LabelValue value) {
        return new LabelValue.Fields(Map.of(key, value));
    }

    private static LabelValue text(String text) {
        return new LabelValue.Text(text);
    }

    private String shown(String... path) {
        var out = new StringBuilder();
        state.metadata("a", List.of(path)).ifPresent(value -> ValueText.json(value, out));
        return out.toString();
    }

    private boolean fits(ValueMatcher matcher, String... path) {
        return new MetadataMatcher("a", List.of(path), matcher, false).matches(state);
    }

    private static ValueMatcher is(String text) {
        return new ValueMatcher.Text(new StringMatcher.Exact(text, false));
    }

    @Test
    void objects_merge_lists_grow_and_others_are_replaced() {
        state.merge("a", fields("x", fields("y", text("1"))));
        state.merge("a", fields("x", fields("z", new LabelValue.Numeric(2.5))));
        state.merge("a", fields("list", new LabelValue.Items(List.of(text("p")))));
        state.merge("a", fields("list", new LabelValue.Items(List.of(new LabelValue.Flag(true)))));
        state.merge("a", fields("x", fields("y", new LabelValue.Numeric(3))));
        assertThat(shown()).isEqualTo("{\"list\":[\"p\",true],\"x\":{\"y\":3,\"z\":2.5}}");
        assertThat(shown("x", "y")).isEqualTo("3");
        assertThat(shown("x", "y", "deeper")).isEmpty();
        state.clear();
        assertThat(state.has("a")).isFalse();
    }

    @Test
    void what_is_too_much_is_refused_and_changes_nothing() {
        var many = new HashMap<String, LabelValue>();
        for (int i = 0; i < RequestState.MOST_VALUES; i++) {
            many.put("k" + i, new LabelValue.Nothing());
        }
        assertThat(state.merge("a", new LabelValue.Fields(many))).isFalse();
        assertThat(state.merge("a", fields("k", text("x".repeat(RequestState.MOST_CHARACTERS)))))
                .isFalse();
        assertThat(state.has("a")).isFalse();
        for (int i = 0; i < RequestState.MOST_KEYS; i++) {
            assertThat(state.put("k" + i, new RequestState.Kept("v", text("v"))))
                    .isTrue();
        }
        assertThat(state.put("one more", new RequestState.Kept("v", text("v")))).isFalse();
        assertThat(state.put("k0", new RequestState.Kept("w", text("w")))).isTrue();
        assertThat(state.kept("k0").orElseThrow().plain()).isEqualTo("w");
        assertThat(RequestState.NONE.put("k", new RequestState.Kept("v", text("v"))))
                .isFalse();
        assertThat(RequestState.NONE.merge("a", fields("k", text("v")))).isFalse();
    }

    @Test
    void values_fit_by_their_kind() {
        state.merge("a", fields("text", text("über")));
        state.merge("a", fields("number", new LabelValue.Numeric(7)));
        state.merge("a", fields("yes", new LabelValue.Flag(true)));
        state.merge("a", fields("null", new LabelValue.Nothing()));
        state.merge("a", fields("list", new LabelValue.Items(List.of(text("p"), text("q")))));
        assertThat(fits(is(StringMatcher.octets("über")), "text")).isTrue();
        assertThat(fits(is("7"), "number")).isFalse();
        assertThat(fits(new ValueMatcher.Exactly(7), "number")).isTrue();
        assertThat(fits(new ValueMatcher.Range(6, 7), "number")).isFalse();
        assertThat(fits(new ValueMatcher.Range(7, 8), "number")).isTrue();
        assertThat(fits(new ValueMatcher.Flag(true), "yes")).isTrue();
        assertThat(fits(new ValueMatcher.Flag(false), "yes")).isFalse();
        assertThat(fits(new ValueMatcher.Nothing(), "null")).isTrue();
        assertThat(fits(new ValueMatcher.Nothing(), "none")).isFalse();
        assertThat(fits(new ValueMatcher.Present(true), "list")).isTrue();
        assertThat(fits(new ValueMatcher.Present(true), "none")).isFalse();
        assertThat(fits(new ValueMatcher.Present(false), "none")).isFalse();
        assertThat(fits(new ValueMatcher.OneOf(is("q")), "list")).isTrue();
        assertThat(fits(new ValueMatcher.OneOf(is("q")), "text")).isFalse();
        assertThat(fits(new ValueMatcher.Or(List.of(is("x"), new ValueMatcher.Exactly(7))), "number"))
                .isTrue();
        assertThat(new MetadataMatcher("a", List.of("none"), is("x"), true).matches(state))
                .isTrue();
    }

    @Test
    void filter_state_fits_as_text() {
        state.put("user", new RequestState.Kept("ann", text("ann")));
        var matcher = new StringMatcher.Prefix("an", false);
        assertThat(new StateMatcher("user", matcher).matches(state)).isTrue();
        assertThat(new StateMatcher("other", matcher).matches(state)).isFalse();
    }

    @Test
    void json_is_ascii_and_whole() {
        var out = new StringBuilder();
        ValueText.json(fields("a\"\u00fc", text("line\n\u007f")), out);
        assertThat(out.toString()).isEqualTo("{\"a\\\"\\u00fc\":\"line\\u000a\\u007f\"}");
        assertThat(ValueText.number(Double.POSITIVE_INFINITY)).isEqualTo("null");
        assertThat(Optional.of(ValueText.number(-0.5))).contains("-0.5");
    }
}
