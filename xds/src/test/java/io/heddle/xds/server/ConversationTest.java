package io.heddle.xds.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.client.AdsSubscriptions;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The server's and the client's state machine wired to each other, with everything in between in random order.
final class ConversationTest {
    private static final int STEPS = 300;

    private final Deque<DeltaDiscoveryRequest> toServer = new ArrayDeque<>();
    private final Deque<DeltaDiscoveryResponse> toClient = new ArrayDeque<>();
    private AdsSession session = new AdsSession(AdsSession.Variant.DELTA);
    private final AdsSubscriptions client = new AdsSubscriptions(ConversationTest::judge, ResourceSet.EMPTY);
    private ResourceSet target = ResourceSet.EMPTY;
    private Duration now = Duration.ZERO;

    private static Checked<?> judge(ResourceSet candidate, Set<ResourceType> changed) {
        assertThat(changed).isNotEmpty();
        boolean bad = candidate.messages(ResourceType.CDS, Cluster.class).stream()
                .anyMatch(cluster -> cluster.getAltStatName().equals(TestSets.BAD));
        return bad ? Checked.rejected(Problem.error("Cluster", "", "bad", "")) : Checked.ok(candidate);
    }

    static List<Long> seeds() {
        var seeds = new Random(20261121).longs(150).boxed().toList();
        return List.copyOf(seeds);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void client_and_server_agree_in_the_end(long seed) {
        var random = new Random(seed);
        reconnect();
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(20)) {
                case 0, 1 -> offer(TestSets.random(random, true));
                case 2 -> reconnect();
                case 3 -> now = now.plusSeconds(random.nextInt(4));
                case 4 -> toServer.addAll(client.tick(now));
                case 5, 6, 7, 8, 9, 10, 11 -> deliverToClient();
                default -> deliverToServer();
            }
            oneClusterOrListenerResponseAtATime();
        }
        offer(TestSets.random(random, false));
        settle();
        assertThat(client.accepted()).as("seed %d: %s", seed, session.states()).isEqualTo(target);
        session.states()
                .forEach((type, state) -> assertThat(state.status())
                        .as("%s of seed %d: %s", type, seed, state)
                        .isIn(SyncState.Status.SYNCED, SyncState.Status.NOT_SENT));
        reconnect();
        settleSilently();
    }

    private void offer(ResourceSet next) {
        target = next;
        session.offer(target).forEach(response -> toClient.add(DeltaWire.response(response)));
    }

    private void reconnect() {
        toServer.clear();
        toClient.clear();
        client.disconnected();
        session = new AdsSession(AdsSession.Variant.DELTA);
        session.offer(target);
        toServer.addAll(client.connected());
    }

    private void deliverToClient() {
        var response = toClient.poll();
        if (response != null) {
            toServer.addAll(client.received(response, now));
        }
    }

    private void deliverToServer() {
        var request = toServer.poll();
        if (request != null) {
            var type = ResourceType.ofTypeUrl(request.getTypeUrl()).orElseThrow();
            var reaction = session.receive(DeltaWire.request(type, request));
            reaction.responses().forEach(response -> toClient.add(DeltaWire.response(response)));
        }
    }

    private void settle() {
        for (int round = 0; round < 500; round++) {
            deliverToServer();
            deliverToClient();
            if (toServer.isEmpty() && toClient.isEmpty()) {
                return;
            }
        }
        assertThat(toServer).as("the conversation does not end").isEmpty();
    }

    private void settleSilently() {
        while (!toServer.isEmpty()) {
            deliverToServer();
        }
        assertThat(toClient.stream().flatMap(response -> response.getResourcesList().stream()))
                .as("a client that comes back unchanged is sent nothing")
                .isEmpty();
    }

    private void oneClusterOrListenerResponseAtATime() {
        Map<String, Integer> byType = new HashMap<>();
        toClient.stream()
                .filter(response -> response.getTypeUrl().equals(ResourceType.CDS.typeUrl())
                        || response.getTypeUrl().equals(ResourceType.LDS.typeUrl()))
                .forEach(response -> byType.merge(response.getTypeUrl(), 1, Integer::sum));
        assertThat(byType.values()).allMatch(count -> count == 1);
    }
}
