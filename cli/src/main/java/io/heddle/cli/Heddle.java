package io.heddle.cli;

import io.heddle.cli.check.CheckRoutesCommand;
import io.heddle.cli.check.ExplainCommand;
import io.heddle.cli.command.ApplyCommand;
import io.heddle.cli.command.CompletionCommand;
import io.heddle.cli.command.DeleteCommand;
import io.heddle.cli.command.GetCommand;
import io.heddle.cli.command.ProxyStatusCommand;
import io.heddle.cli.command.TokenCommand;
import io.heddle.cli.command.VersionCommand;
import io.heddle.cli.intercept.InterceptCommand;
import io.heddle.cli.mesh.DemoCommand;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.ProcessEnd;
import io.heddle.cli.output.Product;
import io.heddle.cli.server.ControlCommand;
import io.heddle.cli.server.Logs;
import io.heddle.cli.server.ProxyCommand;
import io.heddle.cli.server.ProxySidecar;
import io.heddle.cli.sidecar.ParentWatch;
import io.heddle.cli.sidecar.RunCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
            "7:the wait ended too early",
            "127:run: there is no such command",
            "143:run: its application was ended by SIGTERM"
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
        ParentWatch.start(System.getenv(), () -> ProcessEnd.exit(ExitCode.FAILURE.number()));
        ProcessEnd.exit(run(Console.ofProcess(System.getenv()), arguments));
    }

    /// Runs one command on a console and returns its exit code.
    static int run(Console console, String... arguments) {
        var all = commands(console);
        var first = arguments.length == 0 ? "" : arguments[0];
        // Describing a command costs time and memory, and a sidecar should pay for its own alone. Completion needs all.
        boolean alone = all.containsKey(first) && !first.equals("completion");
        if (first.equals("help")) {
            var help = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
            help.add("--help");
            return run(console, help.toArray(String[]::new));
        }
        return line(console, alone ? Map.of(first, all.get(first)) : all).execute(arguments);
    }

    /// The command line with every command.
    static CommandLine commandLine(Console console) {
        return line(console, commands(console));
    }

    private static Map<String, Supplier<Object>> commands(Console console) {
        var commands = new LinkedHashMap<String, Supplier<Object>>();
        commands.put("demo", () -> new DemoCommand(console));
        commands.put("control", () -> new ControlCommand(console));
        commands.put("proxy", () -> new ProxyCommand(console));
        commands.put("run", () -> new RunCommand(console, ProxySidecar::start));
        commands.put("intercept", () -> InterceptCommand.on(console));
        commands.put("apply", () -> new ApplyCommand(console));
        commands.put("get", () -> new GetCommand(console));
        commands.put("delete", () -> new DeleteCommand(console));
        commands.put("proxy-status", () -> new ProxyStatusCommand(console));
        commands.put("check-routes", () -> new CheckRoutesCommand(console));
        commands.put("explain", () -> new ExplainCommand(console));
        commands.put("token", () -> TokenCommand.on(console));
        commands.put("version", () -> new VersionCommand(console));
        commands.put("completion", () -> new CompletionCommand(console));
        return commands;
    }

    private static CommandLine line(Console console, Map<String, Supplier<Object>> commands) {
        var line = new CommandLine(new Heddle(console));
        commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                console.colors() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setParameterExceptionHandler((failure, _) -> misused(console, failure));
        line.setExecutionExceptionHandler((failure, at, _) -> report(console, failure, at));
        return line;
    }

    /// Says what is wrong with the command line, in a few lines: the whole help would hide it.
    private static int misused(Console console, CommandLine.ParameterException failure) {
        var line = failure.getCommandLine();
        var near = new ArrayList<String>();
        if (failure instanceof CommandLine.UnmatchedArgumentException unmatched) {
            near.addAll(unmatched.getSuggestions());
        }
        var name = line.getCommandSpec().qualifiedName();
        var whole = "'" + name + " --help' tells all";
        console.fail(
                String.valueOf(failure.getMessage()),
                near.isEmpty() ? whole : "did you mean " + String.join(" or ", near) + "? " + whole);
        return ExitCode.USAGE.number();
    }

    private static int report(Console console, Exception exception, CommandLine line) {
        if (exception instanceof Failure failure) {
            console.fail(failure.reason(), failure.remedy());
            for (var mixin : line.getCommandSpec().mixins().values()) {
                if (mixin.userObject() instanceof OutputOption output) {
                    output.failed(console, failure.problems());
                }
            }
            return failure.code().number();
        }
        console.fail("this is a defect in heddle: " + exception, "report it with the lines below");
        exception.printStackTrace(console.err());
        return ExitCode.FAILURE.number();
    }

    @Override
    public Integer call() {
        commandLine(console).usage(console.err());
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
