package io.heddle.control.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.control.discovery.ConnectedWorkloads.Graces;
import io.heddle.control.reconcile.StoredDocuments;
import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.MvConfigStore;
import io.heddle.control.store.RefusingStore;
import io.heddle.control.store.Write;
import io.heddle.dialect.Dialects;
import io.heddle.model.name.Labels;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.problem.Checked;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.Workload;
import io.heddle.model.view.ProxyNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectedWorkloadsTest {
    private static final ObjectName ENTRY = new ObjectName("WorkloadEntry", "shop", "catalog-v1");
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Graces SHORT = new Graces(Duration.ofMillis(1), Duration.ofMillis(1));
    private static final Graces NEVER = new Graces(Duration.ofDays(1), Duration.ofDays(1));

    @TempDir
    Path directory;

    private ConfigStore store;

    @BeforeEach
    void open() {
        store = MvConfigStore.open(directory.resolve("store.mv"), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static ProxyNode node(String address) {
        return node("catalog-v1", address);
    }

    private static ProxyNode node(String workload, String address) {
        return new ProxyNode(
                "sidecar~" + address + "~" + workload + ".shop~shop.svc.cluster.local",
                new SpiffeId("cluster.local", "shop", "catalog"),
                "shop",
                workload,
                new Labels(Map.of("app", "catalog", "version", "v1")),
                Optional.empty(),
                address,
                new ProxyNode.Ports(21001, 21006, 9080, 21090, 21000),
                "1");
    }

    private Optional<Workload> workload() {
        return store.find(ENTRY).map(object -> {
            var read = Dialects.read(StoredDocuments.document(object));
            assertThat(read).isInstanceOf(Checked.Ok.class);
            return (Workload) ((Checked.Ok<Resource>) read).value();
        });
    }

    private Workload awaitWorkload() {
        return await().atMost(LONG).until(this::workload, Optional::isPresent).orElseThrow();
    }

    private void awaitGone() {
        await().atMost(LONG).until(() -> workload().isEmpty());
    }

    @Test
    void registers_the_workload_behind_a_sidecar_and_removes_it_after_the_grace() {
        try (var workloads = new ConnectedWorkloads(store, SHORT)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", true);
            var workload = awaitWorkload();
            assertThat(workload.address()).isEqualTo("127.0.0.2");
            assertThat(workload.ports()).isEqualTo(Map.of("*", 21006));
            assertThat(workload.tls()).isTrue();
            assertThat(workload.account()).contains("catalog");
            assertThat(workload.health()).isEqualTo(Workload.Health.HEALTHY);
            assertThat(workload.proxyId()).contains(node("127.0.0.2").id());
            assertThat(workload.labels().values()).containsEntry("version", "v1");
            workloads.disconnected("c1");
            awaitGone();
        }
    }

    @Test
    void others_reach_an_intercepted_application_by_its_own_port() {
        var plain = node("10.0.0.2");
        var led = new ProxyNode(
                plain.id(),
                plain.identity(),
                plain.namespace(),
                plain.workload(),
                plain.labels(),
                plain.service(),
                plain.address(),
                plain.ports(),
                new ProxyNode.Interception(ProxyNode.Mode.REDIRECT, false),
                plain.version());
        try (var workloads = new ConnectedWorkloads(store, NEVER)) {
            workloads.connected("c1", led);
            workloads.healthReported("c1", true);
            assertThat(awaitWorkload().ports()).isEqualTo(Map.of("*", 9080));
        }
    }

    @Test
    void offers_nothing_while_the_application_starts() {
        try (var workloads = new ConnectedWorkloads(store, NEVER)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", false);
            workloads.connected("c2", node("catalog-v1b", "127.0.0.3"));
            workloads.healthReported("c2", true);
            await().atMost(LONG).until(() -> store.all().size() == 1);
            assertThat(workload()).isEmpty();
            workloads.healthReported("c1", true);
            assertThat(awaitWorkload().health()).isEqualTo(Workload.Health.HEALTHY);
        }
    }

    @Test
    void marks_a_draining_workload_and_a_healthy_one_again() {
        try (var workloads = new ConnectedWorkloads(store, NEVER)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", true);
            workloads.healthReported("c1", false);
            await().atMost(LONG)
                    .until(() -> workload().map(Workload::health).equals(Optional.of(Workload.Health.DRAINING)));
            workloads.healthReported("c1", true);
            await().atMost(LONG)
                    .until(() -> workload().map(Workload::health).equals(Optional.of(Workload.Health.HEALTHY)));
        }
    }

    @Test
    void the_end_of_an_older_connection_does_not_end_the_newer_ones_registration() {
        try (var workloads = new ConnectedWorkloads(store, SHORT)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", true);
            workloads.connected("c2", node("127.0.0.3"));
            workloads.disconnected("c1");
            workloads.healthReported("c2", false);
            await().atMost(LONG)
                    .until(() -> workload().map(Workload::health).equals(Optional.of(Workload.Health.DRAINING)));
            assertThat(awaitWorkload().address()).isEqualTo("127.0.0.3");
            workloads.disconnected("c2");
            awaitGone();
        }
    }

    @Test
    void a_workload_that_reconnects_within_the_grace_stays() {
        try (var workloads = new ConnectedWorkloads(store, NEVER)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", true);
            awaitWorkload();
            long version = store.find(ENTRY).orElseThrow().resourceVersion();
            workloads.disconnected("c1");
            workloads.connected("c2", node("127.0.0.2"));
            workloads.healthReported("c2", true);
            assertThat(store.find(ENTRY).orElseThrow().resourceVersion()).isEqualTo(version);
        }
    }

    @Test
    void stored_workloads_wait_for_their_sidecars_after_a_restart() {
        try (var workloads = new ConnectedWorkloads(store, NEVER)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", true);
            awaitWorkload();
        }
        try (var workloads = new ConnectedWorkloads(store, NEVER)) {
            workloads.start();
            assertThat(workload()).isPresent();
        }
        try (var workloads = new ConnectedWorkloads(store, SHORT)) {
            workloads.start();
            awaitGone();
        }
    }

    @Test
    void never_touches_an_entry_written_by_hand() {
        var byHand = "{\"apiVersion\":\"networking.istio.io/v1\",\"kind\":\"WorkloadEntry\",\"metadata\":{\"name\":"
                + "\"catalog-v1\",\"namespace\":\"shop\"},\"spec\":{\"address\":\"10.0.0.1\"}}";
        store.write(List.of(new Write.Put(ENTRY, byHand, "s", Optional.empty())));
        try (var workloads = new ConnectedWorkloads(store, SHORT)) {
            workloads.start();
            workloads.connected("c1", node("127.0.0.2"));
            await().atMost(LONG).until(() -> !workloads.problems().isEmpty());
            assertThat(workloads.problems().getFirst().reason()).contains("written by hand");
            workloads.disconnected("c1");
            assertThat(awaitWorkload().address()).isEqualTo("10.0.0.1");
        }
    }

    @Test
    void a_registration_that_the_store_refused_is_tried_again() {
        var refusing = new RefusingStore(store);
        refusing.refuse(2);
        try (var workloads = new ConnectedWorkloads(refusing, NEVER)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", true);
            assertThat(awaitWorkload().health()).isEqualTo(Workload.Health.HEALTHY);
        }
    }

    @Test
    void what_is_tried_again_is_what_the_sidecar_reported_last() {
        var refusing = new RefusingStore(store);
        try (var workloads = new ConnectedWorkloads(refusing, NEVER)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", true);
            awaitWorkload();
            refusing.refuse(3);
            workloads.healthReported("c1", false);
            workloads.healthReported("c1", true);
            workloads.healthReported("c1", false);
            await().atMost(LONG)
                    .until(() -> workload().map(Workload::health).equals(Optional.of(Workload.Health.DRAINING)));
            workloads.connected("c2", node("catalog-v2", "127.0.0.3"));
            workloads.healthReported("c2", true);
            await().atMost(LONG).until(() -> store.all().size() == 2);
            assertThat(workload()).map(Workload::health).contains(Workload.Health.DRAINING);
        }
    }

    @Test
    void a_registration_that_was_refused_is_not_tried_again_for_a_connection_that_ended() {
        var refusing = new RefusingStore(store);
        refusing.refuse(1);
        try (var workloads = new ConnectedWorkloads(refusing, NEVER)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", true);
            workloads.disconnected("c1");
            await().atMost(LONG).until(() -> refusing.left() == 0);
            refusing.refuse(1);
            workloads.connected("c2", node("catalog-v2", "127.0.0.3"));
            workloads.healthReported("c2", true); // its second try comes after what the first one's would have been
            await().atMost(LONG).until(() -> store.all().size() == 1);
            assertThat(workload()).isEmpty();
        }
    }

    @Test
    void a_removal_that_the_store_refused_is_tried_again() {
        var refusing = new RefusingStore(store);
        try (var workloads = new ConnectedWorkloads(refusing, SHORT)) {
            workloads.connected("c1", node("127.0.0.2"));
            workloads.healthReported("c1", true);
            awaitWorkload();
            refusing.refuse(2);
            workloads.disconnected("c1");
            awaitGone();
        }
    }
}
