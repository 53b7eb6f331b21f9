package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `heddle demo` as a new user starts it, but for a few seconds and without a terminal.
class DemoTest {
    private static final List<String> EDGES = List.of(
            "shop/loadgen shop/web",
            "shop/web shop/catalog",
            "shop/catalog shop/ratings",
            "shop/web shop/orders",
            "shop/orders shop/payments");
    private static final long MOST_SECONDS = 180;

    @TempDir
    private Path folder;

    @Test
    void loses_no_request_sees_mtls_on_every_edge_keeps_applications_with_their_sidecars_and_leaves_no_process()
            throws IOException, InterruptedException {
        var out = folder.resolve("out");
        var err = folder.resolve("err");
        var place = folder.resolve("demo");
        var arguments =
                List.of("demo", "--headless", "--for", "5s", "--rate", "40", "-o", "json", "--dir", place.toString());
        var process = Command.builder(Map.of(), arguments)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        var conversations = new Conversations(process.toHandle());
        var seen = watch(process, conversations);
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        assertThat(seen).as("the demo's processes").hasSizeGreaterThan(15);
        assertThat(seen).noneMatch(ProcessHandle::isAlive);

        var text = Files.readString(out);
        var report = Mesh.JSON.readTree(text);
        assertThat(text).startsWith("{").endsWith("}\n");
        assertThat(report.path("lost").asLong(-1)).isZero();
        assertThat(report.path("sent").asLong())
                .isEqualTo(report.path("ok").asLong())
                .isPositive();
        var edges = new ArrayList<String>();
        for (var edge : report.path("edges")) {
            var name = edge.path("from").asString() + " " + edge.path("to").asString();
            edges.add(name);
            assertThat(edge.path("mtls").asBoolean()).as("mTLS of %s", name).isTrue();
            assertThat(edge.path("requests").asLong())
                    .as("requests of %s", name)
                    .isPositive();
            assertThat(edge.path("success").asDouble())
                    .as("success of %s", name)
                    .isEqualTo(1.0);
        }
        assertThat(edges).containsExactlyInAnyOrderElementsOf(EDGES);
        long visits = report.path("sent").asLong() + report.path("tried_before").asLong();
        assertThat(report.path("edges")
                        .valueStream()
                        .filter(edge -> edge.path("from").asString().equals("shop/loadgen"))
                        .mapToLong(edge -> edge.path("requests").asLong())
                        .sum())
                .as("visits that the mesh saw")
                .isEqualTo(visits);
        conversations.assertOnlyWithOwnSidecars(place, report.path("confined").asBoolean());
    }

    /// Waits for the end and returns every process below it that was ever seen.
    private static Set<ProcessHandle> watch(Process process, Conversations conversations)
            throws IOException, InterruptedException {
        var seen = new HashSet<ProcessHandle>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
        while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
            process.descendants().forEach(seen::add);
            conversations.look();
            if (System.nanoTime() > deadline) {
                seen.forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError("the demo did not end after " + MOST_SECONDS + " s");
            }
        }
        return seen;
    }
}
