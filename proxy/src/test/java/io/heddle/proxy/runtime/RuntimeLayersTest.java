package io.heddle.proxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.config.ActiveRuntime;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.xds.read.LayerSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a start waits for of layers that are sent.
final class RuntimeLayersTest {
    @Test
    void each_layer_that_is_sent_is_waited_for_though_another_one_is_refused() {
        List<LayerSource> sources = List.of(
                new LayerSource.Discovered("first", "shares", Duration.ZERO),
                new LayerSource.Discovered("second", "flags", Duration.ZERO));
        try (var layers = RuntimeLayers.start(sources, "", new ActiveRuntime())) {
            layers.refused(Set.of("shares", "others"), List.of());
            assertThat(layers.isSettled()).isFalse();
            assertThat(layers.settled()).isNotDone();
            layers.came(new RuntimeLayer("flags", Map.of()), List.of());
            assertThat(layers.isSettled()).isTrue();
            assertThat(layers.settled()).isDone();
        }
    }
}
