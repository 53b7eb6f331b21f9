package io.heddle.cli.packetfilter;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The commands of the system: where they are, and how one is run. The only class here that does anything.
public final class Tools {
    private static final int PATIENCE_SECONDS = 30;
    private static final int NET_ADMIN = 12;

    private final List<Path> directories;
    private final List<String> prefix;

    /// The tools of these directories, the first that has one wins.
    ///
    /// @param prefix the words before each command, for example `ip netns exec a`
    Tools(List<Path> directories, List<String> prefix) {
        this.directories = List.copyOf(directories);
        this.prefix = List.copyOf(prefix);
    }

    /// The tools on a search path, and where administrators' tools are when it lacks them.
    static Tools on(Map<String, String> environment) {
        var path = environment.getOrDefault("PATH", "");
        var directories = Stream.concat(
                        Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/sbin", "/usr/bin", "/bin"))
                .filter(directory -> directory.startsWith("/"))
                .distinct()
                .map(Path::of)
                .toList();
        return new Tools(directories, List.of());
    }

    Optional<Path> find(String name) {
        return directories.stream()
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    boolean has(String name) {
        return find(name).isPresent();
    }

    /// Runs a step and returns what it printed.
    ///
    /// @throws Failure when there is no such tool or it fails, with what it said
    String run(Step step) {
        var name = step.words().getFirst();
        var file = find(name).orElseThrow(() -> missing(name));
        var words = new ArrayList<>(prefix);
        words.add(file.toString());
        words.addAll(step.words().subList(1, step.words().size()));
        try {
            var process = new ProcessBuilder(words).redirectErrorStream(false).start();
            var said = new String[1];
            var reader = Thread.ofVirtual().start(() -> said[0] = text(process.getErrorStream()));
            try (var out = process.getOutputStream()) {
                out.write(step.input().getBytes(StandardCharsets.UTF_8));
            } catch (IOException _) {
                // It ended without reading: its exit code and its words tell why.
            }
            var printed = text(process.getInputStream());
            reader.join();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new Failure(ExitCode.FAILURE, "'" + name + "' does not end", "run it by hand to see why");
            }
            if (process.exitValue() != 0) {
                throw failed(step, String.valueOf(said[0]));
            }
            return printed;
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE, "cannot run '" + file + "': " + e.getMessage(), "check that it is a program", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(
                    ExitCode.FAILURE, "interrupted while '" + name + "' ran", "see 'heddle intercept status'", e);
        }
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(its words cannot be read: " + e.getMessage() + ")";
        }
    }

    private static Failure failed(Step step, String said) {
        var first = said.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .findFirst()
                .orElse("it said nothing");
        return new Failure(
                ExitCode.FAILURE,
                "'" + String.join(" ", step.words()) + "' failed: " + first.strip(),
                "everything is as it was; see the rules with --dry-run, or choose another --backend or --ip-family");
    }

    /// A missing tool, and the package to install.
    static Failure missing(String name) {
        var owner = switch (name) {
            case "nft" -> "nftables";
            case "ip" -> "iproute2";
            default -> name.contains("tables") ? "iptables" : name;
        };
        return new Failure(
                ExitCode.FAILURE,
                "the command '" + name + "' is not here",
                "install the package " + owner + ", for example 'apt-get install " + owner + "'");
    }

    /// Refuses a process that may not change the packet filter.
    ///
    /// @throws Failure that says which right is missing
    public static void demandRights() {
        if (!hasNetAdmin()) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "this process may not change the packet filter: it lacks the capability CAP_NET_ADMIN",
                    "run it as root, or grant NET_ADMIN to the container");
        }
    }

    /// Whether this process has CAP_NET_ADMIN in its user namespace.
    static boolean hasNetAdmin() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("CapEff:"))
                    .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .anyMatch(capabilities -> (capabilities >> NET_ADMIN & 1) == 1);
        } catch (IOException _) {
            return false; // no Linux: nothing to change either
        }
    }

    /// Whether the kernel speaks IPv6 here.
    static boolean hasIpv6() {
        try {
            return !Files.readString(Path.of("/proc/net/if_inet6")).isBlank();
        } catch (IOException _) {
            return false;
        }
    }
}
