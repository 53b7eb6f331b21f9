package io.heddle.traffic.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.resilience.OverloadPolicy.Action;
import io.heddle.traffic.resilience.OverloadPolicy.Reaction;
import io.heddle.traffic.resilience.OverloadPolicy.Resource;
import io.heddle.traffic.resilience.OverloadPolicy.Trigger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OverloadPolicyTest {
    @Test
    void a_threshold_is_all_or_nothing() {
        var trigger = new Trigger.Threshold(Resource.HEAP, 0.9);
        assertThat(trigger.state(0.89)).isZero();
        assertThat(trigger.state(0.9)).isEqualTo(1);
        assertThat(trigger.state(1.5)).isEqualTo(1);
    }

    @Test
    void a_scaled_trigger_grows_between_its_ends() {
        var trigger = new Trigger.Scaled(Resource.HEAP, 0.8, 1);
        assertThat(trigger.state(0.8)).isZero();
        assertThat(trigger.state(0.85)).isCloseTo(0.25, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(trigger.state(1)).isEqualTo(1);
    }

    @Test
    void the_trigger_that_asks_for_most_decides_and_unknown_pressure_is_none() {
        var reaction = new Reaction(
                Action.STOP_ACCEPTING_REQUESTS,
                List.of(new Trigger.Scaled(Resource.HEAP, 0, 1), new Trigger.Threshold(Resource.DIRECT_MEMORY, 0.5)));
        var policy = new OverloadPolicy(Duration.ofSeconds(1), Optional.empty(), Map.of(), List.of(reaction));
        assertThat(policy.states(Map.of(Resource.HEAP, 0.25)))
                .containsExactly(Map.entry(Action.STOP_ACCEPTING_REQUESTS, 0.25));
        assertThat(policy.states(Map.of(Resource.HEAP, 0.25, Resource.DIRECT_MEMORY, 0.5)))
                .containsExactly(Map.entry(Action.STOP_ACCEPTING_REQUESTS, 1.0));
    }

    @Test
    void the_default_sheds_requests_before_it_lets_connections_wait() {
        var usual = OverloadPolicy.DEFAULT;
        assertThat(usual.states(Map.of(Resource.HEAP, 0.94, Resource.DIRECT_MEMORY, 0.89))
                        .values())
                .containsOnly(0.0);
        assertThat(usual.states(Map.of(Resource.DIRECT_MEMORY, 0.9)))
                .containsEntry(Action.STOP_ACCEPTING_REQUESTS, 1.0)
                .containsEntry(Action.STOP_ACCEPTING_CONNECTIONS, 0.0);
        assertThat(usual.states(Map.of(Resource.HEAP, 0.98)).values()).containsOnly(1.0);
    }
}
