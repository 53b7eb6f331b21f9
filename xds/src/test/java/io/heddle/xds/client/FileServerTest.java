package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.read.Bootstrap.ConfigFiles;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files as the server of a conversation.
final class FileServerTest {
    private static final Duration NOW = Duration.ofSeconds(100);

    @TempDir
    private Path folder;

    private final List<Problem> problems = new ArrayList<>();
    private ResourceSet live = ResourceSet.EMPTY;
    private boolean refuses;
    private long written;

    private Path file(String name) {
        return folder.resolve(name);
    }

    /// Writes a file where it is; each time is another one, however coarse the clock of the file system.
    private void write(String name, String text) throws IOException {
        written++;
        Files.writeString(file(name), text);
        Files.setLastModifiedTime(file(name), FileTime.fromMillis(1_000_000 + written * 1000));
    }

    private void move(String name, String text) throws IOException {
        write("next", text);
        Files.move(file("next"), file(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private FileServer clusters() {
        var files =
                new ConfigFiles(Optional.empty(), Optional.of(file("cds.yaml").toString()));
        return new FileServer(files, problems::addAll, () -> live);
    }

    private static String cluster(String name) {
        return "- {'@type': type.googleapis.com/envoy.config.cluster.v3.Cluster, name: " + name + "}\n";
    }

    private static byte[] asksForClusters() {
        return DiscoveryRequest.newBuilder()
                .setTypeUrl(ResourceType.CDS.typeUrl())
                .build()
                .toByteArray();
    }

    private static List<Integer> sizes(List<byte[]> responses) throws IOException {
        var sizes = new ArrayList<Integer>();
        for (var response : responses) {
            sizes.add(DiscoveryResponse.parseFrom(response).getResourcesCount());
        }
        return sizes;
    }

    @Test
    void what_is_written_where_it_is_is_read_when_it_has_come_to_rest() throws IOException {
        write("cds.yaml", "resources:\n" + cluster("a") + cluster("b"));
        var server = clusters();
        assertThat(sizes(server.answer(asksForClusters()))).containsExactly(2);
        write("cds.yaml", "resources:\n");
        assertThat(server.look()).isEmpty();
        write("cds.yaml", "resources:\n" + cluster("a"));
        assertThat(server.look()).as("half of it").isEmpty();
        write("cds.yaml", "resources:\n" + cluster("a") + cluster("b") + cluster("c"));
        assertThat(server.look()).isEmpty();
        assertThat(sizes(server.look())).containsExactly(3);
        assertThat(server.look()).isEmpty();
        assertThat(server.updates(ResourceType.CDS).attempts()).isEqualTo(2);
    }

    @Test
    void another_file_in_its_place_is_read_at_once() throws IOException {
        write("cds.yaml", "resources:\n" + cluster("a"));
        var server = clusters();
        assertThat(sizes(server.answer(asksForClusters()))).containsExactly(1);
        move("cds.yaml", "resources:\n" + cluster("a") + cluster("b"));
        assertThat(sizes(server.look())).containsExactly(2);
    }

    @Test
    void one_that_is_gone_is_told_at_once_and_read_when_it_is_there_and_at_rest() throws IOException {
        write("cds.yaml", "resources:\n" + cluster("a"));
        var server = clusters();
        assertThat(sizes(server.answer(asksForClusters()))).containsExactly(1);
        Files.delete(file("cds.yaml"));
        assertThat(server.look()).isEmpty();
        assertThat(problems).singleElement().asString().contains("cds.yaml");
        write("cds.yaml", "resources:\n");
        assertThat(server.look()).isEmpty();
        write("cds.yaml", "resources:\n" + cluster("a"));
        assertThat(server.look()).isEmpty();
        assertThat(sizes(server.look())).containsExactly(1);
    }

    private final class Judge implements ConfigSink {
        @Override
        public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
            var old = candidate.resource(ResourceType.CDS, "app").equals(live.resource(ResourceType.CDS, "app"));
            if (refuses && !old) {
                return Checked.rejected(Problem.error("Cluster app", "x", "is bad", "mend it"));
            }
            live = candidate;
            return Checked.ok("fine");
        }
    }

    private String app(String endpoints, int timeout) {
        return "resources:\n- {'@type': type.googleapis.com/envoy.config.cluster.v3.Cluster, name: app, type: EDS,"
                + " connect_timeout: %ds, eds_cluster_config: {eds_config: {path: '%s'}}}\n"
                        .formatted(timeout, file(endpoints));
    }

    private static String endpoints(int weight) {
        return "resources:\n- {'@type': type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment,"
                + " cluster_name: app, policy: {overprovisioning_factor: " + weight + "}}\n";
    }

    private void say(FileServer server, AdsConversation conversation, List<byte[]> requests) throws IOException {
        var open = new ArrayDeque<>(requests);
        while (!open.isEmpty()) {
            for (var response : server.answer(open.removeFirst())) {
                open.addAll(conversation.received(response, NOW));
            }
        }
    }

    private void look(FileServer server, AdsConversation conversation) throws IOException {
        for (var response : server.look()) {
            say(server, conversation, conversation.received(response, NOW));
        }
    }

    private int liveEndpoints() {
        return live.message(ResourceType.EDS, "app", io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment.class)
                .orElseThrow()
                .getPolicy()
                .getOverprovisioningFactor()
                .getValue();
    }

    @Test
    void endpoints_go_over_to_another_file_with_the_cluster_that_names_it_and_not_before() throws IOException {
        write("one.yaml", endpoints(101));
        write("two.yaml", endpoints(201));
        move("cds.yaml", app("one.yaml", 1));
        var server = clusters();
        var subscriptions = new AdsSubscriptions(
                new Judge(), ResourceSet.EMPTY, AdsVariant.STATE_OF_THE_WORLD, Duration.ofSeconds(15));
        var options = new AdsConversation.Options(new NodeInfo("n", "c", Map.of(), "1"), true);
        var conversation = new AdsConversation(subscriptions, options);
        say(server, conversation, conversation.connected());
        assertThat(liveEndpoints()).isEqualTo(101);

        refuses = true;
        move("cds.yaml", app("two.yaml", 2));
        look(server, conversation);
        assertThat(server.updates(ResourceType.CDS).rejections()).isEqualTo(1);
        move("two.yaml", endpoints(202));
        look(server, conversation);
        assertThat(liveEndpoints()).isEqualTo(101);
        move("one.yaml", endpoints(102));
        look(server, conversation);
        assertThat(liveEndpoints())
                .as("the file of the cluster that stays is followed")
                .isEqualTo(102);

        refuses = false;
        move("cds.yaml", app("two.yaml", 3));
        look(server, conversation);
        assertThat(liveEndpoints()).isEqualTo(202);
        move("two.yaml", endpoints(203));
        look(server, conversation);
        assertThat(liveEndpoints()).isEqualTo(203);
    }
}
