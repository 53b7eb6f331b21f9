package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A network namespace of the tests' own; gone when closed.
final class NetworkNamespace implements AutoCloseable {
    /// The system's own: every user may run it.
    static final String PYTHON = "/usr/bin/python3";

    private static final List<String> TOOLS = List.of(
            "/usr/sbin/ip",
            "/usr/sbin/nft",
            "/usr/sbin/iptables-restore",
            "/usr/sbin/ip6tables-restore",
            "/usr/bin/setpriv",
            "/usr/bin/tcpdump",
            "/usr/bin/curl",
            PYTHON);

    private final String name;

    private NetworkNamespace(String name) {
        this.name = name;
    }

    /// What came of a finished command.
    record Result(int code, String out) {}

    /// Whether this machine and this user can make namespaces; when not, why not.
    static String whyNot() {
        for (var tool : TOOLS) {
            if (!Files.isExecutable(Path.of(tool))) {
                return "SKIPPED: no " + tool + " here; .ci/run installs it";
            }
        }
        var probe = "hdltprobe" + ProcessHandle.current().pid();
        var tried = finished(List.of("ip", "netns", "add", probe));
        if (tried.code() != 0) {
            return "SKIPPED: network namespaces need root (CAP_SYS_ADMIN): " + tried.out();
        }
        finished(List.of("ip", "netns", "delete", probe));
        return "";
    }

    static NetworkNamespace create(String suffix) {
        var made = new NetworkNamespace("hdlt" + ProcessHandle.current().pid() + suffix);
        succeeded(List.of("ip", "netns", "add", made.name));
        made.run("ip", "link", "set", "lo", "up");
        return made;
    }

    /// Joins two namespaces with a cable; both ends are called eth0.
    static void join(NetworkNamespace one, NetworkNamespace two) {
        var words = new ArrayList<>(List.of("ip", "link", "add", "eth0", "netns", one.name, "type", "veth"));
        words.addAll(List.of("peer", "name", "eth0", "netns", two.name));
        succeeded(words);
    }

    void address(String ipv4, String ipv6) {
        run("ip", "address", "add", ipv4, "dev", "eth0");
        run("ip", "-6", "address", "add", ipv6, "dev", "eth0", "nodad");
        run("ip", "link", "set", "eth0", "up");
    }

    void route(String ipv4, String ipv6) {
        run("ip", "route", "add", ipv4, "dev", "eth0");
        run("ip", "-6", "route", "add", ipv6, "dev", "eth0");
    }

    /// Runs a command in it to its end, which must be a success; returns what it printed.
    String run(String... words) {
        return succeeded(within(words));
    }

    /// Runs a command in it to its end.
    Result tryRun(String... words) {
        return finished(within(words));
    }

    /// Starts `heddle` in it.
    Process heddle(Path log, String... arguments) {
        var words = new ArrayList<>(List.of(Distribution.launcher().toString()));
        words.addAll(List.of(arguments));
        return start(log, words.toArray(String[]::new));
    }

    /// Starts a command in it; both outputs go to `log`.
    Process start(Path log, String... words) {
        try {
            var builder = new ProcessBuilder(within(words))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(Map.of("HEDDLE_NO_BUILD", "1", "NO_COLOR", "1"));
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends a process with all its children.
    static void end(Process process) {
        var family = process.descendants().toList();
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }

    private List<String> within(String... words) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(words));
        return all;
    }

    private static String succeeded(List<String> words) {
        var result = finished(words);
        assertThat(result.code()).as(() -> words + ": " + result.out()).isZero();
        return result.out();
    }

    private static Result finished(List<String> words) {
        try {
            var process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as(words.toString())
                    .isTrue();
            return new Result(process.exitValue(), said.strip());
        } catch (IOException e) {
            return new Result(-1, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        succeeded(List.of("ip", "netns", "delete", name));
    }
}
