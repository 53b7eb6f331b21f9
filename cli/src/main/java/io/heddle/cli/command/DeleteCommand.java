package io.heddle.cli.command;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.client.RefusedException;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.OutputOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `heddle delete`: removes objects by name or by the files that made them.
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Delete objects, by kind/name or by the files that describe them.",
        footer = {
            "",
            "What a file of the control plane's --config-dir describes comes back when the",
            "directory next changes or the control plane starts again: delete it there.",
            "",
            "Examples:",
            "  heddle delete httproute/catalog -n shop",
            "  heddle delete -f route.yaml --wait"
        })
public final class DeleteCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Mixin
    private final OutputOption output = new OutputOption();

    @Mixin
    private final NamespaceOption namespace = new NamespaceOption();

    @Option(
            names = {"-f", "--filename"},
            arity = "1..*",
            paramLabel = "<file>",
            description = "A file, a directory, or - for standard input.")
    private List<String> sources = List.of();

    @Mixin
    private final WaitOptions waiting = new WaitOptions();

    @Option(names = "--ignore-not-found", description = "An object that does not exist is no failure.")
    private boolean lenient;

    @Parameters(
            arity = "0..*",
            paramLabel = "<kind>/<name>",
            completionCandidates = KindWords.class,
            description = "kind/name, several of them, or kind and name.")
    private List<String> words = List.of();

    /// The command on a console.
    public DeleteCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (sources.isEmpty() == words.isEmpty()) {
            throw new Failure(ExitCode.USAGE, "name what to delete", "give either kind/name or -f <file>");
        }
        try (var client = server.client()) {
            waiting.await(console, sources.isEmpty() ? deleteNamed(client) : deleteDescribed(client), client::deletion);
            return ExitCode.OK.number();
        } catch (RefusedException refusal) {
            return Results.refused(console, output, refusal.problems());
        }
    }

    private List<JsonNode> deleteDescribed(ControlPlaneClient client) {
        var read = Sources.read(sources, console.in());
        read.ensureAnObject(namespace.namespace());
        return unlessMissing(() -> client.delete(read.whole(), namespace.namespace()));
    }

    private List<JsonNode> deleteNamed(ControlPlaneClient client) {
        var answers = new ArrayList<JsonNode>();
        for (var target : Target.parse(words)) {
            var name = target.name()
                    .orElseThrow(() -> new Failure(
                            ExitCode.USAGE, "delete takes one object at a time, not a whole kind", "write kind/name"));
            var kind = target.kinds().getFirst().kind();
            answers.addAll(unlessMissing(() -> client.delete(kind, namespace.namespace(), name)));
        }
        return answers;
    }

    /// What the control plane answered; nothing when what was to be deleted is not there and that is no failure.
    private List<JsonNode> unlessMissing(Supplier<JsonNode> deletion) {
        try {
            var answer = deletion.get();
            Results.print(console, output, answer, "");
            return List.of(answer);
        } catch (Failure failure) {
            if (lenient && failure.code() == ExitCode.NOT_FOUND) {
                return List.of();
            }
            throw failure;
        }
    }
}
