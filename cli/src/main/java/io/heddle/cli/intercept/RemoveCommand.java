package io.heddle.cli.intercept;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.packetfilter.Installed;
import io.heddle.cli.packetfilter.Interceptor;
import io.heddle.cli.packetfilter.Plans;
import io.heddle.cli.packetfilter.Tools;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `heddle intercept remove`: takes every rule of ours away, whichever packet filter it is in.
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description = "Remove every rule, route and address that was installed; nothing installed is no failure.")
final class RemoveCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--dry-run", description = "Print the commands and their input; change nothing.")
    private boolean dryRun;

    @Mixin
    private final OutputOption output = new OutputOption();

    RemoveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var interceptor = Interceptor.ofSystem();
        Tools.demandRights(); // reading needs them too
        var before = interceptor.installed();
        var steps = Plans.steps(before, Installed.NOTHING);
        if (!dryRun) {
            interceptor.remove();
        }
        if (output.printed(console, dryRun ? Report.json(steps) : Report.json(interceptor.installed()))) {
            return ExitCode.OK.number();
        }
        if (dryRun) {
            steps.forEach(step -> console.out().print(step.text()));
        } else {
            console.out().println(before.isEmpty() ? "nothing was installed" : "interception removed");
        }
        return ExitCode.OK.number();
    }
}
