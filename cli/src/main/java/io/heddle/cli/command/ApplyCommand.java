package io.heddle.cli.command;

import io.heddle.cli.client.RefusedException;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.OutputOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `heddle apply`: creates or changes objects, all or nothing.
@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description = "Create or change objects from YAML or JSON; all of them or none.",
        footer = {
            "",
            "Examples:",
            "  heddle apply -f examples/bookshop --wait",
            "  heddle apply -f - --dry-run < route.yaml"
        })
public final class ApplyCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Mixin
    private final OutputOption output = new OutputOption();

    @Mixin
    private final NamespaceOption namespace = new NamespaceOption();

    @Option(
            names = {"-f", "--filename"},
            required = true,
            arity = "1..*",
            paramLabel = "<file>",
            description = "A file, a directory of .yaml, .yml and .json files, or - for standard input.")
    private List<String> sources = List.of();

    @Option(names = "--dry-run", description = "Check everything and say what would happen; change nothing.")
    private boolean dryRun;

    @Mixin
    private final WaitOptions waiting = new WaitOptions();

    /// The command on a console.
    public ApplyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        var read = Sources.read(sources, console.in());
        read.ensureAnObject(namespace.namespace());
        try (var client = server.client()) {
            var answer = client.apply(read.whole(), namespace.namespace(), dryRun);
            Results.print(console, output, answer, dryRun ? " (dry run)" : "");
            if (!dryRun) {
                waiting.await(console, List.of(answer), client::resource);
            }
            return ExitCode.OK.number();
        } catch (RefusedException refusal) {
            return Results.refused(
                    console,
                    output,
                    refusal.problems().stream()
                            .map(problem -> read.locate(problem, namespace.namespace()))
                            .toList());
        }
    }
}
