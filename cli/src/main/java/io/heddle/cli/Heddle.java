package io.heddle.cli;

import io.heddle.cli.command.ApplyCommand;
import io.heddle.cli.command.CompletionCommand;
import io.heddle.cli.command.DeleteCommand;
import io.heddle.cli.command.GetCommand;
import io.heddle.cli.command.ProxyStatusCommand;
import io.heddle.cli.command.TokenCommand;
import io.heddle.cli.command.VersionCommand;
import io.heddle.cli.mesh.DemoCommand;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.Product;
import io.heddle.cli.server.ControlCommand;
import io.heddle.cli.server.Logs;
import io.heddle.cli.server.ProxyCommand;
import io.heddle.cli.server.ProxySidecar;
import io.heddle.cli.sidecar.ParentWatch;
import io.heddle.cli.sidecar.RunCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The `heddle` command.
///
/// Exit codes: see [ExitCode]. Results go to standard output, everything else to standard error.
@Command(
        name = "heddle",
        mixinStandardHelpOptions = true,
        versionProvider = Heddle.Version.class,
        description = "Heddle, a service mesh: control plane, sidecar, command line and dashboard.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed",
            "2:wrong command line",
            "3:configuration refused, nothing changed",
            "4:object not found",
            "5:control plane unreachable",
            "6:token not accepted",
            "7:the wait ended too early"
        })
public final class Heddle implements Callable<Integer> {
    private final Console console;

    private Heddle(Console console) {
        this.console = console;
    }

    /// Runs one command and ends the process with its exit code.
    public static void main(String[] arguments) {
        Logs.configure(System.getenv());
        Logs.bridge();
        ParentWatch.start(System.getenv(), () -> System.exit(ExitCode.FAILURE.number()));
        System.exit(run(Console.ofProcess(System.getenv()), arguments));
    }

    /// Runs one command on a console and returns its exit code.
    static int run(Console console, String... arguments) {
        return commandLine(console).execute(arguments);
    }

    static CommandLine commandLine(Console console) {
        var line = new CommandLine(new Heddle(console));
        line.addSubcommand(new DemoCommand(console));
        line.addSubcommand(new ControlCommand(console));
        line.addSubcommand(new ProxyCommand(console));
        line.addSubcommand(new RunCommand(console, ProxySidecar::start));
        line.addSubcommand(new ApplyCommand(console));
        line.addSubcommand(new GetCommand(console));
        line.addSubcommand(new DeleteCommand(console));
        line.addSubcommand(new ProxyStatusCommand(console));
        line.addSubcommand("token", TokenCommand.on(console));
        line.addSubcommand(new VersionCommand(console));
        line.addSubcommand(new CompletionCommand(console));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                console.colors() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setExecutionExceptionHandler((failure, _, _) -> report(console, failure));
        return line;
    }

    private static int report(Console console, Exception exception) {
        if (exception instanceof Failure failure) {
            console.fail(failure.reason(), failure.remedy());
            return failure.code().number();
        }
        console.fail("this is a defect in heddle: " + exception, "report it with the lines below");
        exception.printStackTrace(console.err());
        return ExitCode.FAILURE.number();
    }

    @Override
    public Integer call() {
        CommandLine.usage(this, console.err());
        return ExitCode.USAGE.number();
    }

    /// The line of `heddle --version`.
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"heddle " + Product.version()};
        }
    }
}
