package io.heddle.control.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.MvConfigStore;
import io.heddle.control.store.Write;
import io.heddle.model.name.ObjectName;
import io.heddle.model.view.MeshSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReconcileLoopTest {
    private static final ObjectName CATALOG = new ObjectName("Service", "shop", "catalog");
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
}
