package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AdsConversationTest {
    private static final Duration NOW = Duration.ofSeconds(100);
    private static final NodeInfo NODE = new NodeInfo("n", "c", Map.of(), "1");

    private Checked<?> verdict = Checked.ok("fine");

    @Test
    void who_speaks_stands_in_the_first_message_or_in_all_of_them() throws IOException {
        for (boolean once : new boolean[] {true, false}) {
            var conversation = new AdsConversation(
                    new AdsSubscriptions((_, _) -> verdict, ResourceSet.EMPTY),
                    new AdsConversation.Options(NODE, once));
            for (int stream = 0; stream < 2; stream++) {
                var saying = new ArrayList<Boolean>();
                for (var message : conversation.connected()) {
                    saying.add(DeltaDiscoveryRequest.parseFrom(message).hasNode());
                }
                saying.add(DeltaDiscoveryRequest.parseFrom(
                                conversation.health(false, "x").getFirst())
                        .hasNode());
                assertThat(saying).containsExactly(true, !once, !once);
            }
        }
    }

    @Test
    void what_is_no_message_of_ads_is_told() {
        var conversation = stateOfTheWorld();
        conversation.connected();
        assertThatThrownBy(() -> conversation.received(new byte[] {7, 7, 7}, NOW))
                .isInstanceOf(IOException.class);
    }

    @Test
    void by_state_of_the_world_all_names_are_said_and_what_clusters_lack_is_gone() throws IOException {
        var conversation = stateOfTheWorld();
        assertThat(requests(conversation.connected()))
                .allMatch(request -> request.getResponseNonce().isEmpty());
        var asked = requests(conversation.received(response(ResourceType.CDS, "1", cluster("a"), cluster("b")), NOW));
        assertThat(asked).map(AdsConversationTest::text).containsExactly("EDS [a, b] nonce= version=");
        // A server may send one at a time, and the next only when this one is acknowledged.
        var early = requests(conversation.received(response(ResourceType.EDS, "1", endpoints("a")), NOW));
        assertThat(early).map(AdsConversationTest::text).containsExactly("EDS [a, b] nonce=EDS1 version=v1");
        var done = requests(conversation.received(response(ResourceType.EDS, "2", endpoints("b")), NOW));
        assertThat(done)
                .map(AdsConversationTest::text)
                .containsExactly("CDS [] nonce=CDS1 version=v1", "EDS [a, b] nonce=EDS2 version=v2");
        var fewer = requests(conversation.received(response(ResourceType.CDS, "2", cluster("b")), NOW));
        assertThat(fewer)
                .map(AdsConversationTest::text)
                .containsExactly("CDS [] nonce=CDS2 version=v2", "EDS [b] nonce=EDS2 version=v2");
    }

    @Test
    void by_state_of_the_world_what_is_gone_is_told_once_and_what_was_refused_too() throws IOException {
        var withdrawn = new ArrayList<Collection<String>>();
        var sink = new ConfigSink() {
            @Override
            public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
                return candidate.resource(ResourceType.CDS, "bad").isEmpty()
                        ? Checked.ok(candidate)
                        : Checked.rejected(Problem.error("Cluster bad", "type", "bad", ""));
            }

            @Override
            public void withdrawn(ResourceType type, Collection<String> names) {
                withdrawn.add(names);
            }
        };
        var conversation = new AdsConversation(
                new AdsSubscriptions(sink, ResourceSet.EMPTY, AdsVariant.STATE_OF_THE_WORLD, Duration.ofSeconds(15)),
                new AdsConversation.Options(NODE, true));
        conversation.connected();
        conversation.received(response(ResourceType.CDS, "1", fixed("a", ""), fixed("bad", "")), NOW);
        withdrawn.clear();
        conversation.received(response(ResourceType.CDS, "2", fixed("b", "")), NOW);
        assertThat(withdrawn.getFirst()).containsExactly("a", "bad");
        withdrawn.clear();
        conversation.received(response(ResourceType.CDS, "3", fixed("c", "")), NOW);
        assertThat(withdrawn.getFirst()).as("however many there were before").containsExactly("b");
    }

    @Test
    void by_state_of_the_world_a_refusal_names_the_version_before() throws IOException {
        var conversation = stateOfTheWorld();
        conversation.connected();
        conversation.received(response(ResourceType.CDS, "1", fixed("a", "")), NOW);
        verdict = Checked.rejected(Problem.error("Cluster a", "type", "bad", ""));
        var refusal = requests(conversation.received(response(ResourceType.CDS, "2", fixed("a", "x")), NOW));
        assertThat(refusal).map(AdsConversationTest::text).containsExactly("CDS [] nonce=CDS2 version=v1");
        assertThat(refusal.getFirst().getErrorDetail().getMessage())
                .contains("Cluster a")
                .contains("bad");
    }

    @Test
    void a_resource_in_a_wrapper_is_taken_out_of_it() throws IOException {
        var sets = new ArrayList<ResourceSet>();
        var conversation = new AdsConversation(
                new AdsSubscriptions(
                        (set, _) -> {
                            sets.add(set);
                            return verdict;
                        },
                        ResourceSet.EMPTY,
                        AdsVariant.STATE_OF_THE_WORLD,
                        Duration.ofSeconds(15)),
                new AdsConversation.Options(NODE, true));
        conversation.connected();
        var wrapped = Resource.newBuilder()
                .setName("a")
                .setResource(Any.pack(fixed("a", "")))
                .build();
        conversation.received(response(ResourceType.CDS, "1", wrapped), NOW);
        assertThat(sets.getLast().resources(ResourceType.CDS)).containsOnlyKeys("a");
    }

    private AdsConversation stateOfTheWorld() {
        return new AdsConversation(
                new AdsSubscriptions(
                        (_, _) -> verdict, ResourceSet.EMPTY, AdsVariant.STATE_OF_THE_WORLD, Duration.ofSeconds(15)),
                new AdsConversation.Options(NODE, true));
    }

    private static List<DiscoveryRequest> requests(List<byte[]> messages) throws IOException {
        var requests = new ArrayList<DiscoveryRequest>();
        for (var message : messages) {
            requests.add(DiscoveryRequest.parseFrom(message));
        }
        return requests;
    }

    private static String text(DiscoveryRequest request) {
        return ResourceType.ofTypeUrl(request.getTypeUrl()).orElseThrow() + " " + request.getResourceNamesList()
                + " nonce=" + request.getResponseNonce() + " version=" + request.getVersionInfo();
    }

    private static byte[] response(ResourceType type, String version, Message... messages) {
        var response = DiscoveryResponse.newBuilder()
                .setTypeUrl(type.typeUrl())
                .setNonce(type + version)
                .setVersionInfo("v" + version);
        for (var message : messages) {
            response.addResources(Any.pack(message));
        }
        return response.build().toByteArray();
    }

    private static Cluster fixed(String name, String mark) {
        return Cluster.newBuilder().setName(name).setAltStatName(mark).build();
    }

    private static Cluster cluster(String name) {
        var ads = ConfigSource.newBuilder().setAds(AggregatedConfigSource.getDefaultInstance());
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ads))
                .build();
    }

    private static ClusterLoadAssignment endpoints(String cluster) {
        return ClusterLoadAssignment.newBuilder().setClusterName(cluster).build();
    }
}
