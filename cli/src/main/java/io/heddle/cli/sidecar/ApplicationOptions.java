package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.packetfilter.Interceptor;
import io.heddle.cli.rules.Interception;
import io.heddle.cli.rules.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options of `heddle run` that hold an application to its sidecar: those that lead its connections
/// there, and the one that refuses it all others.
final class ApplicationOptions {
    @Option(
            names = "--interception-mode",
            paramLabel = "<mode>",
            description = "The kernel leads connections to the sidecar: ${COMPLETION-CANDIDATES}. The rules are there"
                    + " already ('heddle intercept install') or come with --intercept. Default: clients name the"
                    + " sidecar, by HTTP_PROXY and its inbound port.")
    private Optional<Mode> mode = Optional.empty();

    @Option(
            names = "--intercept",
            description = "Install the rules for this application at the start and remove them at the end. Needs"
                    + " CAP_NET_ADMIN; implies --interception-mode REDIRECT.")
    private boolean intercept;

    @Option(
            names = "--user",
            paramLabel = "<user[:group]>",
            description = "Run the application as this user, by name or number. Under interception it must not be the"
                    + " sidecar's. Default: the sidecar's user, or under sudo the one who called it.")
    private Optional<String> user = Optional.empty();

    @Option(
            names = "--confine",
            description = "The kernel lets the application, and all it starts, open TCP connections to its sidecar's"
                    + " outbound port only, and gain no privileges. Needs Linux 6.7 with Landlock, no root; one that"
                    + " runs as root can get round it.")
    private boolean confine;

    /// How connections are led, if they are.
    Optional<Mode> mode() {
        return mode.or(() -> intercept ? Optional.of(Mode.REDIRECT) : Optional.empty());
    }

    /// The sidecar, with the rules for its application when they are wanted.
    Sidecar around(Sidecar.Start start, Sidecar.Starter starter) {
        var sidecar = starter.start(start);
        if (!intercept) {
            return sidecar;
        }
        var ports = start.ports();
        var application = start.spec().applicationPort();
        var wish = Interception.ofApplication(
                mode().orElseThrow(),
                new Interception.Ports(ports.inbound(), ports.outbound()),
                application,
                ownUser(),
                Interceptor.families());
        return new InterceptingSidecar(sidecar, Interceptor.ofSystem(), wish);
    }

    /// The whole command of an application: as its user, and confined where that is wished.
    ///
    /// @param outbound the one port that it may connect to then
    /// @throws Failure with [ExitCode#USAGE] when options contradict each other, [ExitCode#NO_COMMAND] when
    ///     there is no such command
    List<String> whole(List<String> command, Map<String, String> environment, int outbound) {
        var words = asUser(command, environment);
        if (!confine) {
            return words;
        }
        if (mode().isPresent()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--confine and interception exclude each other: under interception the application connects to"
                            + " other ports, and the kernel leads it to the sidecar",
                    "leave one of them out");
        }
        Application.ensureExists(command.getFirst());
        var confined = new ArrayList<>(Confinement.prefix(outbound));
        confined.addAll(words);
        return confined;
    }

    /// What to tell of a confinement that cannot hold: root's privileges go round it.
    Optional<String> caution() {
        boolean dropped = user.map(name -> name.split(":", 2)[0])
                .filter(name -> !name.equals("root") && !name.equals("0"))
                .isPresent();
        return confine && !dropped && ownUser() == 0
                ? Optional.of("the application runs as root, which can get round --confine (raw packets, packet-filter"
                        + " rules); give it a user with --user")
                : Optional.empty();
    }

    /// The application's command as its user; refused when its connections could not be told from the
    /// sidecar's.
    private List<String> asUser(List<String> command, Map<String, String> environment) {
        var wanted = user.or(() -> sudoUser(environment));
        if (wanted.isEmpty()) {
            if (intercept) {
                throw new Failure(
                        ExitCode.USAGE,
                        "the application would run as the sidecar's user, whose connections are left alone",
                        "give it another with --user");
            }
            return command;
        }
        var parts = wanted.get().split(":", 2);
        var group = parts.length > 1 ? parts[1] : parts[0];
        if (intercept && (parts[0].equals("root") ? "0" : parts[0]).equals(Long.toString(ownUser()))) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--user " + wanted.get() + " is the sidecar's user, whose connections are left alone",
                    "give the application another");
        }
        var words = new ArrayList<>(List.of(
                "setpriv", "--reuid=" + parts[0], "--regid=" + group, "--clear-groups", "--pdeathsig=TERM", "--"));
        words.addAll(command);
        return words;
    }

    private Optional<String> sudoUser(Map<String, String> environment) {
        var id = environment.getOrDefault("SUDO_UID", "");
        return !intercept || id.isEmpty() || id.equals("0")
                ? Optional.empty()
                : Optional.of(id + ":" + environment.getOrDefault("SUDO_GID", id));
    }

    private static long ownUser() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("Uid:"))
                    .map(line -> Long.parseLong(line.split("\\s+", 4)[2]))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILURE, "interception and confinement work on Linux only", "leave them out", e);
        }
    }
}
