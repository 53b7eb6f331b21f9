package io.heddle.cli.packetfilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heddle.cli.output.Failure;
import io.heddle.cli.rules.ChainName;
import io.heddle.cli.rules.Cidr;
import io.heddle.cli.rules.Family;
import io.heddle.cli.rules.Interception;
import io.heddle.cli.rules.Interception.Inbound;
import io.heddle.cli.rules.Interception.Outbound;
import io.heddle.cli.rules.Interception.Sidecar;
import io.heddle.cli.rules.Mode;
import io.heddle.cli.rules.NumberRange;
import io.heddle.cli.rules.Selection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The rules in real network namespaces: which connection goes where, with both packet filters and both protocol
/// versions.
///
/// In the namespace `own` something listens where the sidecar and the application would, and says who it is; `other` is
/// the rest of the world. Users stand for parties: 1337 is the sidecar, 1000 the application, 1001 one that is left
/// alone.
class RulesAtWorkTest {
    private static final int SIDECAR = 1337;
    private static final int APPLICATION = 1000;
    private static final int EXCLUDED = 1001;
    private static final Set<Family> BOTH = Set.of(Family.IPV4, Family.IPV6);
    private static final List<Process> listeners = new ArrayList<>();

    private static Namespace own;
    private static Namespace other;

    @BeforeAll
    static void cable(@TempDir Path folder) throws IOException {
        var reason = Namespace.whyNot();
        assumeTrue(reason.isEmpty(), reason);
        own = Namespace.create("a");
        other = Namespace.create("b");
        Namespace.join(own, other);
        own.address("10.98.0.1/24", "fd98::1/64");
        other.address("10.98.0.2/24", "10.98.0.3/24", "fd98::2/64", "fd98::3/64");
        var script = folder.resolve("listeners.py");
        try (var in = RulesAtWorkTest.class.getResourceAsStream("/intercept/listeners.py")) {
            Files.copy(in, script);
        }
        listen(own, script, "outbound:15001:0", "inbound:15006:1", "application:8080:0", "ssh:22:0", "dns:15053:0");
        listen(other, script, "world:80:0", "world:3306:0", "world:53:0");
    }

    private static void listen(Namespace namespace, Path script, String... ports) throws IOException {
        var words = new ArrayList<>(namespace.within(Namespace.PYTHON, script.toString()));
        words.addAll(List.of(ports));
        var process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        listeners.add(process);
        assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");
    }

    @AfterAll
    static void unplug() {
        listeners.forEach(Process::destroyForcibly);
        if (own != null) {
            own.close();
        }
        if (other != null) {
            other.close();
        }
    }

    @AfterEach
    void remove() {
        own.interceptor().change(Installed.NOTHING);
    }

