package io.heddle.control.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.heddle.control.reconcile.ChangeSet;
import io.heddle.control.reconcile.ConfigGate;
import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.MvConfigStore;
import io.heddle.dialect.Document;
import io.heddle.dialect.Documents;
import io.heddle.model.problem.Checked;
import io.heddle.model.view.MeshSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySourceTest {
    private static final String CATALOG = """
            apiVersion: v1
            kind: Service
            metadata: {name: catalog, namespace: shop}
            spec: {selector: {app: catalog}, ports: [{name: http, port: 80}]}
            """;
    private static final String ROUTE = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: catalog, namespace: shop}
            spec:
              parentRefs: [{group: "", kind: Service, name: catalog}]
              rules: [{backendRefs: [{name: catalog, port: 80}]}]
            """;
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private Path files;
    private ConfigStore store;
    private DirectorySource source;

    @BeforeEach
    void open() throws IOException {
        files = Files.createDirectory(directory.resolve("files"));
        store = MvConfigStore.open(directory.resolve("store.mv"), Clock.systemUTC());
        source = newSource();
    }

    @AfterEach
    void close() {
        source.close();
        store.close();
    }

    private DirectorySource newSource() {
        var gate = new ConfigGate(store, MeshSettings.DEFAULT, List::of, _ -> List.of());
        return new DirectorySource(files, gate, store.keyValues("directory"), Duration.ofMillis(20));
    }

    private void start() {
        source.start();
    }

    private void write(String name, String content) throws IOException {
        var temporary = files.resolve(name + ".new");
        Files.writeString(temporary, content);
        Files.move(temporary, files.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private List<String> stored() {
        return store.all().stream().map(object -> object.name().toString()).toList();
    }

    private void awaitStored(String... names) {
        await().atMost(LONG).untilAsserted(() -> assertThat(stored()).containsExactly(names));
    }

    @Test
    void takes_in_files_that_refer_to_each_other_in_any_order() throws IOException {
        write("a-route.yaml", ROUTE);
        write("b-service.yaml", CATALOG);
        start();
        assertThat(stored()).containsExactly("HTTPRoute shop/catalog", "Service shop/catalog");
        assertThat(source.problems()).isEmpty();
    }

    @Test
    void follows_files_that_come_change_and_go() throws IOException {
        start();
        write("catalog.yaml", CATALOG);
        awaitStored("Service shop/catalog");
        write("catalog.yaml", CATALOG.replace("name: catalog", "name: ratings"));
        awaitStored("Service shop/ratings");
        Files.delete(files.resolve("catalog.yaml"));
        awaitStored();
    }

    @Test
    void sets_a_bad_file_aside_and_keeps_what_its_last_good_version_brought() throws IOException {
        write("catalog.yaml", CATALOG);
        start();
        write("catalog.yaml", CATALOG.replace("port: 80", "port: 800000"));
        write("ratings.yaml", CATALOG.replace("name: catalog", "name: ratings"));
        awaitStored("Service shop/catalog", "Service shop/ratings");
        await().atMost(LONG).untilAsserted(() -> assertThat(source.problems()).isNotEmpty());
        assertThat(source.problems().getFirst().reason()).contains("catalog.yaml");
        write("catalog.yaml", CATALOG);
        await().atMost(LONG).untilAsserted(() -> assertThat(source.problems()).isEmpty());
    }

    @Test
    void sets_a_file_aside_that_is_no_yaml_at_all() throws IOException {
        write("a.yaml", "{{{");
        write("b.yaml", CATALOG);
        start();
        assertThat(stored()).containsExactly("Service shop/catalog");
        assertThat(source.problems()).isNotEmpty();
    }

    @Test
    void takes_away_what_a_file_brought_that_went_while_nobody_looked() throws IOException {
        write("catalog.yaml", CATALOG);
        start();
        source.close();
        Files.delete(files.resolve("catalog.yaml"));
        source = newSource();
        start();
        awaitStored();
    }

    @Test
    void an_object_leaves_only_when_two_looks_agree() throws IOException {
        write("catalog.yaml", CATALOG);
        source.lookThrough();
        Files.delete(files.resolve("catalog.yaml"));
        source.lookThrough();
        assertThat(stored()).containsExactly("Service shop/catalog");
        write("catalog.yaml", "");
        source.lookThrough();
        write("catalog.yaml", CATALOG);
        source.lookThrough();
        assertThat(stored()).containsExactly("Service shop/catalog");
        Files.delete(files.resolve("catalog.yaml"));
        source.lookThrough();
        source.lookThrough();
        assertThat(stored()).isEmpty();
    }

    @Test
    void an_object_moves_to_another_file() throws IOException {
        write("a.yaml", CATALOG);
        source.lookThrough();
        Files.move(files.resolve("a.yaml"), files.resolve("b.yaml"));
        source.lookThrough();
        source.lookThrough();
        assertThat(stored()).containsExactly("Service shop/catalog");
        assertThat(source.problems()).isEmpty();
    }

    @Test
    void one_unreadable_file_stops_nothing_and_keeps_what_it_brought() throws IOException {
        write("a.yaml", CATALOG);
        source.lookThrough();
        Files.write(files.resolve("a.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 'x'});
        write("b.yaml", CATALOG.replace("name: catalog", "name: ratings"));
        source.lookThrough();
        source.lookThrough();
        assertThat(stored()).containsExactly("Service shop/catalog", "Service shop/ratings");
        assertThat(source.problems())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.toString()).contains("a.yaml").contains("cannot be read"));
        write("a.yaml", CATALOG);
        source.lookThrough();
        assertThat(source.problems()).isEmpty();
    }

    @Test
    void one_unreadable_folder_stops_nothing_and_keeps_what_it_brought() throws IOException {
        var folder = Files.createDirectory(files.resolve("closed"));
        write("closed/a.yaml", CATALOG);
        source.lookThrough();
        Files.setPosixFilePermissions(folder, Set.of());
        assumeFalse(Files.isReadable(folder), "the superuser reads every folder");
        write("b.yaml", CATALOG.replace("name: catalog", "name: ratings"));
        source.lookThrough();
        source.lookThrough();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        assertThat(stored()).containsExactly("Service shop/catalog", "Service shop/ratings");
        assertThat(source.problems()).hasSize(1);
    }

    @Test
    void reads_the_files_of_a_mounted_config_map_once_and_follows_its_switch() throws IOException {
        var first = Files.createDirectory(files.resolve("..2026_01_01"));
        Files.writeString(first.resolve("catalog.yaml"), CATALOG);
        Files.createSymbolicLink(files.resolve("..data"), Path.of("..2026_01_01"));
        Files.createSymbolicLink(files.resolve("catalog.yaml"), Path.of("..data/catalog.yaml"));
        source.lookThrough();
        assertThat(source.problems()).isEmpty();
        assertThat(stored()).containsExactly("Service shop/catalog");
        var second = Files.createDirectory(files.resolve("..2026_01_02"));
        Files.writeString(second.resolve("catalog.yaml"), CATALOG.replace("name: catalog", "name: ratings"));
        Files.createSymbolicLink(files.resolve("..data_tmp"), Path.of("..2026_01_02"));
        Files.move(files.resolve("..data_tmp"), files.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        source.lookThrough();
        source.lookThrough();
        assertThat(source.problems()).isEmpty();
        assertThat(stored()).containsExactly("Service shop/ratings");
    }

    @Test
    void leaves_alone_what_it_did_not_bring() throws IOException {
        write("catalog.yaml", CATALOG);
        start();
        var gate = new ConfigGate(store, MeshSettings.DEFAULT, List::of, _ -> List.of());
        var other = Documents.parse(CATALOG.replace("name: catalog", "name: other"), "default");
        assertThat(gate.pass(new ChangeSet(((Checked.Ok<List<Document>>) other).value(), List.of()), false)
                        .problems())
                .isEmpty();
        Files.delete(files.resolve("catalog.yaml"));
        awaitStored("Service shop/other");
    }

    @Test
    void says_when_the_directory_is_not_there() throws IOException {
        Files.delete(files);
        start();
        assertThat(source.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.reason()).contains("cannot be read"));
        Files.createDirectory(files);
        write("catalog.yaml", CATALOG);
        awaitStored("Service shop/catalog");
    }
}
