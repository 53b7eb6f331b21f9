package io.heddle.traffic.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// What layers say together, and what those get who ask by a key.
class RuntimeSnapshotTest {
    private static final RuntimeKey KEY = RuntimeKey.of("k");

    private static RuntimeSnapshot saying(RuntimeValue value) {
        return new RuntimeSnapshot(List.of(new RuntimeLayer("s", Map.of("k", value))));
    }

    @Test
    void of_each_key_the_last_layer_counts_that_has_it() {
        var snapshot = new RuntimeSnapshot(List.of(
                new RuntimeLayer("one", Map.of("a", RuntimeValue.of("1", 1), "b", RuntimeValue.of("1", 1))),
                new RuntimeLayer("two", Map.of("b", RuntimeValue.of("2", 2))),
                new RuntimeLayer("three", Map.of())));
        assertThat(snapshot.value("a")).contains(RuntimeValue.of("1", 1));
        assertThat(snapshot.value("b")).contains(RuntimeValue.of("2", 2));
        assertThat(snapshot.value("c")).isEmpty();
    }

    @Test
    void a_key_is_looked_up_anew_under_another_snapshot() {
        var count = new RuntimeCount(KEY, 7);
        var one = saying(RuntimeValue.of("1", 1));
        var two = saying(RuntimeValue.of("2", 2));
        assertThat(count.value(RuntimeSnapshot.EMPTY)).isEqualTo(7);
        assertThat(count.value(one)).isEqualTo(1);
        assertThat(count.value(two)).isEqualTo(2);
        assertThat(count.value(one)).isEqualTo(1);
        assertThat(count.value(RuntimeSnapshot.EMPTY)).isEqualTo(7);
    }

    @Test
    void keys_are_the_same_by_their_names() {
        assertThat(RuntimeKey.of("k")).isEqualTo(KEY).hasSameHashCodeAs(KEY).isNotEqualTo(RuntimeKey.of("l"));
        assertThat(RuntimeKey.of("")).isSameAs(RuntimeKey.NONE);
        var anyway = new RuntimeSnapshot(List.of(new RuntimeLayer("s", Map.of("", RuntimeValue.of("1", 1)))));
        assertThat(RuntimeKey.NONE.in(anyway)).isEmpty();
    }

    @Test
    void a_value_counts_only_where_one_of_its_kind_is_asked_for() {
        var share = new RuntimeShare(KEY, 1, 100);
        var flag = new RuntimeFlag(KEY, true);
        var number = new RuntimeNumber(KEY, 1.5);
        var count = new RuntimeCount(KEY, 7);
        var off = saying(RuntimeValue.of("false", false));
        assertThat(share.in(off)).isEqualTo(share);
        assertThat(flag.isOn(off)).isFalse();
        assertThat(number.value(off)).isEqualTo(1.5);
        assertThat(count.value(off)).isEqualTo(7);
        var half = saying(RuntimeValue.of("2.5", 2.5));
        assertThat(share.in(half)).isEqualTo(RuntimeShare.of(2, 100));
        assertThat(flag.isOn(half)).isTrue();
        assertThat(number.value(half)).isEqualTo(2.5);
        assertThat(count.value(half)).isEqualTo(2);
        var few = saying(RuntimeValue.of("few", RuntimeShare.of(3, 10_000)));
        assertThat(share.millionths(few)).isEqualTo(300);
        assertThat(number.value(few)).isEqualTo(1.5);
        assertThat(count.value(few)).isEqualTo(7);
        var text = saying(RuntimeValue.of("text"));
        assertThat(share.in(text)).isEqualTo(share);
        assertThat(flag.isOn(text)).isTrue();
    }

    @Test
    void numbers_are_whole_numbers_percents_and_flags_where_they_can_be() {
        assertThat(RuntimeValue.of("300", 300).share()).contains(RuntimeShare.ALL);
        assertThat(RuntimeValue.of("0", 0).flag()).contains(false);
        assertThat(RuntimeValue.of("-1", -1).flag()).contains(true);
        assertThat(RuntimeValue.of("-1", -1).share()).isEmpty();
        assertThat(RuntimeValue.of("0.5", 0.5).flag()).isEmpty();
        assertThat(RuntimeValue.of("0.5", 0.5).whole()).isEqualTo(OptionalLong.of(0));
        assertThat(RuntimeValue.of("1e300", 1e300).whole()).isEmpty();
        assertThat(RuntimeValue.of("nan", Double.NaN).isText()).isTrue();
    }

    @Test
    void a_share_holds_as_much_of_chance_as_it_says() {
        var half = RuntimeShare.of(50, 100);
        assertThat(half.holds(0, RuntimeSnapshot.EMPTY)).isTrue();
        assertThat(half.holds(Long.MAX_VALUE, RuntimeSnapshot.EMPTY)).isTrue(); // just below half of all
        assertThat(half.holds(Long.MIN_VALUE, RuntimeSnapshot.EMPTY)).isFalse();
        assertThat(half.overriddenBy(KEY).holds(Long.MIN_VALUE, saying(RuntimeValue.of("51", 51))))
                .isTrue();
        assertThatThrownBy(() -> RuntimeShare.of(2, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
