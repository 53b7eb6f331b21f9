package io.heddle.cli.intercept;

import io.heddle.cli.output.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `heddle intercept`: the packet-filter rules of transparent interception.
@Command(
        name = "intercept",
        mixinStandardHelpOptions = true,
        description = "Lead an application's connections through its sidecar with packet-filter rules.",
        footer = {
            "",
            "All of it happens in the network namespace in which the command runs, and needs CAP_NET_ADMIN there.",
            "",
            "Examples:",
            "  heddle intercept install --proxy-uid 1337",
            "  heddle intercept install --mode TPROXY --exclude-outbound-cidrs 10.9.0.0/16 --dry-run",
            "  heddle intercept status",
            "  heddle intercept remove"
        })
public final class InterceptCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    private InterceptCommand() {}

    /// The command with its subcommands on a console.
    public static CommandLine on(Console console) {
        var line = new CommandLine(new InterceptCommand());
        line.addSubcommand(new InstallCommand(console));
        line.addSubcommand(new RemoveCommand(console));
        line.addSubcommand(new StatusCommand(console));
        return line;
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say install, remove or status");
    }
}
