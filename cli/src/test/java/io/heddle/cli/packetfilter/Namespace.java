package io.heddle.cli.packetfilter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A network namespace of the tests' own; gone when closed.
final class Namespace implements AutoCloseable {
    /// The system's own: every user may run it.
    static final String PYTHON = "/usr/bin/python3";

    private final String name;

    private Namespace(String name) {
        this.name = name;
    }

    /// Whether this machine and this user can make namespaces and rules; when not, why not.
    static String whyNot() {
        if (!Tools.hasNetAdmin()) {
            return "SKIPPED: network namespaces need root (CAP_NET_ADMIN)";
        }
        for (var tool : List.of("ip", "nft", "iptables-restore", "ip6tables-restore", "setpriv", PYTHON)) {
            if (!Tools.on(System.getenv()).has(tool)) {
                return "SKIPPED: no " + tool + " here; .ci/run installs it";
            }
        }
        try {
            var tried = new ProcessBuilder("ip", "netns", "add", "hdl-probe-" + pid())
                    .redirectErrorStream(true)
                    .start();
            var said = new String(tried.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (tried.waitFor() != 0) {
                return "SKIPPED: no network namespaces here: " + said.strip();
            }
            host("ip", "netns", "delete", "hdl-probe-" + pid());
            return "";
        } catch (IOException e) {
            return "SKIPPED: no network namespaces here: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "SKIPPED: interrupted";
        }
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    static Namespace create(String suffix) {
        var made = new Namespace("hdl" + pid() + suffix);
        host("ip", "netns", "add", made.name);
        made.run("ip", "link", "set", "lo", "up");
        return made;
    }

    /// Joins two namespaces with a cable; both ends are called eth0.
    static void join(Namespace one, Namespace two) {
        host("ip", "link", "add", "eth0", "netns", one.name, "type", "veth", "peer", "name", "eth0", "netns", two.name);
    }

    void address(String... addresses) {
        for (var address : addresses) {
            if (address.contains(":")) {
                run("ip", "-6", "address", "add", address, "dev", "eth0", "nodad");
            } else {
                run("ip", "address", "add", address, "dev", "eth0");
            }
        }
        run("ip", "link", "set", "eth0", "up");
    }

    Interceptor interceptor(Path... firstTools) {
        var directories = new ArrayList<>(List.of(firstTools));
        directories.addAll(List.of(Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/usr/bin"), Path.of("/bin")));
        return new Interceptor(new Tools(directories, List.of("ip", "netns", "exec", name)));
    }

    List<String> within(String... words) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(words));
        return all;
    }

    String run(String... words) {
        return output(within(words));
    }

    private static void host(String... words) {
        output(List.of(words));
    }

    private static String output(List<String> words) {
        try {
            var process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(20, TimeUnit.SECONDS))
                    .as(words.toString())
                    .isTrue();
            assertThat(process.exitValue()).as(words + ": " + said).isZero();
            return said;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(words.toString(), e);
        }
    }

    @Override
    public void close() {
        host("ip", "netns", "delete", name);
    }
}
