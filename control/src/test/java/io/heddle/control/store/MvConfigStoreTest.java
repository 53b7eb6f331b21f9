package io.heddle.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.model.name.ObjectName;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MvConfigStoreTest implements ConfigStoreContract {
    @TempDir
    Path directory;

    @Override
    public ConfigStore open() {
        return MvConfigStore.open(directory.resolve("store.mv"), Clock.systemUTC());
    }

    @Test
    void says_in_one_line_that_another_process_has_the_file() {
        try (var store = open()) {
            assertThat(store.revision()).isZero();
            assertThatThrownBy(this::open)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("another control plane is using it");
        }
    }

    @Test
    void shows_only_what_is_on_disk_after_a_refused_write_and_takes_the_next_one() {
        var disk = FailingDisk.register();
        try (var store = MvConfigStore.open(disk.path(directory.resolve("store.mv")), Clock.systemUTC())) {
            var changes = new ArrayList<Change>();
            store.listen(changes::add);
            var tokens = store.keyValues("tokens");
            store.write(List.of(ConfigStoreContract.put(ConfigStoreContract.CATALOG, "{1}", "1")));
            tokens.put("a", "1");
            disk.refuseWrites(true);
            assertThatThrownBy(() ->
                            store.write(List.of(ConfigStoreContract.put(ConfigStoreContract.CATALOG, "{2}", "2"))))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("cannot write the store");
            assertThatThrownBy(() -> tokens.put("b", "1")).isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> tokens.remove("a")).isInstanceOf(StoreException.class);
            disk.refuseWrites(false);
            assertThat(store.revision()).isEqualTo(1);
            assertThat(store.find(ConfigStoreContract.CATALOG).orElseThrow().document())
                    .isEqualTo("{1}");
            assertThat(tokens.entries()).isEqualTo(Map.of("a", "1"));
            store.write(List.of(ConfigStoreContract.put(ConfigStoreContract.CATALOG, "{3}", "3")));
            assertThat(changes).map(Change::revision).containsExactly(1L, 2L);
        }
        try (var store = open()) {
            assertThat(store.find(ConfigStoreContract.CATALOG).orElseThrow().document())
                    .isEqualTo("{3}");
        }
    }

    @Test
    void tells_of_a_change_that_reached_the_file_although_it_could_not_be_synced() {
        var disk = FailingDisk.register();
        try (var store = MvConfigStore.open(disk.path(directory.resolve("store.mv")), Clock.systemUTC())) {
            var changes = new ArrayList<Change>();
            store.listen(changes::add);
            disk.refuseSyncs(true);
            assertThatThrownBy(() ->
                            store.write(List.of(ConfigStoreContract.put(ConfigStoreContract.CATALOG, "{1}", "1"))))
                    .isInstanceOf(StoreException.class);
            disk.refuseSyncs(false);
            assertThat(store.revision())
                    .isEqualTo(
                            changes.stream().mapToLong(Change::revision).max().orElse(0));
            assertThat(store.find(ConfigStoreContract.CATALOG).isPresent()).isEqualTo(store.revision() == 1);
        }
    }

    /// Every write that was acknowledged is there after the writer was killed in the middle of its work, and every
    /// change is there as a whole.
    @Test
    void loses_nothing_acknowledged_when_its_process_is_killed() throws Exception {
        for (int acknowledgements : List.of(1, 40, 7)) {
            var writer = startWriter();
            int acknowledged;
            try (BufferedReader output = writer.inputReader(StandardCharsets.US_ASCII)) {
                acknowledged = readUntil(output, acknowledgements);
            } finally {
                writer.destroyForcibly().waitFor();
            }
            try (var store = open()) {
                int first = number(store, "first");
                assertThat(first).isGreaterThanOrEqualTo(acknowledged);
                assertThat(number(store, "second")).isEqualTo(first);
            }
        }
    }

    private Process startWriter() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndlessWriter.class.getName(),
                        directory.resolve("store.mv").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static int readUntil(BufferedReader output, int lines) throws IOException {
        int last = -1;
        for (int i = 0; i < lines; i++) {
            last = Integer.parseInt(Optional.ofNullable(output.readLine()).orElseThrow());
        }
        return last;
    }

    private static int number(ConfigStore store, String name) {
        var object = store.find(new ObjectName("Service", "shop", name)).orElseThrow();
        return Integer.parseInt(object.document());
    }

    /// Writes the same growing number into two objects for ever, and prints it when the store has acknowledged it.
    static final class EndlessWriter {
        private EndlessWriter() {}

        @SuppressWarnings("InfiniteLoopStatement")
        public static void main(String[] arguments) {
            var store = MvConfigStore.open(Path.of(arguments[0]), Clock.systemUTC());
            var first = new ObjectName("Service", "shop", "first");
            var second = new ObjectName("Service", "shop", "second");
            int start = store.find(first)
                    .map(object -> Integer.parseInt(object.document()))
                    .orElse(-1);
            for (int i = start + 1; ; i++) {
                var number = Integer.toString(i);
                store.write(List.of(
                        ConfigStoreContract.put(first, number, number),
                        ConfigStoreContract.put(second, number, number)));
                System.out.println(number);
            }
        }
    }
}
