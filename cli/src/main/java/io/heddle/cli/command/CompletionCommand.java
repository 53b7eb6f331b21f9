package io.heddle.cli.command;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heddle completion`: a script that makes a shell complete commands, options and kinds.
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Print a completion script for a shell.",
        footer = {
            "",
            "bash:  source <(heddle completion bash)",
            "zsh:   source <(heddle completion zsh)",
            "fish:  heddle completion fish | source"
        })
public final class CompletionCommand implements Callable<Integer> {
    /// The shells there is a script for.
    enum Shell {
        bash,
        zsh,
        fish
    }

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "<shell>", description = "${COMPLETION-CANDIDATES}")
    private Shell shell = Shell.bash;

    /// The command on a console.
    public CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var root = spec.root().commandLine();
        console.out()
                .print(
                        switch (shell) {
                            // Picocli's bash script turns zsh's emulation of bash completion on by itself.
                            case bash, zsh -> AutoComplete.bash("heddle", root);
                            case fish -> fish(root);
                        });
        return ExitCode.OK.number();
    }

    private static String fish(CommandLine root) {
        var out = new StringBuilder("# fish completion for heddle\ncomplete -c heddle -f\n");
        root.getSubcommands().forEach((name, command) -> {
            if (command.getCommandSpec().usageMessage().hidden()) {
                return;
            }
            line(
                    out,
                    "__fish_use_subcommand",
                    "-a " + name,
                    command.getCommandSpec().usageMessage().description());
            command(out, name, command);
        });
        return out.toString();
    }

    private static void command(StringBuilder out, String name, CommandLine command) {
        var condition = "__fish_seen_subcommand_from " + name;
        command.getSubcommands()
                .forEach((inner, nested) -> line(
                        out,
                        condition,
                        "-a " + inner,
                        nested.getCommandSpec().usageMessage().description()));
        for (var option : command.getCommandSpec().options()) {
            var names = new StringBuilder();
            for (var written : option.names()) {
                names.append(written.startsWith("--") ? " -l " + written.substring(2) : " -s " + written.substring(1));
            }
            var values = option.completionCandidates();
            var arguments = values == null ? "" : " -a '" + String.join(" ", values) + "'";
            boolean files = option.longestName().contains("file");
            line(
                    out,
                    condition,
                    names.toString().strip()
                            + (option.arity().max() > 0 ? " -r" : "")
                            + (files ? " -F" : "")
                            + arguments,
                    option.description());
        }
        for (var parameter : command.getCommandSpec().positionalParameters()) {
            if (parameter.completionCandidates() != null) {
                line(out, condition, "-a '" + String.join(" ", parameter.completionCandidates()) + "'", new String[0]);
            }
        }
    }

    private static void line(StringBuilder out, String condition, String what, String[] description) {
        out.append("complete -c heddle -n '").append(condition).append("' ").append(what);
        if (description.length > 0) {
            var text = description[0]
                    .replaceAll("\\$\\{[^}]*}", "")
                    .replace("'", "")
                    .strip();
            out.append(" -d '").append(text).append('\'');
        }
        out.append('\n');
    }
}
