package io.heddle.cli.command;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.Product;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `heddle version`: this command's version and the control plane's.
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Show the version of this command and of the control plane.")
public final class VersionCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Mixin
    private final OutputOption output = new OutputOption();

    @Option(names = "--client", description = "Only this command's version.")
    private boolean clientOnly;

    /// The command on a console.
    public VersionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var answer = JsonNodeFactory.instance.objectNode();
        answer.put("client", Product.version()).put("java", Runtime.version().toString());
        var missing = "";
        if (!clientOnly) {
            try (var client = server.client()) {
                answer.set("controlPlane", client.version());
            } catch (Failure failure) {
                if (failure.code() != ExitCode.UNREACHABLE) {
                    throw failure;
                }
                missing = failure.reason();
            }
        }
        if (!output.printed(console, answer)) {
            console.out()
                    .println("client:        heddle " + Product.version() + " (Java "
                            + Runtime.version().feature() + ")");
            if (answer.has("controlPlane")) {
                console.out()
                        .println("control plane: heddle "
                                + answer.path("controlPlane").path("version").asString("unknown"));
            }
        }
        if (!missing.isEmpty()) {
            console.say("control plane: " + missing);
        }
        return ExitCode.OK.number();
    }
}
