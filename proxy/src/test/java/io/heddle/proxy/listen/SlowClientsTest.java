package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Clients that are slow on purpose, as `slowhttptest` makes them, do not keep others from their answers, and do
/// not hold their connections longer than the listener's times allow.
class SlowClientsTest {
    private static final String TOOL = "slowhttptest";
    private static final String SMALL = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final int CONNECTIONS = 200;

    private static RuntimeConfig config(int port) {
        var usual = NetworkFilter.HttpLimits.DEFAULT;
        var limits = new NetworkFilter.HttpLimits(
                new ConnectionLimits(Duration.ofSeconds(2), 0, Duration.ZERO),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                usual.stream(),
                usual.streamIdle(),
                usual.maxHeaderBytes(),
                usual.maxHeaders(),
                usual.delayedClose());
        return RunningProxy.config(RunningProxy.limited(limits), port);
    }

    /// What the tool said, without its colours, while it attacked for at most `seconds`.
    private static String attack(RunningProxy proxy, int seconds, String... how) throws Exception {
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Path.of(folder, TOOL).toFile().canExecute());
        if (!found) {
            System.out.println("SKIPPED: no " + TOOL + " here");
        }
        assumeTrue(found, "SKIPPED: no " + TOOL + " here");
        var command = new ArrayList<>(List.of(TOOL));
        command.addAll(List.of(how));
        command.addAll(List.of("-c", "" + CONNECTIONS, "-r", "" + CONNECTIONS, "-l", "" + seconds, "-p", "2"));
        command.addAll(List.of("-u", "http://127.0.0.1:" + proxy.port() + "/"));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return out.replaceAll("\u001b\\[[0-9;]*[A-Za-z]", "");
    }

    private static void assertAvailable(String out) {
        assertThat(out).contains("service available:").doesNotContainPattern("service available: *NO");
    }

    @Test
    void slow_heads_are_given_up() throws Exception {
        try (var app = Origin.answering(SMALL);
                var proxy = new RunningProxy(config(app.port()))) {
            var out = attack(proxy, 20, "-H", "-i", "1");
            assertAvailable(out);
            assertThat(out).contains("No open connections left");
        }
    }

    @Test
    void slow_bodies_are_given_up() throws Exception {
        try (var app = new Origin((socket, _) -> socket.getInputStream().readAllBytes());
                var proxy = new RunningProxy(config(app.port()))) {
            var out = attack(proxy, 20, "-B", "-i", "1", "-s", "8192");
            assertThat(out).contains("No open connections left");
            assertThat(proxy.seen.stream().filter(seen -> seen.status() == 408)).hasSizeGreaterThan(CONNECTIONS / 2);
        }
    }

    @Test
    void slow_readers_keep_nobody_from_an_answer() throws Exception {
        var large = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(1_000_000);
        try (var app = Origin.answering(large);
                var proxy = new RunningProxy(config(app.port()))) {
            assertAvailable(attack(proxy, 6, "-X", "-n", "1", "-z", "16", "-w", "512", "-y", "1024"));
        }
    }
}
