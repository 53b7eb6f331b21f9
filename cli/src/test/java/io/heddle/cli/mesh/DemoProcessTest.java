package io.heddle.cli.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.demo.Bookshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoProcessTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void a_process_that_will_not_end_is_killed_with_its_children_after_the_bound() throws Exception {
        var script = "trap '' TERM; sleep 600 & echo $! > child; mv child ready; while :; do wait; done";
        var process = DemoProcess.start(
                "stubborn", List.of("sh", "-c", "cd '" + directory + "'; " + script), Map.of(), directory);
        long child = Long.parseLong(awaitText(directory.resolve("ready")));
        process.stop();
        assertThat(process.awaitEnd(Duration.ofMillis(200))).isFalse();
        assertThat(process.alive()).isFalse();
        awaitGone(child);
    }

    /// The application of a sidecar that was killed, and so could not end it.
    @Test
    void the_bookshop_ends_with_the_process_that_started_it() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var script =
                "cd '%s'; '%s' -XX:TieredStopAtLevel=1 -Xmx32m -cp '%s' %s ratings > log & echo $! > child; mv child ready; wait"
                        .formatted(directory, java, System.getProperty("java.class.path"), Bookshop.class.getName());
        var builder = new ProcessBuilder("sh", "-c", script);
        builder.environment().put("END_WITH_PARENT", "1");
        var parent = builder.start();
        long child = Long.parseLong(awaitText(directory.resolve("ready")));
        awaitText(directory.resolve("log"));
        assertThat(ProcessHandle.of(child)).isPresent();
        parent.destroyForcibly().waitFor();
        awaitGone(child);
    }

    private static void awaitGone(long pid) throws Exception {
        var handle = ProcessHandle.of(pid);
        if (handle.isPresent()) {
            handle.get().onExit().get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static String awaitText(Path file) throws IOException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (System.nanoTime() < deadline) {
            if (Files.exists(file) && Files.size(file) > 0) {
                return Files.readString(file).strip();
            }
            Thread.onSpinWait();
        }
        throw new AssertionError(file + " did not come");
    }
}
