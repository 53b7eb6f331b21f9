package io.heddle.cli.command;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.client.RefusedException;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `heddle delete`: removes objects by name or by the files that made them.
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Delete objects, by kind/name or by the files that describe them.",
        footer = {
            "",
            "What a file of the control plane's --config-dir describes comes back: delete it there.",
            "",
            "Examples:",
            "  heddle delete httproute/catalog -n shop",
            "  heddle delete -f route.yaml"
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
    public Integer call() {
        if (sources.isEmpty() == words.isEmpty()) {
            throw new Failure(ExitCode.USAGE, "name what to delete", "give either kind/name or -f <file>");
        }
        try (var client = server.client()) {
            if (!sources.isEmpty()) {
                var documents = Sources.read(sources, console.in()).whole();
                Results.print(console, output, client.delete(documents, namespace.namespace()), "");
            } else {
                Target.parse(words).forEach(target -> delete(client, target));
            }
            return ExitCode.OK.number();
        } catch (RefusedException refusal) {
            return Results.refused(console, output, refusal.problems());
        } catch (Failure failure) {
            if (lenient && failure.code() == ExitCode.NOT_FOUND) {
                return ExitCode.OK.number();
            }
            throw failure;
        }
    }

    private void delete(ControlPlaneClient client, Target target) {
        var name = target.name()
                .orElseThrow(() -> new Failure(
                        ExitCode.USAGE, "delete takes one object at a time, not a whole kind", "write kind/name"));
        var kind = target.kinds().getFirst().kind();
        Results.print(console, output, client.delete(kind, namespace.namespace(), name), "");
    }
}
