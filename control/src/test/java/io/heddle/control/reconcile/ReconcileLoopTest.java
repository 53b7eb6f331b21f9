package io.heddle.control.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.MvConfigStore;
import io.heddle.control.store.Write;
import io.heddle.model.name.Labels;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.problem.Problem;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.view.InboundView;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReconcileLoopTest {
    private static final ObjectName CATALOG = new ObjectName("Service", "shop", "catalog");
    private static final ObjectName CALLERS = new ObjectName("AuthorizationPolicy", "shop", "callers");
    private static final ObjectName PEERS = new ObjectName("PeerAuthentication", "shop", "peers");
    private static final String PERMISSIVE = """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: shop}
            spec: {mtls: {mode: PERMISSIVE}}
            """;
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private ConfigStore store;
    private final List<Publication> published = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        store = MvConfigStore.open(directory.resolve("store.mv"), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private ReconcileLoop start(Duration quiet, Duration longest) {
        var loop = new ReconcileLoop(
                store, MeshSettings.DEFAULT, new ReconcileLoop.Timing(quiet, longest), published::add);
        loop.start();
        return loop;
    }

    private void write(String yaml) {
        store.write(ConfigGateTest.documents(yaml).stream()
                .<Write>map(StoredDocuments::put)
                .toList());
    }

    @Test
    void has_published_what_is_stored_when_its_start_returns() {
        write(ConfigGateTest.CATALOG);
        try (var _ = start(Duration.ofMillis(10), Duration.ofMillis(100))) {
            assertThat(published).hasSize(1);
            assertThat(published.getFirst().snapshot().services()).hasSize(1);
        }
    }

    @Test
    void publishes_a_change_soon() {
        try (var _ = start(Duration.ofMillis(1), Duration.ofMillis(100))) {
            write(ConfigGateTest.CATALOG);
            await().atMost(LONG).until(() -> published.size() == 2);
            assertThat(published.getLast().number()).isEqualTo(2);
        }
    }

    @Test
    void makes_one_publication_of_a_burst() {
        try (var _ = start(Duration.ofSeconds(1), LONG)) {
            for (int i = 0; i < 20; i++) {
                write(ConfigGateTest.CATALOG.replace("port: 80,", "port: " + (8000 + i) + ","));
            }
            await().atMost(LONG).until(() -> published.size() == 2);
            assertThat(published.getLast().snapshot().services())
                    .singleElement()
                    .satisfies(service -> assertThat(
                                    service.ports().getFirst().port().number())
                            .isEqualTo(8019));
        }
    }

    @Test
    void waits_no_longer_than_the_longest_delay_for_quiet() {
        try (var _ = start(LONG.multipliedBy(10), Duration.ofMillis(20))) {
            write(ConfigGateTest.CATALOG);
            await().atMost(LONG).until(() -> published.size() == 2);
        }
    }

    @Test
    void knows_since_when_each_object_is_as_it_is() {
        write(ConfigGateTest.CATALOG);
        try (var _ = start(Duration.ofMillis(1), Duration.ofMillis(10))) {
            write(ConfigGateTest.CATALOG.replace("name: catalog", "name: ratings"));
            await().atMost(LONG).until(() -> published.size() == 2);
            var objects = published.getLast().objects();
            assertThat(objects.get(CATALOG))
                    .extracting(Publication.ObjectState::since)
                    .isEqualTo(1L);
            assertThat(objects.get(new ObjectName("Service", "shop", "ratings")))
                    .extracting(Publication.ObjectState::since)
                    .isEqualTo(2L);
        }
    }

    @Test
    void leaves_out_a_stored_object_that_cannot_be_read_and_says_so() {
        var unreadable = "{\"apiVersion\":\"v9\",\"kind\":\"Service\",\"metadata\":{\"name\":\"catalog\"}}";
        store.write(List.of(new Write.Put(CATALOG, unreadable, "s", Optional.empty())));
        write(ConfigGateTest.CATALOG.replace("name: catalog", "name: ratings"));
        try (var _ = start(Duration.ofMillis(1), Duration.ofMillis(10))) {
            assertThat(published.getFirst().refused()).containsOnlyKeys(CATALOG);
            assertThat(published.getFirst().snapshot().services()).hasSize(1);
        }
    }

    /// Puts into the store what this version does not read, as another one would have written it.
    private void writeUnreadable(ObjectName object, String spec) {
        var document = "{\"apiVersion\":\"security.istio.io/v1\",\"kind\":\"" + object.kind()
                + "\",\"metadata\":{\"name\":\"" + object.name() + "\",\"namespace\":\"" + object.namespace()
                + "\"},\"spec\":" + spec + "}";
        store.write(List.of(new Write.Put(object, document, "s", Optional.empty())));
    }

    private Publication first() {
        try (var _ = start(Duration.ofMillis(1), Duration.ofMillis(10))) {
            return published.getFirst();
        }
    }

    private static ProxyNode node(String namespace, String app) {
        return new ProxyNode(
                "sidecar~127.0.0.2~" + app + "." + namespace + "~" + namespace + ".svc.cluster.local",
                new SpiffeId("cluster.local", namespace, app),
                namespace,
                app,
                new Labels(Map.of("app", app)),
                Optional.empty(),
                "127.0.0.2",
                new ProxyNode.Ports(21001, 21006, 9080, 21090, 21000),
                "1");
    }

    private static InboundView inbound(Publication publication, String namespace, String app) {
        return publication.snapshot().viewFor(node(namespace, app)).inbound();
    }

    @Test
    void an_access_policy_that_cannot_be_read_denies_all_to_the_workloads_it_selects() {
        writeUnreadable(
                CALLERS, "{\"selector\":{\"matchLabels\":{\"app\":\"catalog\"}},\"action\":\"DENY\",\"level\":9}");
        var publication = first();
        assertThat(inbound(publication, "shop", "catalog").policies())
                .singleElement()
                .satisfies(policy -> {
                    assertThat(policy.object()).isEqualTo(CALLERS);
                    assertThat(policy.action()).isEqualTo(AccessPolicy.Action.DENY);
                    assertThat(policy.rules()).containsExactly(new AccessPolicy.Rule(List.of(), List.of(), List.of()));
                });
        assertThat(inbound(publication, "shop", "orders").policies()).isEmpty();
        assertThat(publication.refused().get(CALLERS))
                .extracting(Problem::reason)
                .anyMatch(reason ->
                        reason.contains("until it is mended everything is denied to the workloads that it selects"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"selector\":{\"matchLabels\":{\"app\":7}}}",
                "{\"selector\":{\"matchLabels\":{\"app\":\"not a value!\"}}}",
                "{\"selector\":{\"matchExpressions\":[]}}",
                "{\"selector\":\"app\"}",
                "{\"targetRefs\":[{\"kind\":\"Service\",\"name\":\"catalog\"}]}",
                "[]"
            })
    void an_access_policy_with_an_unreadable_selector_denies_all_in_its_namespace(String spec) {
        writeUnreadable(CALLERS, spec);
        var publication = first();
        assertThat(inbound(publication, "shop", "orders").policies()).hasSize(1);
        assertThat(inbound(publication, "bank", "orders").policies()).isEmpty();
        assertThat(publication.refused()).containsOnlyKeys(CALLERS);
    }

    @Test
    void a_peer_authentication_that_cannot_be_read_is_strict_for_its_scope() {
        write(PERMISSIVE);
        writeUnreadable(PEERS, "{\"selector\":{\"matchLabels\":{\"app\":\"catalog\"}},\"mtls\":{\"mode\":\"WEAK\"}}");
        var publication = first();
        assertThat(inbound(publication, "shop", "catalog").mode()).isEqualTo(PeerPolicy.Mode.STRICT);
        assertThat(inbound(publication, "shop", "orders").mode()).isEqualTo(PeerPolicy.Mode.PERMISSIVE);
        assertThat(publication.refused()).containsOnlyKeys(PEERS);
    }

    @Test
    void no_other_policy_loosens_a_peer_authentication_of_unknown_selector() {
        write(PERMISSIVE);
        write(PERMISSIVE
                .replace("name: default", "name: orders")
                .replace("spec: {", "spec: {selector: {matchLabels: {app: orders}}, "));
        write(PERMISSIVE.replace("namespace: shop", "namespace: bank"));
        writeUnreadable(PEERS, "{\"selector\":7,\"mtls\":{\"mode\":\"STRICT\"}}");
        var publication = first();
        assertThat(inbound(publication, "shop", "catalog").mode()).isEqualTo(PeerPolicy.Mode.STRICT);
        assertThat(inbound(publication, "shop", "orders").mode()).isEqualTo(PeerPolicy.Mode.STRICT);
        assertThat(inbound(publication, "bank", "orders").mode()).isEqualTo(PeerPolicy.Mode.PERMISSIVE);
    }
}
