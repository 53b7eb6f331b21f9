package io.heddle.proxy.ads;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.heddle.proxy.config.ActiveConfig;
import io.heddle.proxy.config.ConfigGate;
import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.client.LastGoodFile;
import io.heddle.xds.resource.ResourceSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The copy on disk of a proxy that has no identity yet, and so no client of the control plane.
class AdsSourceTest {
    private static final ResourceSet KEPT =
            ResourceSet.of(Cluster.newBuilder().setName("a").build());

    @TempDir
    private Path state;

    private final ActiveConfig active = new ActiveConfig(RuntimeConfig.EMPTY);

    @BeforeEach
    void keep() throws Exception {
        new LastGoodFile(file()).write(KEPT);
    }

    private Path file() {
        return state.resolve("last-good.xds");
    }

    /// A source whose copy is getting ready while `meanwhile` happens.
    private AdsSource fallenBack(Consumer<AdsSource> meanwhile) throws Exception {
        var asked = new CompletableFuture<Void>();
        var ready = new CompletableFuture<Void>();
        var gate = new ConfigGate(active, RuntimeConfig.EMPTY, _ -> {
            asked.complete(null);
            return Map.of("a", ready);
        });
        var source = new AdsSource(gate, new OnDemand(1), file(), () -> {});
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var done = threads.submit(() -> source.fallBack(Duration.ZERO));
            asked.get(20, TimeUnit.SECONDS);
            meanwhile.accept(source);
            ready.complete(null);
            done.get(20, TimeUnit.SECONDS);
        }
        return source;
    }

    @Test
    void it_goes_live_when_it_is_ready() throws Exception {
        var source = fallenBack(waiting -> assertThat(waiting.live()).isEqualTo(ResourceSet.EMPTY));
        assertThat(source.live()).isEqualTo(KEPT);
        assertThat(source.status().fromDisk()).isTrue();
        assertThat(active.current().clusters()).containsOnlyKeys("a");
    }

    @Test
    void it_does_not_go_live_after_the_end() throws Exception {
        assertThat(fallenBack(AdsSource::close).live()).isEqualTo(ResourceSet.EMPTY);
        assertThat(active.current()).isEqualTo(RuntimeConfig.EMPTY);
    }

    @Test
    void it_does_not_go_live_once_the_control_plane_has_refused_the_proxy() throws Exception {
        assertThat(fallenBack(AdsSource::refused).live()).isEqualTo(ResourceSet.EMPTY);
        assertThat(active.current()).isEqualTo(RuntimeConfig.EMPTY);
    }
}
