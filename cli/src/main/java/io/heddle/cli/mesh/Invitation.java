package io.heddle.cli.mesh;

import io.heddle.cli.client.Location;
import io.heddle.cli.client.Locator;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.Style;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What the demo suggests to its visitor: the dashboard and three things to try, each one command to copy.
///
/// @param heddle how the visitor starts heddle, quoted for a shell
/// @param examples where the examples are, not quoted
/// @param server the option that names this demo's control plane, quoted; empty where it is found without
/// @param here whether the commands hold for the directory of this process alone
record Invitation(String heddle, String examples, String server, boolean here) {
    /// The invitation to the demo at `location`, for somebody in the directory of this process.
    static Invitation to(Location location, Program program) {
        var here = Path.of("").toAbsolutePath();
        var launcher = program.launcher().orElse(here.resolve("heddle"));
        var examples = launcher.resolveSibling("examples");
        return new Invitation(
                Shell.word(command(here, launcher)), seen(here, examples), server(location), launcher.startsWith(here));
    }

    private static String command(Path here, Path launcher) {
        var seen = seen(here, launcher);
        return seen.contains("/") ? seen : "./" + seen;
    }

    private static String seen(Path here, Path path) {
        return path.startsWith(here) ? here.relativize(path).toString() : path.toString();
    }

    /// Names the control plane when a plain command would mean another, or none.
    private static String server(Location location) {
        try {
            var found = Locator.ofProcess().locate(Optional.empty(), Optional.empty());
            if (found.api().equals(location.api())) {
                return "";
            }
        } catch (Failure _) {
            // Several demos run, or this one keeps its state elsewhere: then it must be named.
        }
        return " --server "
                + Shell.word(location.stateDirectory()
                        .map(Path::toString)
                        .orElse(location.api().toString()));
    }

    /// Where the demo's things are: its pages and its state.
    static List<String> places(Console console, Location location, int bookshopPort, Path state) {
        return List.of(
                "  dashboard  " + console.style(Style.CYAN, location.api() + "/"),
                "  bookshop   " + console.style(Style.CYAN, "http://127.0.0.1:" + bookshopPort + "/"),
                "  state      " + Shell.word(state.toString()));
    }

    /// Prints it below the demo's places.
    void print(Console console, List<String> places) {
        console.say("");
        places.forEach(console::say);
        console.say("");
        console.say("Three things to try in another terminal" + (here ? ", from this directory:" : ":"));
        console.say("  1. send every reader to version v2 of the catalog:");
        command(console, apply("traffic-shift/catalog-all-v2.yaml"));
        console.say("  2. make half of the ratings slow and one in ten fail ('delete -f' ends it):");
        command(console, apply("fault-injection/ratings-fault.yaml"));
        console.say("  3. be a caller that no policy allows, and get 403 RBAC: access denied:");
        command(
                console,
                "run" + server.replace("--server", "--control")
                        + " -n shop --workload stranger -- curl -i http://ratings.shop/ratings");
        console.say("");
        console.say("Ctrl-C ends everything.");
        console.say("");
    }

    private String apply(String example) {
        return "apply" + server + " --wait -f " + Shell.word(examples + "/" + example);
    }

    private void command(Console console, String arguments) {
        console.say("   " + console.style(Style.BOLD, heddle + " " + arguments));
    }
}
