package io.heddle.cli.command;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Format;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.Style;
import io.heddle.model.problem.Problem;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// Shows what a change did, or why it was refused.
final class Results {
    private Results() {}

    /// Prints one line per object: `HTTPRoute shop/catalog configured`.
    static void print(Console console, OutputOption output, JsonNode answer, String suffix) {
        for (var warning : answer.path("warnings")) {
            problem(console, ControlPlaneClient.problem(warning));
        }
        if (output.printed(console, answer)) {
            return;
        }
        for (var result : answer.path("results")) {
            if (output.format() == Format.name) {
                console.out()
                        .println(result.path("kind").asString("").toLowerCase(Locale.ROOT) + "/"
                                + result.path("name").asString(""));
            } else {
                console.out()
                        .println(result.path("object").asString("") + " "
                                + result.path("action").asString("") + suffix);
            }
        }
    }

    /// Prints every problem and returns the exit code of a refusal.
    static int refused(Console console, OutputOption output, List<Problem> problems) {
        problems.forEach(problem -> problem(console, problem));
        console.say("nothing was changed");
        output.failed(console, problems);
        return ExitCode.REFUSED.number();
    }

    private static void problem(Console console, Problem problem) {
        var word = problem.isError() ? console.style(Style.RED, "error:") : console.style(Style.YELLOW, "warning:");
        var where = problem.path().isEmpty() ? "" : console.style(Style.BOLD, problem.path()) + ": ";
        console.say(word + " " + problem.object() + ": " + where + problem.reason());
        if (!problem.remedy().isEmpty()) {
            console.say("  " + console.style(Style.CYAN, "try:") + " " + problem.remedy());
        }
    }
}
