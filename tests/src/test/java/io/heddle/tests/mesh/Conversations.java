package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.sidecar.Confinement;
import io.heddle.tests.mesh.SocketTable.Link;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// With whom the applications of a running demo speak, from the kernel's socket tables, and what they were told.
///
/// One stranger is let in: the demo itself asks the load generator for its figures.
final class Conversations {
    private static final Path PROC = Path.of("/proc");
    private static final String BOOKSHOP = "io.heddle.demo.Bookshop";
    private static final Pattern PORT = Pattern.compile("(?:^|:)([0-9]{4,5})/?$");
    private static final int APPLICATIONS = 9;

    private final ProcessHandle demo;
    private final Map<Long, Told> applications = new HashMap<>();
    private final Set<String> heard = new HashSet<>();
    private final Set<String> strangers = new TreeSet<>();
    private Set<String> unsettled = Set.of();

    /// What an application was told at its start.
    ///
    /// @param name its instance's name
    /// @param sidecar the process that started it
    /// @param ports the ports that its environment and its command line name
    /// @param confined whether the kernel gives it no privileges any more, as it does to those that are confined
    private record Told(String name, long sidecar, Set<Integer> ports, boolean confined) {}

    Conversations(ProcessHandle demo) {
        this.demo = demo;
    }

    /// Looks at every connection of every application now.
    void look() throws IOException {
        if (!Files.exists(PROC.resolve("net/tcp"))) {
            return;
        }
        for (var process : demo.descendants().toList()) {
            if (!applications.containsKey(process.pid())) {
                meet(process);
            }
        }
        var table = SocketTable.read(
                ProcessHandle.allProcesses().map(ProcessHandle::pid).toList());
        var open = new HashSet<String>();
        applications.forEach((process, told) -> table.of(process).forEach(link -> judge(link, told, open)));
        unsettled = open;
    }

    private void judge(Link link, Told told, Set<String> open) {
        if (link.peer().isEmpty()) {
            // Closed while the tables were read; what is still there at the next look is a stranger.
            open.add(link.ends());
            if (unsettled.contains(link.ends())) {
                strangers.add(told.name + " speaks with an unknown process: " + link.ends());
            }
            return;
        }
        long peer = link.peer().get();
        if (peer == told.sidecar) {
            heard.add(told.name);
        } else if (peer != demo.pid() || !told.name.equals("loadgen")) {
            strangers.add(told.name + " speaks with process " + peer + ", its sidecar is " + told.sidecar);
        }
    }

    private void meet(ProcessHandle process) {
        try {
            var own = PROC.resolve(Long.toString(process.pid()));
            var words = words(own.resolve("cmdline"));
            boolean application = words.size() > 2
                    && words.getFirst().endsWith("/java")
                    && words.get(words.size() - 2).equals(BOOKSHOP)
                    && words.stream().noneMatch(word -> word.startsWith("io.heddle.cli."));
            if (!application) {
                return;
            }
            var variables = words(own.resolve("environ"));
            var instance = variables.stream()
                    .filter(variable -> variable.startsWith("INSTANCE="))
                    .findFirst()
                    .orElse("INSTANCE=");
            words.addAll(variables.stream()
                    .map(variable -> variable.substring(variable.indexOf('=') + 1))
                    .toList());
            boolean confined = Files.readString(own.resolve("status")).contains("NoNewPrivs:\t1");
            var told = new Told(
                    instance.substring("INSTANCE=".length()),
                    process.parent().orElseThrow().pid(),
                    ports(words),
                    confined);
            applications.put(process.pid(), told);
        } catch (IOException _) {
            // It ended meanwhile; a demo that lost an application says so itself.
        }
    }

    private static List<String> words(Path file) throws IOException {
        var text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return new ArrayList<>(List.of(text.split("\0")));
    }

    private static Set<Integer> ports(List<String> words) {
        return words.stream()
                .map(PORT::matcher)
                .filter(Matcher::find)
                .map(found -> Integer.valueOf(found.group(1)))
                .collect(Collectors.toSet());
    }

    /// Fails unless every application spoke with its own sidecar and with nobody else, knew no other way than that
    /// sidecar, and was held to it wherever this kernel can.
    ///
    /// @param place the demo's directory
    /// @param confined what the demo said of it
    void assertOnlyWithOwnSidecars(Path place, boolean confined) throws IOException {
        assertThat(confined).as("what the demo says of this kernel").isEqualTo(Confinement.possible());
        if (!Files.exists(PROC.resolve("net/tcp"))) {
            return;
        }
        assertThat(applications).hasSize(APPLICATIONS);
        assertThat(strangers).isEmpty();
        assertThat(heard)
                .as("applications seen speaking with their sidecars")
                .isEqualTo(applications.values().stream().map(Told::name).collect(Collectors.toSet()));
        var outbound = new HashMap<String, Integer>();
        var all = new HashSet<Integer>();
        for (var told : applications.values()) {
            var ports =
                    Mesh.JSON.readTree(Files.readString(place.resolve(told.name).resolve("ports.json")));
            outbound.put(told.name, ports.path("outbound").asInt());
            ports.forEach(port -> all.add(port.asInt()));
        }
        for (var told : applications.values()) {
            var known = new HashSet<>(told.ports);
            known.retainAll(all);
            assertThat(known)
                    .as("sidecars' ports that %s was told", told.name)
                    .containsExactly(outbound.get(told.name));
            assertThat(told.confined).as("%s is confined", told.name).isEqualTo(confined);
        }
    }
}
