package io.heddle.xds.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.client.AdsConversation;
import io.heddle.xds.client.AdsSubscriptions;
import io.heddle.xds.client.AdsVariant;
import io.heddle.xds.client.ConfigSink;
import io.heddle.xds.client.NodeInfo;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The server's and the client's state machine wired to each other, with everything in between in random order.
final class ConversationTest {
    private static final int STEPS = 300;
    private static final int WAITS = 3;
    private static final int INITIAL_FETCH_SECONDS = 15;
    private static final AdsConversation.Options OPTIONS =
            new AdsConversation.Options(new NodeInfo("n", "c", Map.of(), "1"), true);

    private final Deque<byte[]> toServer = new ArrayDeque<>();
    private final Deque<AdsResponse> toClient = new ArrayDeque<>();
    private AdsVariant variant = AdsVariant.DELTA;
    private AdsSession session = new AdsSession(AdsSession.Variant.DELTA);
    private AdsSubscriptions subscriptions = new AdsSubscriptions(new Judge(true), ResourceSet.EMPTY);
    private AdsConversation client = new AdsConversation(subscriptions, OPTIONS);
    private ResourceSet target = ResourceSet.EMPTY;
    private Duration now = Duration.ZERO;

    /// @param early whether it says what is bad by itself
    private record Judge(boolean early) implements ConfigSink {
        @Override
        public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
            assertThat(changed).isNotEmpty();
            boolean bad =
                    candidate.messages(ResourceType.CDS, Cluster.class).stream().anyMatch(Judge::isBad);
            return bad ? Checked.rejected(Problem.error("Cluster", "", "bad", "")) : Checked.ok(candidate);
        }

        private static boolean isBad(Cluster cluster) {
            return cluster.getAltStatName().equals(TestSets.BAD);
        }

        @Override
        public List<Problem> check(ResourceType type, NamedResource resource) {
            return early && type == ResourceType.CDS && isBad(resource.message(Cluster.class))
                    ? List.of(Problem.error("Cluster " + resource.name(), "", "bad", ""))
                    : List.of();
        }
    }

    static List<Long> seeds() {
        var seeds = new Random(20261121).longs(150).boxed().toList();
        return List.copyOf(seeds);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void client_and_server_agree_in_the_end(long seed) throws IOException {
        converse(seed);
        reconnect();
        settleSilently();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void so_they_do_by_state_of_the_world(long seed) throws IOException {
        variant = AdsVariant.STATE_OF_THE_WORLD;
        judgedBy(new Judge(true));
        converse(seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void so_they_do_where_what_is_bad_is_found_out_late(long seed) throws IOException {
        for (var each : AdsVariant.values()) {
            variant = each;
            judgedBy(new Judge(false));
            converse(seed);
        }
    }

    private void judgedBy(Judge judge) {
        subscriptions =
                new AdsSubscriptions(judge, ResourceSet.EMPTY, variant, Duration.ofSeconds(INITIAL_FETCH_SECONDS));
        client = new AdsConversation(subscriptions, OPTIONS);
    }

    private void converse(long seed) throws IOException {
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
        for (int wait = 0; wait < WAITS && variant == AdsVariant.STATE_OF_THE_WORLD; wait++) {
            // It cannot be said that a name which a client waits for is gone, so the client waits in vain.
            now = now.plusSeconds(INITIAL_FETCH_SECONDS);
            toServer.addAll(client.tick(now));
            settle();
        }
        assertThat(subscriptions.accepted())
                .as("seed %d: %s", seed, session.states())
                .isEqualTo(target);
        session.states()
                .forEach((type, state) -> assertThat(state.status())
                        .as("%s of seed %d: %s", type, seed, state)
                        .isIn(SyncState.Status.SYNCED, SyncState.Status.NOT_SENT));
    }

    private void offer(ResourceSet next) {
        target = next;
        toClient.addAll(session.offer(target));
    }

    private void reconnect() {
        toServer.clear();
        toClient.clear();
        client.disconnected();
        session = new AdsSession(
                switch (variant) {
                    case DELTA -> AdsSession.Variant.DELTA;
                    case STATE_OF_THE_WORLD -> AdsSession.Variant.STATE_OF_THE_WORLD;
                });
        session.offer(target);
        toServer.addAll(client.connected());
    }

    private void deliverToClient() throws IOException {
        var response = toClient.poll();
        if (response != null) {
            var message = switch (variant) {
                case DELTA -> DeltaWire.response(response).toByteArray();
                case STATE_OF_THE_WORLD ->
                    StateOfTheWorldWire.response(response).toByteArray();
            };
            toServer.addAll(client.received(message, now));
        }
    }

    private void deliverToServer() throws IOException {
        var message = toServer.poll();
        if (message != null) {
            toClient.addAll(session.receive(request(message)).responses());
        }
    }

    private AdsRequest request(byte[] message) throws IOException {
        return switch (variant) {
            case DELTA -> {
                var request = DeltaDiscoveryRequest.parseFrom(message);
                yield DeltaWire.request(
                        ResourceType.ofTypeUrl(request.getTypeUrl()).orElseThrow(), request);
            }
            case STATE_OF_THE_WORLD -> {
                var request = DiscoveryRequest.parseFrom(message);
                yield StateOfTheWorldWire.request(
                        ResourceType.ofTypeUrl(request.getTypeUrl()).orElseThrow(), request);
            }
        };
    }

    private void settle() throws IOException {
        for (int round = 0; round < 500; round++) {
            deliverToServer();
            deliverToClient();
            if (toServer.isEmpty() && toClient.isEmpty()) {
                return;
            }
        }
        assertThat(toServer).as("the conversation does not end").isEmpty();
    }

    private void settleSilently() throws IOException {
        while (!toServer.isEmpty()) {
            deliverToServer();
        }
        assertThat(toClient.stream().flatMap(response -> response.resources().stream()))
                .as("a client that comes back unchanged is sent nothing")
                .isEmpty();
    }

    private void oneClusterOrListenerResponseAtATime() {
        Map<ResourceType, Integer> byType = new EnumMap<>(ResourceType.class);
        toClient.stream()
                .map(AdsResponse::type)
                .filter(ResourceType::wildcardByDefault)
                .forEach(type -> byType.merge(type, 1, Integer::sum));
        assertThat(byType.values()).allMatch(count -> count == 1);
    }
}
