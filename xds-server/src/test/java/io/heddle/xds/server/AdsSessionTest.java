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

import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.AdsRequest.Resume;
import io.heddle.xds.server.AdsRequest.Subscription;
import io.heddle.xds.server.AdsSession.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    void a_refused_change_waits_for_another_offer() {
        delta.offer(ONE);
        var good = only(ask(delta, CDS));
        acknowledge(delta, good);
        var bad = ResourceSet.of(cluster("a", "bad"), cluster("b", "1"));
        var refused = delta.offer(bad).get(0);
        var reaction = delta.receive(new AdsRequest(
                CDS,
                new Subscription.Change(List.of(), List.of()),
                new Resume.Nothing(),
                refused.nonce(),
                Optional.of("no")));
        assertThat(reaction.events()).containsExactly(new SessionEvent.Rejected(CDS, refused.version(), "no"));
        assertThat(reaction.responses()).isEmpty();
        assertThat(delta.states().get(CDS))
                .isEqualTo(new SyncState(SyncState.Status.REJECTED, bad.version(CDS), ONE.version(CDS), "no"));
        assertThat(delta.offer(bad)).isEmpty();
        var mended = delta.offer(ResourceSet.of(cluster("a", "2"), cluster("b", "1")));
        assertThat(names(mended))
                .as("what went with the bad one is part of it again")
                .containsExactly("CDS[a, b]-[]");
    }

    @Test
    void going_back_after_a_refusal_takes_back_what_the_client_may_have_taken() {
        delta.offer(ONE);
        acknowledge(delta, only(ask(delta, CDS)));
        refuse(
                delta,
                delta.offer(ResourceSet.of(cluster("a", "bad"), cluster("b", "1")))
                        .getFirst());
        var back = delta.offer(ONE);
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
