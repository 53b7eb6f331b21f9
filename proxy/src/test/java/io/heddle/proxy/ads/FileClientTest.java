package io.heddle.proxy.ads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.model.problem.Checked;
import io.heddle.xds.client.AdsConversation;
import io.heddle.xds.client.AdsSubscriptions;
import io.heddle.xds.client.AdsVariant;
import io.heddle.xds.client.FileServer;
import io.heddle.xds.client.NodeInfo;
import io.heddle.xds.read.Bootstrap.ConfigFiles;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The thread that looks at files.
final class FileClientTest {
    @TempDir
    private Path folder;

    private volatile ResourceSet live = ResourceSet.EMPTY;

    @Test
    void a_bug_on_its_thread_does_not_end_the_looking() throws Exception {
        var clusters = Files.writeString(folder.resolve("cds.yaml"), "resources: []");
        var refusals = new AtomicInteger();
        var files = new FileServer(
                new ConfigFiles(Optional.empty(), Optional.of(clusters.toString())),
                _ -> {
                    refusals.incrementAndGet();
                    throw new StackOverflowError("as of a document that is nested too deep");
                },
                () -> live);
        var subscriptions = new AdsSubscriptions(
                (candidate, _) -> {
                    live = candidate;
                    return Checked.ok("fine");
                },
                ResourceSet.EMPTY,
                AdsVariant.STATE_OF_THE_WORLD,
                Duration.ofSeconds(15));
        var options = new AdsConversation.Options(new NodeInfo("n", "c", Map.of(), "1"), true);
        try (var _ = FileClient.start(files, new AdsConversation(subscriptions, options))) {
            await().atMost(20, TimeUnit.SECONDS)
                    .until(() -> files.updates(ResourceType.CDS).attempts() == 1);
            Files.writeString(clusters, "resources: 7");
            await().atMost(20, TimeUnit.SECONDS).until(() -> refusals.get() == 1);
            Files.writeString(clusters, """
                    resources:
                    - {'@type': type.googleapis.com/envoy.config.cluster.v3.Cluster, name: a}
                    """);
            await().atMost(20, TimeUnit.SECONDS)
                    .untilAsserted(
                            () -> assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a"));
        }
    }
}
