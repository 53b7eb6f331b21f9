package io.heddle.cli.intercept;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.packetfilter.Backend;
import io.heddle.cli.packetfilter.Installed;
import io.heddle.cli.packetfilter.Interceptor;
import io.heddle.cli.packetfilter.Plans;
import io.heddle.cli.packetfilter.Step;
import io.heddle.cli.rules.Family;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `heddle intercept install`: puts the rules in place of any earlier ones of ours.
@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Install the rules, in place of any that were installed before; all of them or none.")
final class InstallCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final InterceptionOptions options = new InterceptionOptions();

    @Option(
            names = "--backend",
            paramLabel = "<backend>",
            defaultValue = "auto",
            description = "iptables, nft or auto: nft where it is installed, else iptables. Default: ${DEFAULT-VALUE}.")
    private BackendChoice backend = BackendChoice.auto;

    @Option(names = "--dry-run", description = "Print the commands and their input; run nothing, read nothing.")
    private boolean dryRun;

    @Mixin
    private final OutputOption output = new OutputOption();

    /// What may be said after `--backend`.
    enum BackendChoice {
        auto,
        iptables,
        nft;

        Optional<Backend> backend() {
            return switch (this) {
                case auto -> Optional.empty();
                case iptables -> Optional.of(Backend.IPTABLES);
                case nft -> Optional.of(Backend.NFT);
            };
        }
    }

    InstallCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var interceptor = Interceptor.ofSystem();
        if (dryRun) {
            // Both versions: the text must not depend on the machine that prints it.
            var wish = options.read(Set.of(Family.IPV4, Family.IPV6));
            var chosen = backend.backend().orElse(Backend.NFT);
            var steps = Plans.steps(Installed.NOTHING, Installed.of(wish, chosen));
            print(steps);
            return ExitCode.OK.number();
        }
        var wish = options.read(Interceptor.families());
        interceptor.install(wish, interceptor.backend(backend.backend()));
        var installed = interceptor.installed();
        if (!output.printed(console, Report.json(installed))) {
            console.out().println("interception installed: " + Report.line(installed));
        }
        return ExitCode.OK.number();
    }

    private void print(List<Step> steps) {
        if (!output.printed(console, Report.json(steps))) {
            steps.forEach(step -> console.out().print(step.text()));
        }
    }
}
