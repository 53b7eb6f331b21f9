package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.resilience.OverloadPolicy;
import io.heddle.traffic.resilience.OverloadPolicy.Action;
import io.heddle.traffic.resilience.OverloadPolicy.Reaction;
import io.heddle.traffic.resilience.OverloadPolicy.Resource;
import io.heddle.traffic.resilience.OverloadPolicy.Trigger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverloadReaderTest {
    private static final String HEAP = "\"@type\": type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap"
            + ".v3.FixedHeapConfig, max_heap_size_bytes: ";

    private static Checked<Bootstrap> read(String manager) {
        return BootstrapReader.read("overload_manager: { " + manager + " }");
    }

    @Test
    void reads_monitors_actions_and_triggers() {
        var read = read("""
                refresh_interval: 0.1s,
                resource_monitors: [
                  { name: envoy.resource_monitors.fixed_heap, typed_config: { %s 1000 } },
                  { name: heddle.resource_monitors.direct_memory, typed_config: { %s 2000 } } ],
                actions: [
                  { name: envoy.overload_actions.stop_accepting_requests, triggers: [
                    { name: envoy.resource_monitors.fixed_heap, scaled: {
                      scaling_threshold: 0.8, saturation_threshold: 0.9 } },
                    { name: heddle.resource_monitors.direct_memory, threshold: { value: 0.7 } } ] } ]
                """.formatted(HEAP, HEAP));
        assertThat(read.problems()).isEmpty();
        assertThat(((Checked.Ok<Bootstrap>) read).value().overload())
                .isEqualTo(new OverloadPolicy(
                        Duration.ofMillis(100),
                        Optional.empty(),
                        Map.of(Resource.HEAP, 1000L, Resource.DIRECT_MEMORY, 2000L),
                        List.of(new Reaction(
                                Action.STOP_ACCEPTING_REQUESTS,
                                List.of(
                                        new Trigger.Scaled(Resource.HEAP, 0.8, 0.9),
                                        new Trigger.Threshold(Resource.DIRECT_MEMORY, 0.7))))));
    }

    @Test
    void without_a_manager_the_default_holds() {
        var read = BootstrapReader.read("{}");
        assertThat(((Checked.Ok<Bootstrap>) read).value().overload()).isEqualTo(OverloadPolicy.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "refresh_interval: 0s|refresh_interval|true",
                "actions: [ { name: envoy.overload_actions.shrink_heap } ]|actions[0].triggers|true",
                "actions: [ { name: other } ]|actions[0].name|false",
                "actions: [ { name: envoy.overload_actions.shrink_heap, triggers: [ { name: x, threshold: {} } ] } ]"
                        + "|actions[0].triggers[0].name|true",
                "actions: [ { name: envoy.overload_actions.shrink_heap, triggers: [ {"
                        + " name: envoy.resource_monitors.fixed_heap, threshold: { value: 2 } } ] } ]"
                        + "|actions[0].triggers[0].threshold.value|true",
                "actions: [ { name: envoy.overload_actions.shrink_heap, triggers: [ {"
                        + " name: envoy.resource_monitors.fixed_heap, scaled: {} } ] } ]"
                        + "|actions[0].triggers[0].scaled|true",
                "actions: [ { name: envoy.overload_actions.shrink_heap, triggers: [ {"
                        + " name: envoy.resource_monitors.fixed_heap } ] } ]|actions[0].triggers[0]|true",
                "resource_monitors: [ { name: envoy.resource_monitors.cpu } ]|resource_monitors[0]|false"
            })
    void says_what_is_wrong(String manager, String path, boolean refused) {
        var read = read(manager);
        assertThat(read.problems())
                .filteredOn(problem -> problem.path().equals("overload_manager." + path))
                .singleElement()
                .extracting(Problem::isError)
                .isEqualTo(refused);
    }
}
