package io.heddle.xds.server;

import static io.heddle.xds.resource.ResourceType.CDS;
import static io.heddle.xds.resource.ResourceType.EDS;
import static io.heddle.xds.resource.ResourceType.LDS;
import static io.heddle.xds.resource.ResourceType.RDS;
import static io.heddle.xds.server.TestSets.cluster;
import static io.heddle.xds.server.TestSets.endpoints;
import static io.heddle.xds.server.TestSets.listener;
import static io.heddle.xds.server.TestSets.routes;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.AdsRequest.Resume;
import io.heddle.xds.server.AdsRequest.Subscription;
import io.heddle.xds.server.AdsSession.Variant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AdsSessionTest {
    private static final ResourceSet ONE =
            ResourceSet.of(cluster("a", "1"), endpoints("a", 1), listener("out", "r"), routes("r", "1"));

    private final AdsSession delta = new AdsSession(Variant.DELTA);
    private final AdsSession whole = new AdsSession(Variant.STATE_OF_THE_WORLD);

    @Test
    void sends_nothing_before_something_is_offered() {
        assertThat(ask(delta, CDS).responses()).isEmpty();
        assertThat(delta.states().get(CDS)).extracting("status").isEqualTo(SyncState.Status.NOT_SENT);
        assertThat(names(delta.offer(ONE))).containsExactly("CDS[a]-[]");
    }

    @Test
    void answers_a_wildcard_with_everything_and_names_with_what_they_name() {
        delta.offer(ONE);
        var clusters = only(ask(delta, CDS));
        assertThat(named(clusters)).containsExactly("a");
        assertThat(names(ask(delta, EDS, "a", "nowhere").responses())).containsExactly("EDS[a]-[nowhere]");
        assertThat(acknowledge(delta, clusters).events())
                .containsExactly(new SessionEvent.Acknowledged(CDS, ONE.version(CDS)));
    }

    @Test
    void answers_an_empty_wildcard_too() {
        delta.offer(ResourceSet.EMPTY);
        assertThat(names(ask(delta, CDS).responses())).containsExactly("CDS[]-[]");
        whole.offer(ResourceSet.EMPTY);
        assertThat(names(exactly(whole, LDS, "").responses())).containsExactly("LDS[]-[]");
    }

    @Test
    void coalesces_what_is_offered_while_a_response_is_unanswered() {
        delta.offer(ONE);
        var first = only(ask(delta, CDS));
        assertThat(delta.offer(ResourceSet.of(cluster("a", "2")))).isEmpty();
        assertThat(delta.offer(ResourceSet.of(cluster("a", "3"), cluster("b", "1"))))
                .isEmpty();
        assertThat(delta.states().get(CDS)).extracting("status").isEqualTo(SyncState.Status.STALE);
        var second = only(acknowledge(delta, first));
        assertThat(named(second)).containsExactly("a", "b");
        acknowledge(delta, second);
        assertThat(delta.states().get(CDS)).extracting("status").isEqualTo(SyncState.Status.SYNCED);
    }

    @Test
    void makes_before_it_breaks() {
        delta.offer(ONE);
        connectAll(delta);
        var moved = ResourceSet.of(cluster("b", "1"), endpoints("b", 1), listener("out", "r"), routes("r", "2"));
        var first = delta.offer(moved);
        assertThat(names(first)).containsExactly("CDS[b]-[]");
        assertThat(names(ask(delta, EDS, "b").responses())).containsExactly("EDS[b]-[]");
        var endpoints = delta.states();
        assertThat(endpoints.get(RDS)).extracting("status").isEqualTo(SyncState.Status.STALE);
        assertThat(acknowledge(delta, first.get(0)).responses()).isEmpty();
        var routes = answer(delta, EDS, lastNonce());
        assertThat(names(routes.responses())).containsExactly("RDS[r]-[]");
        var removals = acknowledge(delta, only(routes)).responses();
        assertThat(names(removals)).containsExactly("CDS[]-[a]", "EDS[]-[a]");
    }

    @Test
    void a_refused_change_waits_until_something_else_is_taken() {
        delta.offer(ONE);
        acknowledge(delta, only(ask(delta, CDS)));
        var bad = ResourceSet.of(cluster("a", "bad"));
        var refused = delta.offer(bad).get(0);
        var reaction = refuse(delta, refused);
        assertThat(reaction.events()).containsExactly(new SessionEvent.Rejected(CDS, refused.version(), "no"));
        assertThat(reaction.responses()).isEmpty();
        assertThat(delta.states().get(CDS))
                .isEqualTo(new SyncState(SyncState.Status.REJECTED, bad.version(CDS), ONE.version(CDS), "no"));
        assertThat(delta.offer(bad)).isEmpty();
        var more = delta.offer(bad.with(ResourceSet.of(cluster("b", "1"))));
        assertThat(names(more)).as("the bad one harms no other").containsExactly("CDS[b]-[]");
        var again = acknowledge(delta, more.getFirst()).responses();
        assertThat(names(again)).as("it may have needed the other").containsExactly("CDS[a]-[]");
        assertThat(refuse(delta, again.getFirst()).responses()).isEmpty();
        assertThat(delta.refused()).isEqualTo(Map.of(CDS, Map.of("a", "no")));
        assertThat(delta.unsettled()).isEqualTo(Map.of(CDS, Set.of("a")));
        assertThat(names(delta.offer(ResourceSet.of(cluster("a", "2"), cluster("b", "1")))))
                .containsExactly("CDS[a]-[]");
    }

    @Test
    void what_is_refused_with_others_is_sent_again_in_halves_until_the_bad_one_stands_alone() {
        delta.offer(ONE);
        acknowledge(delta, only(ask(delta, CDS)));
        var offered = ResourceSet.of(cluster("a", "bad"), cluster("b", "1"), cluster("c", "1"), cluster("d", "1"));
        assertThat(judged(delta, delta.offer(offered))).containsExactly("a b c d", "a b", "a", "b", "c d", "a");
        assertThat(delta.unsettled()).isEqualTo(Map.of(CDS, Set.of("a")));
        assertThat(delta.refused()).isEqualTo(Map.of(CDS, Map.of("a", "no")));
    }

    @Test
    void a_client_that_refuses_everything_is_not_asked_for_each() {
        var offered = ResourceSet.of(
                IntStream.range(0, 300).mapToObj(i -> cluster("c" + i, "bad")).toList());
        delta.offer(offered);
        assertThat(judged(delta, ask(delta, CDS).responses())).hasSizeBetween(2, 100);
        assertThat(delta.refused().get(CDS)).hasSize(300);
        var more = delta.offer(offered.with(ResourceSet.of(cluster("good", "1"))));
        assertThat(names(more)).containsExactly("CDS[good]-[]");
        assertThat(judged(delta, more)).hasSizeLessThan(100);
    }

    /// Answers these responses and what follows from them: one is refused where something in it is bad.
    private static List<String> judged(AdsSession session, List<AdsResponse> responses) {
        return answered(
                session,
                responses,
                cluster -> cluster.message(Cluster.class).getAltStatName().equals("bad"));
    }

    private static List<String> answered(
            AdsSession session, List<AdsResponse> responses, Predicate<NamedResource> bad) {
        var sent = new ArrayList<String>();
        var left = new ArrayDeque<>(responses);
        while (!left.isEmpty()) {
            var response = left.remove();
            var said = new ArrayList<>(named(response));
            response.removed().forEach(name -> said.add(response.type() + "-" + name));
            sent.add(String.join(" ", said));
            boolean refused = response.resources().stream().anyMatch(bad);
            left.addAll((refused ? refuse(session, response) : acknowledge(session, response)).responses());
        }
        return sent;
    }

    @Test
    void a_refusal_holds_back_only_what_the_older_version_names() {
        delta.offer(ONE);
        connectAll(delta);
        var moved = ResourceSet.of(listener("out", "s"), routes("s", "1"));
        assertThat(answered(delta, delta.offer(moved), listener -> true))
                .containsOnly("out", "CDS-a", "EDS-a")
                .hasSizeLessThan(8);
        assertThat(delta.unsettled()).isEqualTo(Map.of(LDS, Set.of("out"), RDS, Set.of("r")));
        var mended = delta.offer(ResourceSet.of(listener("out", "t"), routes("t", "1")));
        assertThat(names(mended)).containsExactly("LDS[out]-[]");
        assertThat(names(acknowledge(delta, mended.getFirst()).responses())).containsExactly("RDS[]-[r]");
    }

    @Test
    void what_is_refused_and_then_taken_away_holds_nothing_back() {
        delta.offer(ONE);
        connectAll(delta);
        answered(delta, delta.offer(ResourceSet.of(listener("out", "s"), routes("s", "1"))), listener -> true);
        var removals = delta.offer(ResourceSet.EMPTY);
        assertThat(names(removals)).contains("LDS[]-[out]", "RDS[]-[r]");
    }

    @Test
    void what_an_older_stream_brought_and_is_not_known_holds_back_what_it_may_name() {
        var before = ONE.with(ResourceSet.of(cluster("b", "1"), endpoints("b", 1)));
        delta.offer(before);
        var versions = Map.of("a", before.resource(CDS, "a").orElseThrow().version(), "b", "an older one");
        acknowledge(delta, only(comeBack(CDS, versions)));
        comeBack(EDS, Map.of("a", before.resource(EDS, "a").orElseThrow().version()), "a");
        acknowledge(delta, only(ask(delta, EDS, "b")));
        var first = only(comeBack(LDS, Map.of("out", "1")));
        acknowledge(delta, only(ask(delta, RDS, "r")));
        refuse(delta, first);
        Predicate<NamedResource> bad = resource -> resource.body().getTypeUrl().equals(LDS.typeUrl());
        assertThat(answered(delta, delta.offer(before.with(ResourceSet.of(cluster("new", "1")))), bad))
                .contains("new");
        assertThat(answered(delta, delta.offer(ResourceSet.of(listener("out", "r"))), bad))
                .as("clusters of before, and the endpoints of those, may be named; what came since is not")
                .containsOnly("RDS-r", "CDS-new", "out")
                .contains("RDS-r", "CDS-new");
        assertThat(answered(delta, delta.offer(ResourceSet.EMPTY), bad))
                .as("it goes itself")
                .contains("LDS-out");
    }

    @Test
    void unknown_endpoints_name_nothing_and_hold_nothing_back() {
        delta.offer(ONE);
        acknowledge(delta, only(ask(delta, CDS)));
        var endpoints = only(comeBack(EDS, Map.of("a", "an older one"), "a"));
        comeBack(LDS, Map.of("out", ONE.resource(LDS, "out").orElseThrow().version()));
        refuse(delta, endpoints);
        assertThat(names(delta.offer(ONE.without(LDS, List.of("out"))))).containsExactly("LDS[]-[out]");
    }

    @Test
    void what_a_client_came_back_with_and_is_unchanged_is_known() {
        delta.offer(ONE);
        for (var type : List.of(CDS, LDS)) {
            var versions = new TreeMap<String, String>();
            ONE.resources(type).forEach((name, resource) -> versions.put(name, resource.version()));
            assertThat(comeBack(type, versions).responses()).isEmpty();
        }
        acknowledge(delta, only(ask(delta, EDS, "a")));
        acknowledge(delta, only(ask(delta, RDS, "r")));
        var moved = ResourceSet.of(listener("out", "s"), routes("s", "1"));
        assertThat(answered(delta, delta.offer(moved), listener -> true)).contains("CDS-a", "EDS-a");
        assertThat(delta.unsettled()).isEqualTo(Map.of(LDS, Set.of("out"), RDS, Set.of("r")));
    }

    @Test
    void a_name_holds_back_only_what_may_be_meant_by_it() {
        var served = cluster("a", "1").toBuilder();
        served.getEdsClusterConfigBuilder().setServiceName("same");
        delta.offer(ResourceSet.of(served.build(), endpoints("same", 1), routes("same", "1")));
        acknowledge(delta, only(ask(delta, CDS)));
        acknowledge(delta, only(ask(delta, EDS, "same")));
        acknowledge(delta, only(ask(delta, RDS, "same")));
        assertThat(answered(delta, delta.offer(ResourceSet.of(cluster("a", "bad"))), cluster -> true))
                .as("the endpoints are named by the older cluster, the routes are not")
                .contains("RDS-same")
                .doesNotContain("EDS-same");
    }

    private AdsSession.Reaction comeBack(ResourceType type, Map<String, String> versions, String... names) {
        return delta.receive(new AdsRequest(
                type,
                new Subscription.Change(List.of(names), List.of()),
                new Resume.Versions(versions),
                "",
                Optional.empty()));
    }

    @Test
    void going_back_after_a_refusal_takes_back_what_the_client_may_have_taken() {
        delta.offer(ONE);
        acknowledge(delta, only(ask(delta, CDS)));
        var half = only(refuse(
                delta,
                delta.offer(ResourceSet.of(cluster("a", "bad"), cluster("b", "1")))
                        .getFirst()));
        assertThat(delta.offer(ONE)).isEmpty();
        var back = refuse(delta, half).responses();
        assertThat(names(back)).containsExactly("CDS[a]-[]");
        var removal = only(acknowledge(delta, back.getFirst()));
        assertThat(names(List.of(removal))).containsExactly("CDS[]-[b]");
        acknowledge(delta, removal);
        assertThat(delta.states().get(CDS)).extracting("status").isEqualTo(SyncState.Status.SYNCED);
    }

    @Test
    void a_client_that_takes_endpoints_and_refuses_their_cluster_is_not_asked_for_ever() {
        delta.offer(ONE);
        connectAll(delta);
        var responses = delta.offer(ONE.with(ResourceSet.of(cluster("a", "bad"))));
        int sent = 0;
        while (!responses.isEmpty()) {
            var next = new ArrayList<AdsResponse>();
            for (var response : responses) {
                sent++;
                next.addAll(
                        response.type() == CDS
                                ? refuse(delta, response).responses()
                                : acknowledge(delta, response).responses());
            }
            responses = next;
            assertThat(sent).isLessThan(20);
        }
        assertThat(delta.states().get(CDS)).extracting("status").isEqualTo(SyncState.Status.REJECTED);
    }

    private static AdsSession.Reaction refuse(AdsSession session, AdsResponse response) {
        return session.receive(new AdsRequest(
                response.type(),
                new Subscription.Change(List.of(), List.of()),
                new Resume.Nothing(),
                response.nonce(),
                Optional.of("no")));
    }

    @Test
    void a_client_that_comes_back_is_sent_only_what_changed_meanwhile() {
        delta.offer(ONE.with(ResourceSet.of(cluster("b", "1"))));
        var versions = Map.of("a", ONE.resource(CDS, "a").orElseThrow().version(), "gone", "1");
        var reaction = delta.receive(new AdsRequest(
                CDS,
                new Subscription.Change(List.of(), List.of()),
                new Resume.Versions(versions),
                "",
                Optional.empty()));
        assertThat(names(reaction.responses())).containsExactly("CDS[b]-[]");
        assertThat(names(acknowledge(delta, only(reaction)).responses())).containsExactly("CDS[]-[gone]");
    }

    @Test
    void a_name_asked_for_again_is_sent_again_and_one_let_go_no_more() {
        delta.offer(ONE);
        ask(delta, EDS, "a");
        answer(delta, EDS, lastNonce());
        assertThat(names(ask(delta, EDS, "a").responses())).containsExactly("EDS[a]-[]");
        answer(delta, EDS, lastNonce());
        delta.receive(new AdsRequest(
                EDS, new Subscription.Change(List.of(), List.of("a")), new Resume.Nothing(), "", Optional.empty()));
        assertThat(delta.offer(ResourceSet.of(endpoints("a", 7)))).isEmpty();
    }

    @Test
    void state_of_the_world_sends_everything_when_something_changed() {
        whole.offer(ResourceSet.of(cluster("a", "1"), cluster("b", "1")));
        var first = only(exactly(whole, CDS, ""));
        assertThat(named(first)).containsExactly("a", "b");
        exactly(whole, CDS, first.nonce());
        var second = whole.offer(ResourceSet.of(cluster("a", "1"), cluster("b", "2")));
        assertThat(names(second)).containsExactly("CDS[a, b]-[]");
        exactly(whole, CDS, second.get(0).nonce());
        assertThat(names(whole.offer(ResourceSet.of(cluster("b", "2"))))).containsExactly("CDS[b]-[]");
    }

    @Test
    void state_of_the_world_ignores_a_stale_nonce_and_answers_new_names() {
        whole.offer(ONE.with(ResourceSet.of(endpoints("b", 1))));
        var first = only(exactly(whole, EDS, "", "a"));
        assertThat(exactly(whole, EDS, "0", "a", "b").responses()).isEmpty();
        assertThat(names(exactly(whole, EDS, first.nonce(), "a", "b").responses()))
                .containsExactly("EDS[a, b]-[]");
    }

    @Test
    void state_of_the_world_endpoints_follow_a_changed_cluster() {
        whole.offer(ONE);
        var clusters = only(exactly(whole, CDS, ""));
        var endpoints = only(exactly(whole, EDS, "", "a"));
        exactly(whole, EDS, endpoints.nonce(), "a");
        exactly(whole, CDS, clusters.nonce());
        var changed = whole.offer(ResourceSet.of(cluster("a", "2"), endpoints("a", 1)));
        assertThat(names(changed)).containsExactly("CDS[a]-[]", "EDS[a]-[]");
    }

    @Test
    void state_of_the_world_resumes_by_version() {
        whole.offer(ONE);
        var reaction = whole.receive(new AdsRequest(
                CDS, new Subscription.Exactly(List.of()), new Resume.Whole(ONE.version(CDS)), "", Optional.empty()));
        assertThat(reaction.responses()).isEmpty();
        assertThat(whole.states().get(CDS)).extracting("status").isEqualTo(SyncState.Status.SYNCED);
    }

    private String nonce = "";

    private String lastNonce() {
        return nonce;
    }

    private void connectAll(AdsSession session) {
        acknowledge(session, only(ask(session, CDS)));
        acknowledge(session, only(ask(session, EDS, "a")));
        acknowledge(session, only(ask(session, LDS)));
        acknowledge(session, only(ask(session, RDS, "r")));
    }

    private AdsSession.Reaction ask(AdsSession session, ResourceType type, String... names) {
        var reaction = session.receive(new AdsRequest(
                type, new Subscription.Change(List.of(names), List.of()), new Resume.Nothing(), "", Optional.empty()));
        reaction.responses().forEach(response -> nonce = response.nonce());
        return reaction;
    }

    private static AdsSession.Reaction acknowledge(AdsSession session, AdsResponse response) {
        return answer(session, response.type(), response.nonce());
    }

    private static AdsSession.Reaction answer(AdsSession session, ResourceType type, String nonce) {
        return session.receive(new AdsRequest(
                type, new Subscription.Change(List.of(), List.of()), new Resume.Nothing(), nonce, Optional.empty()));
    }

    private static AdsSession.Reaction exactly(AdsSession session, ResourceType type, String nonce, String... names) {
        return session.receive(new AdsRequest(
                type, new Subscription.Exactly(List.of(names)), new Resume.Nothing(), nonce, Optional.empty()));
    }

    private static AdsResponse only(AdsSession.Reaction reaction) {
        assertThat(reaction.responses()).hasSize(1);
        return reaction.responses().get(0);
    }

    private static List<String> named(AdsResponse response) {
        return response.resources().stream().map(NamedResource::name).toList();
    }

    private static List<String> names(List<AdsResponse> responses) {
        return responses.stream()
                .map(response -> response.type() + named(response).toString() + "-" + response.removed())
                .toList();
    }
}
