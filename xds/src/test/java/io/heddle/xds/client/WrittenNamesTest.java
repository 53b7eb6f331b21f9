package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WrittenNamesTest {
    @Test
    void a_name_is_found_wherever_it_stands_and_as_a_whole() {
        for (var name : List.of("a", "outbound|80||shop.default.svc.cluster.local", "x".repeat(300), "ü")) {
            var names = new WrittenNames(List.of("other", name, "outbound|80||shop.default.svc.cluster.loca"));
            var route = RouteAction.newBuilder()
                    .setWeightedClusters(WeightedCluster.newBuilder()
                            .addClusters(
                                    WeightedCluster.ClusterWeight.newBuilder().setName(name)))
                    .build();
            assertThat(names.areIn(route.toByteString())).as(name).isTrue();
            assertThat(names.areIn(RouteAction.newBuilder()
                            .setCluster(name + "b")
                            .build()
                            .toByteString()))
                    .as("longer than " + name)
                    .isFalse();
        }
        assertThat(new WrittenNames(List.of())
                        .areIn(RouteAction.newBuilder().setCluster("a").build().toByteString()))
                .isFalse();
    }

    /// 10,000 names in 10 MB, which took minutes when each was looked for by itself.
    @Test
    void many_names_cost_no_more_than_one() {
        var names = new ArrayList<String>();
        var route = WeightedCluster.newBuilder();
        for (int i = 0; i < 10_000; i++) {
            names.add("outbound|80||cold-" + i + ".default.svc.cluster.local");
        }
        for (int i = 0; i < 200_000; i++) {
            route.addClusters(WeightedCluster.ClusterWeight.newBuilder()
                    .setName("outbound|80||warm-" + i + ".default.svc.cluster.local"));
        }
        var message = route.build().toByteString();
        long begun = System.nanoTime();
        assertThat(new WrittenNames(names).areIn(message)).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }
}
