package io.heddle.cli.intercept;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Format;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.packetfilter.Interceptor;
import io.heddle.cli.packetfilter.Tools;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `heddle intercept status`: what is installed, as the kernel tells it.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show what is installed; -o wide shows every rule.")
final class StatusCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final OutputOption output = new OutputOption();

    StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Tools.demandRights(); // the kernel shows its rules to nobody else
        var installed = Interceptor.ofSystem().installed();
        if (output.printed(console, Report.json(installed))) {
            return ExitCode.OK.number();
        }
        console.out().println(Report.line(installed));
        if (output.format() == Format.wide) {
            console.out().print(installed.text());
        }
        return ExitCode.OK.number();
    }
}