    @ParameterizedTest
    @EnumSource
    void the_application_goes_out_through_the_sidecar_and_the_sidecar_goes_straight(Backend backend) {
        install(wish(Mode.REDIRECT, Outbound.ALL), backend);
        for (var world : List.of("10.98.0.2", "fd98::2")) {
            assertThat(reached(own, APPLICATION, world, 80)).startsWith("outbound");
            assertThat(reached(own, SIDECAR, world, 80)).startsWith("world");
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_comes_in_goes_to_the_sidecar_but_for_the_excluded_ports(Backend backend) {
        install(wish(Mode.REDIRECT, Outbound.ALL), backend);
        for (var address : List.of("10.98.0.1", "fd98::1")) {
            assertThat(reached(other, APPLICATION, address, 8080)).startsWith("inbound");
            assertThat(reached(other, APPLICATION, address, 22)).startsWith("ssh");
        }
    }

    @ParameterizedTest
    @EnumSource
    void tproxy_leaves_both_addresses_as_they_are(Backend backend) {
        install(wish(Mode.TPROXY, Outbound.ALL), backend);
        assertThat(reached(other, APPLICATION, "10.98.0.1", 8080)).isEqualTo("inbound 10.98.0.1|8080 10.98.0.2");
        assertThat(reached(other, APPLICATION, "fd98::1", 8080)).startsWith("inbound fd98::1|8080 fd98::");
        assertThat(reached(other, APPLICATION, "10.98.0.1", 22)).startsWith("ssh");
        for (var world : List.of("10.98.0.2", "fd98::2")) {
            assertThat(reached(own, APPLICATION, world, 80)).startsWith("outbound");
            assertThat(reached(own, SIDECAR, world, 80)).startsWith("world");
        }
    }

    @ParameterizedTest
    @EnumSource
    void where_no_sidecar_listens_nothing_passes_in_either_direction(Backend backend) {
        for (var mode : Mode.values()) {
            var asked = wish(mode, Outbound.ALL);
            install(
                    new Interception(mode, 15_007, 15_002, asked.inbound(), Outbound.ALL, asked.sidecar(), BOTH),
                    backend);
            for (var address : List.of("10.98.0.1", "fd98::1")) {
                assertThat(answer(other, APPLICATION, address, 8080))
                        .as(mode + " inbound")
                        .isEqualTo("nobody");
                assertThat(answer(own, SIDECAR, address, 8080))
                        .as(mode + " to itself")
                        .isEqualTo("nobody");
                assertThat(answer(other, APPLICATION, address, 22)).startsWith("ssh");
            }
            for (var world : List.of("10.98.0.2", "fd98::2")) {
                assertThat(answer(own, APPLICATION, world, 80))
                        .as(mode + " outbound")
                        .isEqualTo("nobody");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tproxy_leads_the_applications_answers_to_a_client_back_to_the_sidecar(Backend backend) {
        install(wish(Mode.TPROXY, Outbound.ALL), backend);
        assertThat(asClient("127.0.0.1", "10.98.0.2", 0)).isEqualTo("application 127.0.0.1|8080 10.98.0.2");
        assertThat(asClient("127.0.0.1", "203.0.113.9", 0)).isEqualTo("application 127.0.0.1|8080 203.0.113.9");
        assertThat(asClient("10.98.0.1", "10.98.0.2", Interception.POLICY.mark()))
                .as("with the mark on every address")
                .isEqualTo("application 10.98.0.1|8080 10.98.0.2");
        assertThat(asClient("::1", "fd98::2", 0)).startsWith("application ::1|8080 fd98::2");
        assertThat(reached(other, APPLICATION, "10.98.0.1", 8080)).startsWith("inbound");
    }

    @ParameterizedTest
    @EnumSource
    void calls_to_oneself_follow_istios_rules(Mode mode) {
        for (var backend : Backend.values()) {
            install(wish(mode, Outbound.ALL), backend);
            for (var address : List.of("127.0.0.1", "::1", "10.98.0.1", "fd98::1")) {
                assertThat(reached(own, APPLICATION, address, 8080))
                        .as("the application to its own machine, directly")
                        .startsWith("application");
            }
            for (var address : List.of("10.98.0.1", "fd98::1")) {
                assertThat(reached(own, SIDECAR, address, 8080))
                        .as("the application to its own service, back from the sidecar")
                        .startsWith("inbound");
                assertThat(reached(own, SIDECAR, address, 22))
                        .as("the same on an excluded port")
                        .startsWith("ssh");
            }
            for (var address : List.of("127.0.0.1", "::1")) {
                assertThat(reached(own, SIDECAR, address, 8080))
                        .as("the sidecar to its application")
                        .startsWith("application");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_sidecar_reaches_its_application_on_any_address_from_the_passthrough_address(Backend backend) {
        install(wish(Mode.REDIRECT, Outbound.ALL), backend);
        assertThat(passthrough("10.98.0.1", "127.0.0.6")).startsWith("application");
        assertThat(passthrough("fd98::1", "::6")).startsWith("application");
    }

    @ParameterizedTest
    @EnumSource
    void exclusions_are_left_alone(Backend backend) {
        var outbound = new Outbound(
                Selection.allBut(List.of(NumberRange.of(3306))),
                Selection.allBut(List.of(new Cidr("10.98.0.3"), new Cidr("fd98::3"))),
                Selection.all(),
                Selection.allBut(List.of(NumberRange.of(EXCLUDED))),
                Selection.allBut(List.of(new NumberRange(2000, 2999))),
                Optional.empty());
        install(wish(Mode.REDIRECT, outbound), backend);
        assertThat(reached(own, APPLICATION, "10.98.0.2", 80)).startsWith("outbound");
        assertThat(reached(own, APPLICATION, "10.98.0.2", 3306)).startsWith("world");
        assertThat(reached(own, APPLICATION, "10.98.0.3", 80)).startsWith("world");
        assertThat(reached(own, APPLICATION, "fd98::3", 80)).startsWith("world");
        assertThat(reached(own, APPLICATION, "fd98::2", 80)).startsWith("outbound");
        assertThat(reached(own, EXCLUDED, "10.98.0.2", 80)).startsWith("world");
        assertThat(reached(own, APPLICATION, 2500, "10.98.0.2", 80)).startsWith("world");
    }

    @ParameterizedTest
    @EnumSource
    void inclusions_are_all_that_is_taken(Backend backend) {
        var outbound = new Outbound(
                Selection.only(List.of(NumberRange.of(3306))),
                Selection.only(List.of(new Cidr("10.98.0.3/32"))),
                Selection.only(List.of("eth+")),
                Selection.only(List.of(NumberRange.of(APPLICATION))),
                Selection.all(),
                Optional.of(15_053));
        install(wish(Mode.REDIRECT, outbound), backend);
        assertThat(reached(own, APPLICATION, "10.98.0.2", 80)).startsWith("world");
        assertThat(reached(own, APPLICATION, "10.98.0.2", 3306)).startsWith("outbound");
        assertThat(reached(own, APPLICATION, "10.98.0.3", 80)).startsWith("outbound");
        assertThat(reached(own, EXCLUDED, "10.98.0.3", 80)).startsWith("world");
        assertThat(reached(own, APPLICATION, "10.98.0.2", 53)).startsWith("dns");
        assertThat(reached(own, EXCLUDED, "10.98.0.2", 53)).startsWith("world");
    }

    @ParameterizedTest
    @EnumSource
    void interfaces_decide_too(Backend backend) {
        var inbound = new Inbound(Selection.all(), Selection.allBut(List.of("eth0")), Interception.POLICY);
        var outbound = new Outbound(
                Selection.all(),
                Selection.all(),
                Selection.allBut(List.of("eth0")),
                Selection.all(),
                Selection.all(),
                Optional.empty());
        install(
                new Interception(Mode.REDIRECT, 15_006, 15_001, inbound, outbound, Sidecar.user(SIDECAR), BOTH),
                backend);
        assertThat(reached(own, APPLICATION, "10.98.0.2", 80)).startsWith("world");
        assertThat(reached(other, APPLICATION, "10.98.0.1", 8080)).startsWith("application");
    }

    @ParameterizedTest
    @EnumSource
    void dns_queries_go_to_their_own_port_but_for_the_sidecars(Backend backend) {
        var outbound = new Outbound(
                Selection.all(),
                Selection.all(),
                Selection.all(),
                Selection.all(),
                Selection.all(),
                Optional.of(15_053));
        install(wish(Mode.REDIRECT, outbound), backend);
        assertThat(reached(own, APPLICATION, "10.98.0.2", 53)).startsWith("dns");
        assertThat(reached(own, SIDECAR, "10.98.0.2", 53)).startsWith("world");
    }

    @ParameterizedTest
    @EnumSource
    void one_family_leaves_the_other_alone(Backend backend) {
        var wish = new Interception(
                Mode.REDIRECT,
                15_006,
                15_001,
                wish(Mode.REDIRECT, Outbound.ALL).inbound(),
                Outbound.ALL,
                Sidecar.user(SIDECAR),
                Set.of(Family.IPV4));
        install(wish, backend);
        assertThat(reached(own, APPLICATION, "10.98.0.2", 80)).startsWith("outbound");
        assertThat(reached(own, APPLICATION, "fd98::2", 80)).startsWith("world");
        assertThat(reached(other, APPLICATION, "fd98::1", 8080)).startsWith("application");
    }

    @Test
    void install_twice_is_install_once_and_remove_leaves_nothing() {
        for (var table : List.of("nat", "mangle")) { // what others have there
            own.run("iptables", "-t", table, "-A", "OUTPUT", "-d", "10.98.0.77", "-j", "ACCEPT");
            own.run("ip6tables", "-t", table, "-A", "OUTPUT", "-d", "fd98::77", "-j", "ACCEPT");
        }
        var before = everything();
        for (var mode : Mode.values()) {
            for (var backend : Backend.values()) {
                install(wish(mode, Outbound.ALL), backend);
                var once = everything();
                assertThat(once).isNotEqualTo(before);
                install(wish(mode, Outbound.ALL), backend);
                assertThat(everything()).isEqualTo(once);
                var installed = own.interceptor().installed();
                assertThat(installed.mode()).isEqualTo(mode);
                assertThat(installed.backends()).containsExactly(backend);
                assertThat(installed.port(ChainName.REDIRECT)).hasValue(15_001);
                assertThat(installed.port(ChainName.IN_REDIRECT)).hasValue(15_006);
            }
        }
        own.interceptor().remove();
        assertThat(everything()).isEqualTo(before);
        own.interceptor().remove();
        assertThat(everything()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void a_failure_half_way_leaves_everything_as_it_was(Backend earlier, @TempDir Path folder) throws IOException {
        install(wish(Mode.TPROXY, Outbound.ALL), earlier);
        var before = everything();
        var broken = folder.resolve("ip6tables-restore");
        // Fails the first time, as a kernel without a module would, and works for the way back.
        Files.writeString(broken, """
                #!/bin/sh
                if [ ! -e "%1$s/failed" ]; then touch "%1$s/failed"; echo "no such target" >&2; exit 1; fi
                exec /usr/sbin/ip6tables-restore "$@"
                """.formatted(folder));
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
        var wish = wish(Mode.REDIRECT, Outbound.ALL);
        assertThatThrownBy(() -> own.interceptor(folder).install(wish, Backend.IPTABLES))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("ip6tables-restore")
                .hasMessageContaining("no such target");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void a_missing_tool_is_named_with_its_package(@TempDir Path empty) {
        var interceptor = new Interceptor(new Tools(List.of(empty), List.of()));
        assertThatThrownBy(() -> interceptor.install(wish(Mode.REDIRECT, Outbound.ALL), Backend.NFT))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.reason()).isEqualTo("the command 'nft' is not here");
                    assertThat(failure.remedy()).contains("apt-get install nftables");
                });
        assertThatThrownBy(() -> interceptor.backend(Optional.empty())).hasMessageContaining("nft");
    }

    private static void install(Interception wish, Backend backend) {
        own.interceptor().install(wish, backend);
    }

    private static Interception wish(Mode mode, Outbound outbound) {
        var inbound = new Inbound(Selection.allBut(List.of(NumberRange.of(22))), Selection.all(), Interception.POLICY);
        return new Interception(mode, 15_006, 15_001, inbound, outbound, Sidecar.user(SIDECAR), BOTH);
    }

    /// All rules, routes and addresses, without counters.
    private static String everything() {
        var out = new StringBuilder();
        for (var save : List.of("iptables-save", "ip6tables-save")) {
            own.run(save)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> out.append(line).append('\n'));
        }
        out.append(own.run("nft", "list", "tables"));
        if (out.indexOf("table inet heddle") >= 0) {
            out.append(own.run("nft", "list", "table", "inet", "heddle"));
        }
        for (var family : List.of("-4", "-6")) {
            out.append(own.run("ip", family, "rule", "show"))
                    .append(own.run("ip", family, "route", "show", "table", "all", "protocol", "137"));
        }
        return out.append(own.run("ip", "address", "show", "dev", "lo")).toString();
    }

    /// Who answers a connection from one namespace, as a user.
    private static String reached(Namespace from, int user, String address, int port) {
        return reached(from, user, user, address, port);
    }

    private static String reached(Namespace from, int user, int group, String address, int port) {
        return from.run(
                        "setpriv",
                        "--reuid=" + user,
                        "--regid=" + group,
                        "--clear-groups",
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/" + address + "/" + port + " && head -n 1 <&3")
                .strip();
    }

    /// Who answers a connection, or `nobody` when it is refused or still has no answer after a second.
    private static String answer(Namespace from, int user, String address, int port) {
        var script = """
                import socket
                try:
                    print(socket.create_connection(('%s', %d), 1).recv(99).decode())
                except (ConnectionRefusedError, TimeoutError):
                    print('nobody')
                """.formatted(address, port);
        return from.run(
                        "setpriv",
                        "--reuid=" + user,
                        "--regid=" + user,
                        "--clear-groups",
                        Namespace.PYTHON,
                        "-c",
                        script)
                .strip();
    }

    /// What answers the sidecar on `address` when it asks with the address of a client.
    private static String asClient(String address, String client, int mark) {
        var script = """
                import socket
                six = ':' in '%1$s'
                s = socket.socket(socket.AF_INET6 if six else socket.AF_INET)
                s.settimeout(5)
                s.setsockopt(41 if six else 0, 75 if six else 19, 1)
                if %3$d: s.setsockopt(1, 36, %3$d)
                s.bind(('%2$s', 0))
                s.connect(('%1$s', 8080))
                print(s.recv(99).decode())
                """.formatted(address, client, mark);
        // It keeps its rights: another user's socket cannot be transparent.
        return own.run(
                        "setpriv",
                        "--reuid=" + SIDECAR,
                        "--regid=" + SIDECAR,
                        "--clear-groups",
                        "--inh-caps=+net_admin",
                        "--ambient-caps=+net_admin",
                        Namespace.PYTHON,
                        "-c",
                        script)
                .strip();
    }

    private static String passthrough(String address, String source) {
        return own.run(
                        "setpriv",
                        "--reuid=" + SIDECAR,
                        "--regid=" + SIDECAR,
                        "--clear-groups",
                        Namespace.PYTHON,
                        "-c",
                        "import socket; print(socket.create_connection(('%s', 8080), 5, ('%s', 0)).recv(99).decode())"
                                .formatted(address, source))
                .strip();
    }
}
