package io.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.control.discovery.ConnectedWorkloads;
import io.heddle.control.push.ProxyStatus.State;
import io.heddle.control.reconcile.Publication;
import io.heddle.control.reconcile.Publication.ObjectState;
import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.MvConfigStore;
import io.heddle.dialect.Dialects;
import io.heddle.dialect.Document;
import io.heddle.dialect.Documents;
import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.resource.Resource;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.model.view.ProxyNode;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.Admission;
import io.heddle.xds.server.ConnectedNode;
import io.heddle.xds.server.SyncState.Status;
import io.heddle.xds.write.MeshTranslator;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectedProxiesTest {
    private static final ObjectName CATALOG = new ObjectName("Service", "shop", "catalog");
    private static final ObjectName OTHER = new ObjectName("Service", "shop", "other");
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private ConfigStore store;
    private ConnectedWorkloads workloads;
    private ConnectedProxies proxies;

    @BeforeEach
    void open() {
        store = MvConfigStore.open(directory.resolve("store.mv"), Clock.systemUTC());
        workloads = new ConnectedWorkloads(
                store, new ConnectedWorkloads.Graces(Duration.ofSeconds(1), Duration.ofSeconds(1)));
        var translator = new MeshTranslator("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");
        proxies = new ConnectedProxies(MeshSettings.DEFAULT, translator::translate, workloads, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        proxies.close();
        workloads.close();
        store.close();
    }

    private static ConnectedNode node(String workload) {
        return new ConnectedNode(
                "sidecar~127.0.0.1~" + workload + ".shop~shop.svc.cluster.local",
                workload,
                Map.of("NAMESPACE", "shop", "WORKLOAD_NAME", workload, "PORTS", Map.of("outbound", 21001.0)),
                Optional.of(new SpiffeId("cluster.local", "shop", "default")),
                LabelGrant.ofServices(List.of("web", "orders")),
                "127.0.0.1:5",
                "heddle");
    }

    private static Publication publication(long number, String yaml, long since) {
        var documents = ((Checked.Ok<List<Document>>) Documents.parse(yaml, "shop")).value();
        var resources = documents.stream()
                .map(document -> ((Checked.Ok<Resource>) Dialects.read(document)).value())
                .toList();
        return new Publication(
                number,
                MeshSnapshot.of(MeshSettings.DEFAULT, resources),
                Map.of(CATALOG, new ObjectState(since, since, System.nanoTime())),
                Map.of());
    }

    private static Publication empty(long number) {
        return new Publication(number, MeshSnapshot.of(MeshSettings.DEFAULT, List.of()), Map.of(), Map.of());
    }

    private static String service(int port) {
        return "{apiVersion: v1, kind: Service, metadata: {name: catalog}, spec: {selector: {app: catalog}, ports: "
                + "[{name: http, port: " + port + "}]}}";
    }

    /// Where `object` is in force as the newest publication has it.
    private ObjectStatus object(ObjectName object) {
        var state =
                proxies.publication().map(publication -> publication.objects().get(object));
        return proxies.object(object, state.map(ObjectState::version).orElse(1L));
    }

    private RecordedHandle connect(String handle, String workload) {
        var recorded = new RecordedHandle(handle);
        proxies.connected(node(workload), recorded);
        return recorded;
    }

    private static void awaitOffers(RecordedHandle handle, int count) {
        await().atMost(LONG).until(() -> handle.offers().size() == count);
    }

    private void acknowledge(RecordedHandle handle) {
        handle.answer(Status.SYNCED, "");
        proxies.acknowledged(handle, ResourceType.CDS, "v");
    }

    @Test
    void offers_nothing_before_the_first_publication() {
        var handle = connect("c1", "web");
        assertThat(proxies.hasPublication()).isFalse();
        assertThat(proxies.statuses())
                .singleElement()
                .satisfies(status -> assertThat(status.state()).isEqualTo(State.NOT_SENT));
        proxies.publish(publication(1, service(80), 1));
        awaitOffers(handle, 1);
    }

    @Test
    void an_object_is_active_where_it_was_acknowledged_and_live_when_that_is_everywhere() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        var orders = connect("c2", "orders");
        awaitOffers(web, 1);
        awaitOffers(orders, 1);
        assertThat(object(CATALOG).activeOn()).isZero();
        acknowledge(web);
        assertThat(object(CATALOG).activeOn()).isEqualTo(1);
        assertThat(object(CATALOG).proxies()).isEqualTo(2);
        assertThat(object(CATALOG).liveAfterMillis()).isEmpty();
        acknowledge(orders);
        assertThat(object(CATALOG).activeOn()).isEqualTo(2);
        assertThat(object(CATALOG).liveAfterMillis()).isPresent();
        assertThat(proxies.statuses()).allSatisfy(status -> {
            assertThat(status.state()).isEqualTo(State.SYNCED);
            assertThat(status.lastPushMillis()).isPresent();
        });
    }

    @Test
    void refuses_a_proxy_that_states_labels_beyond_its_certificate() {
        var metadata = new HashMap<>(node("web").metadata());
        metadata.put("LABELS", Map.of("app", "web", "version", "v9"));
        assertThat(proxies.connected(node("web", metadata), new RecordedHandle("c1")))
                .isEqualTo(Admission.accepted());
        metadata.put("LABELS", Map.of("app", "payments"));
        assertThat(proxies.connected(node("orders", metadata), new RecordedHandle("c2")))
                .isInstanceOfSatisfying(
                        Admission.Refused.class,
                        refused -> assertThat(refused.reason())
                                .contains("does not entitle")
                                .contains("app=payments"));
        assertThat(proxies.nodes()).hasSize(1);
    }

    private static ConnectedNode node(String workload, Map<String, Object> metadata) {
        var plain = node(workload);
        return new ConnectedNode(
                plain.id(), workload, metadata, plain.identity(), plain.labels(), plain.remoteAddress(), "heddle");
    }

    @Test
    void a_proxy_that_states_the_address_of_another_is_not_read_and_says_so() {
        var metadata = new HashMap<>(node("web").metadata());
        metadata.put("PORTS", Map.of("outbound", 21001.0, "metrics", 15090.0));
        metadata.put("ADDRESS", "127.0.0.2");
        proxies.connected(node("web", metadata), new RecordedHandle("c1"));
        metadata.put("ADDRESS", "192.0.2.7");
        metadata.put("WORKLOAD_NAME", "orders");
        proxies.connected(node("orders", metadata), new RecordedHandle("c2"));
        assertThat(proxies.nodes()).hasSize(2);
        assertThat(proxies.scrapedNodes()).extracting(ProxyNode::workload).containsExactly("web");
        assertThat(proxies.statuses())
                .filteredOn(status -> !status.problems().isEmpty())
                .singleElement()
                .satisfies(status -> {
                    assertThat(status.node().workload()).isEqualTo("orders");
                    assertThat(status.problems())
                            .singleElement()
                            .asString()
                            .contains("metrics are not read", "192.0.2.7", "127.0.0.1");
                });
    }

    @Test
    void the_wait_for_the_first_proxy_is_no_part_of_how_long_a_change_took() {
        var stored = System.nanoTime() - TimeUnit.MINUTES.toNanos(5);
        var documents = ((Checked.Ok<List<Document>>) Documents.parse(service(80), "shop")).value();
        var resource = ((Checked.Ok<Resource>) Dialects.read(documents.getFirst())).value();
        proxies.publish(new Publication(
                1,
                MeshSnapshot.of(MeshSettings.DEFAULT, List.of(resource)),
                Map.of(CATALOG, new ObjectState(1, 1, stored)),
                Map.of()));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        acknowledge(web);
        assertThat(object(CATALOG).liveAfterMillis().orElseThrow()).isLessThan(60_000);
    }

    @Test
    void a_client_without_a_certificate_counts_nowhere() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        var claim = node("orders");
        var plain = new RecordedHandle("c2");
        proxies.connected(
                new ConnectedNode(
                        claim.id(),
                        "orders",
                        claim.metadata(),
                        Optional.empty(),
                        LabelGrant.NONE,
                        "127.0.0.1:6",
                        "grpc"),
                plain);
        awaitOffers(web, 1);
        awaitOffers(plain, 1);
        acknowledge(plain);
        assertThat(object(CATALOG).activeOn()).isZero();
        assertThat(object(CATALOG).proxies()).isEqualTo(1);
        acknowledge(web);
        assertThat(object(CATALOG).activeOn()).isEqualTo(1);
        assertThat(object(CATALOG).liveAfterMillis()).isPresent();
        assertThat(proxies.statuses()).hasSize(2);
    }

    @Test
    void a_claim_to_the_node_id_of_a_proxy_does_not_hide_it() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        acknowledge(web);
        var claim = node("web");
        proxies.connected(
                new ConnectedNode(
                        claim.id(), "web", claim.metadata(), Optional.empty(), LabelGrant.NONE, "127.0.0.1:6", "grpc"),
                new RecordedHandle("c2"));
        assertThat(object(CATALOG).activeOn()).isEqualTo(1);
        assertThat(proxies.scrapedNodes()).hasSize(1);
    }

    @Test
    void a_client_that_asks_for_less_than_clusters_and_listeners_does_not_count() {
        proxies.publish(publication(1, service(80), 1));
        var watcher = connect("c1", "watcher");
        awaitOffers(watcher, 1);
        watcher.asksOnlyFor(ResourceType.EDS);
        acknowledge(watcher);
        assertThat(object(CATALOG).proxies()).isZero();
    }

    @Test
    void a_publication_that_changes_nothing_for_a_proxy_is_live_there_at_once() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        acknowledge(web);
        proxies.publish(publication(2, service(80), 2));
        await().atMost(LONG).until(() -> object(CATALOG).activeOn() == 1);
        assertThat(web.offers()).hasSize(1);
    }

    @Test
    void says_who_refused_and_why() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        web.answer(Status.REJECTED, "bad cluster");
        proxies.rejected(web, ResourceType.CDS, "v", "bad cluster");
        var status = object(CATALOG);
        assertThat(status.activeOn()).isZero();
        assertThat(status.rejectedBy())
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.reason()).contains("CDS: bad cluster"));
        assertThat(proxies.statuses().getFirst().state()).isEqualTo(State.REJECTED);
        assertThat(proxies.figures().rejects()).containsEntry(ResourceType.CDS, 1L);
    }

    private static final String OTHER_SERVICE =
            "\n---\n" + service(80).replace("name: catalog", "name: other").replace("app: catalog", "app: other");

    private static Publication both(long number, int port, long catalogSince, long otherSince) {
        var mesh = publication(number, service(port) + OTHER_SERVICE, 1);
        return new Publication(
                number,
                mesh.snapshot(),
                Map.of(
                        CATALOG,
                        new ObjectState(catalogSince, catalogSince, System.nanoTime()),
                        OTHER,
                        new ObjectState(otherSince, otherSince, System.nanoTime())),
                Map.of());
    }

    private static String cluster(RecordedHandle handle, String service) {
        return handle.offers().getLast().resources(ResourceType.CDS).keySet().stream()
                .filter(name -> name.contains(service))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_refused_resource_tells_of_the_objects_that_have_a_part_in_it_alone() {
        proxies.publish(both(1, 80, 1, 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        web.refuses(Map.of(ResourceType.CDS, Map.of(cluster(web, "catalog"), "bad cluster")));
        assertThat(object(OTHER).activeOn()).isEqualTo(1);
        assertThat(object(OTHER).rejectedBy()).isEmpty();
        assertThat(object(OTHER).liveAfterMillis()).isPresent();
        assertThat(object(CATALOG).activeOn()).isZero();
        assertThat(object(CATALOG).rejectedBy())
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo("CDS: bad cluster"));
    }

    @Test
    void what_comes_after_a_refused_resource_is_live_where_it_was_taken() {
        proxies.publish(both(1, 80, 1, 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        acknowledge(web);
        proxies.publish(both(2, 81, 2, 1));
        awaitOffers(web, 2);
        web.refuses(Map.of(ResourceType.CDS, Map.of(cluster(web, "catalog"), "bad cluster")));
        for (long number = 3; number < 6; number++) {
            proxies.publish(both(number, 81, 2, number));
            long published = number;
            await().atMost(LONG).until(() -> proxies.object(OTHER, published).activeOn() == 1);
        }
        assertThat(object(CATALOG).rejectedBy()).hasSize(1);
        proxies.publish(publication(6, service(81), 2));
        await().atMost(LONG).until(() -> web.offers().size() == 3);
        web.refuses(Map.of(ResourceType.CDS, Map.of(cluster(web, "catalog"), "bad cluster")));
        assertThat(proxies.removal(OTHER).activeOn()).isEqualTo(1);
        assertThat(object(CATALOG).rejectedBy()).hasSize(1);
        acknowledge(web);
        web.refuses(Map.of());
        assertThat(object(CATALOG).activeOn()).isEqualTo(1);
    }

    @Test
    void a_changed_object_is_no_longer_active_until_it_is_acknowledged_again() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        acknowledge(web);
        proxies.publish(publication(2, service(81), 2));
        awaitOffers(web, 2);
        assertThat(object(CATALOG).activeOn()).isZero();
        acknowledge(web);
        assertThat(object(CATALOG).activeOn()).isEqualTo(1);
    }

    @Test
    void a_changed_object_is_active_nowhere_before_it_is_published() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        acknowledge(web);
        assertThat(proxies.object(CATALOG, 1).activeOn()).isEqualTo(1);
        assertThat(proxies.object(CATALOG, 1).liveAfterMillis()).isPresent();
        var stored = proxies.object(CATALOG, 2);
        assertThat(stored.accepted()).isTrue();
        assertThat(stored.activeOn()).isZero();
        assertThat(stored.proxies()).isEqualTo(1);
        assertThat(stored.liveAfterMillis()).isEmpty();
        proxies.publish(publication(2, service(81), 2));
        awaitOffers(web, 2);
        acknowledge(web);
        assertThat(proxies.object(CATALOG, 2).activeOn()).isEqualTo(1);
        assertThat(proxies.object(CATALOG, 2).liveAfterMillis()).isPresent();
    }

    @Test
    void what_was_wrong_with_an_object_before_says_nothing_of_its_mended_version() {
        var problem = Problem.error(CATALOG.toString(), "spec", "cannot be read", "apply it again");
        proxies.publish(new Publication(
                1,
                MeshSnapshot.of(MeshSettings.DEFAULT, List.of()),
                Map.of(CATALOG, new ObjectState(1, 1, System.nanoTime())),
                Map.of(CATALOG, List.of(problem))));
        assertThat(proxies.object(CATALOG, 1).problems()).containsExactly(problem);
        assertThat(proxies.object(CATALOG, 2).problems()).isEmpty();
        assertThat(proxies.object(CATALOG, 2).accepted()).isTrue();
    }

    @Test
    void a_refusal_does_not_count_against_what_was_not_offered_yet() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        web.answer(Status.REJECTED, "bad cluster");
        assertThat(proxies.object(CATALOG, 1).rejectedBy()).hasSize(1);
        assertThat(proxies.object(CATALOG, 2).rejectedBy())
                .as("the mend, stored")
                .isEmpty();
        assertThat(proxies.object(OTHER, 3).rejectedBy())
                .as("another one, stored")
                .isEmpty();
        assertThat(proxies.removal(CATALOG).rejectedBy())
                .as("the deletion, stored")
                .isEmpty();
        proxies.publish(publication(2, service(81), 2));
        awaitOffers(web, 2);
        web.answer(Status.REJECTED, "bad again");
        assertThat(proxies.object(CATALOG, 2).rejectedBy()).hasSize(1);
    }

    @Test
    void the_newer_of_two_connections_is_the_proxy() {
        var older = connect("c1", "web");
        connect("c2", "web");
        assertThat(older.closings()).hasSize(1);
        proxies.disconnected(older);
        assertThat(proxies.statuses())
                .singleElement()
                .satisfies(status -> assertThat(status.connected()).isTrue());
    }

    @Test
    void a_connection_without_a_certificate_does_not_drive_out_one_that_has_one() {
        var secured = connect("c1", "web");
        var claim = node("web");
        proxies.connected(
                new ConnectedNode(
                        claim.id(), "web", claim.metadata(), Optional.empty(), LabelGrant.NONE, "127.0.0.1:6", "grpc"),
                new RecordedHandle("c2"));
        assertThat(secured.closings()).isEmpty();
    }

    @Test
    void shows_a_proxy_that_left() {
        var web = connect("c1", "web");
        proxies.disconnected(web);
        assertThat(proxies.statuses()).singleElement().satisfies(status -> {
            assertThat(status.connected()).isFalse();
            assertThat(status.state()).isEqualTo(State.DISCONNECTED);
        });
        connect("c2", "web");
        assertThat(proxies.statuses()).hasSize(1);
    }

    @Test
    void knows_nothing_of_an_object_that_is_not_published() {
        var unknown = object(OTHER);
        assertThat(unknown.activeOn()).isZero();
        assertThat(unknown.liveAfterMillis()).isEmpty();
    }

    @Test
    void a_deleted_object_is_gone_where_the_publication_without_it_was_acknowledged() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        acknowledge(web);
        assertThat(proxies.removal(CATALOG).activeOn())
                .as("deleted, but not yet published")
                .isZero();
        proxies.publish(empty(2));
        awaitOffers(web, 2);
        assertThat(proxies.removal(CATALOG).activeOn()).isZero();
        assertThat(proxies.removal(CATALOG).proxies()).isEqualTo(1);
        acknowledge(web);
        assertThat(proxies.removal(CATALOG).activeOn()).isEqualTo(1);
        proxies.publish(publication(3, service(80), 3));
        awaitOffers(web, 3);
        acknowledge(web);
        assertThat(proxies.removal(CATALOG).activeOn()).as("it is back").isZero();
    }

    @Test
    void an_object_that_no_publication_had_is_gone_everywhere() {
        proxies.publish(publication(1, service(80), 1));
        var web = connect("c1", "web");
        awaitOffers(web, 1);
        assertThat(proxies.removal(OTHER).activeOn()).isZero();
        acknowledge(web);
        assertThat(proxies.removal(OTHER).activeOn()).isEqualTo(1);
    }
}
