package io.heddle.cli.client;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the control plane that a command means.
///
/// In this order: `--server`, `HEDDLE_SERVER` (each an address or a state directory), `./.heddle/control`, the one
/// demo of this user that runs; of two demos none is meant silently.
///
/// @param environment the process's environment
/// @param workingDirectory where the command was started
/// @param demos where this user's demos keep their state
public record Locator(Map<String, String> environment, Path workingDirectory, Path demos) {
    /// The environment variable that names a control plane.
    public static final String SERVER = "HEDDLE_SERVER";
    /// The environment variable that holds an admin token.
    public static final String TOKEN = "HEDDLE_TOKEN";

    private static final String HOST_AND_PORT = "([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}";

    public Locator {
        environment = Map.copyOf(environment);
    }

    /// The locator of this process.
    public static Locator ofProcess() {
        return new Locator(System.getenv(), Path.of("").toAbsolutePath(), demosOfThisUser());
    }

    /// The directory below the system's temporary one in which this user's demos live.
    public static Path demosOfThisUser() {
        return Path.of(System.getProperty("java.io.tmpdir"), "heddle-" + System.getProperty("user.name"));
    }

    /// The control plane, with the token to show.
    ///
    /// @param server the `--server` option
    /// @param tokenFile the `--token-file` option
    /// @throws Failure when none is found or named
    public Location locate(Optional<String> server, Optional<Path> tokenFile) {
        var named = server.or(() -> variable(SERVER));
        var found = named.isPresent() ? named.map(this::named) : nearby();
        var location = found.orElseThrow(() -> new Failure(
                ExitCode.UNREACHABLE,
                "no control plane found: no --server, no " + SERVER + ", no .heddle/control here, no running demo",
                "start one with 'heddle control' or 'heddle demo', or name one with --server http://host:8080"));
        var token = tokenFile.map(Locator::token).or(() -> variable(TOKEN)).or(location::token);
        return new Location(location.api(), location.stateDirectory(), token);
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    private static String token(Path file) {
        return StateDirectory.readToken(file)
                .orElseThrow(
                        () -> new Failure(ExitCode.USAGE, "cannot read a token from " + file, "check --token-file"));
    }

    private Location named(String server) {
        if (server.startsWith("http://") || server.startsWith("https://")) {
            return at(server);
        }
        var directory = workingDirectory.resolve(server);
        if (server.matches(HOST_AND_PORT) && !Files.isDirectory(directory)) {
            return at("http://" + server);
        }
        return in(directory)
                .orElseThrow(() -> new Failure(
                        ExitCode.UNREACHABLE,
                        "there is no control.json in " + directory,
                        "give an address such as 127.0.0.1:8080 or a control plane's state directory"));
    }

    private static Location at(String address) {
        try {
            var uri = URI.create(address.replaceAll("/+$", ""));
            if (uri.getHost() != null && uri.getPort() <= 65_535) {
                return new Location(uri, Optional.empty(), Optional.empty());
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw new Failure(ExitCode.USAGE, "'" + address + "' is not an address", "use http://host:port");
    }

    private Optional<Location> nearby() {
        var here = in(workingDirectory.resolve(".heddle").resolve("control"));
        return here.isPresent() ? here : runningDemo();
    }

    private static Optional<Location> in(Path directory) {
        var state = new StateDirectory(directory);
        return state.running().map(running -> new Location(running.api(), Optional.of(directory), state.token()));
    }

    /// The demo that runs, also when its control plane is gone: then that is what the command will hear.
    private Optional<Location> runningDemo() {
        return only(ownDemos().stream()
                .filter(demo -> runs(demo))
                .map(demo -> new StateDirectory(demo.resolve("control")))
                .filter(state -> state.running().isPresent())
                .toList());
    }

    private static boolean runs(Path demo) {
        return DemoOwner.of(demo).map(DemoOwner::alive).orElse(false) || controlAlive(demo);
    }

    private static boolean controlAlive(Path demo) {
        return new StateDirectory(demo.resolve("control"))
                .running()
                .map(StateDirectory.Running::alive)
                .orElse(false);
    }

    /// The directories of demos whose processes are all gone, and which could not remove them.
    public List<Path> endedDemos() {
        return ownDemos().stream()
                .filter(demo -> DemoOwner.of(demo).isPresent() || Files.exists(demo.resolve("control")))
                .filter(demo -> !runs(demo))
                .toList();
    }

    /// Reads only a directory that belongs to this user: anyone may write into the temporary one.
    private List<Path> ownDemos() {
        try {
            if (!Files.isDirectory(demos, LinkOption.NOFOLLOW_LINKS)
                    || !Files.getOwner(demos, LinkOption.NOFOLLOW_LINKS)
                            .equals(Files.getOwner(Path.of(System.getProperty("user.home"))))) {
                return List.of();
            }
            try (var entries = Files.list(demos)) {
                return entries.toList();
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE, "cannot look for demos in " + demos + ": " + e.getMessage(), "use --server", e);
        }
    }

    private static Optional<Location> only(List<StateDirectory> demos) {
        if (demos.size() > 1) {
            var names = demos.stream()
                    .map(state -> "--server " + state.path())
                    .sorted()
                    .toList();
            throw new Failure(
                    ExitCode.USAGE, demos.size() + " demos run here", "say which one: " + String.join(" or ", names));
        }
        return demos.stream().findFirst().flatMap(state -> in(state.path()));
    }
}
