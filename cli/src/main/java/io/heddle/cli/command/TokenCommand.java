package io.heddle.cli.command;

import io.heddle.cli.client.TokenRequest;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.OutputOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `heddle token`: join tokens for workloads.
public final class TokenCommand {
    private TokenCommand() {}

    /// The command with its subcommands, on a console.
    public static CommandLine on(Console console) {
        return new CommandLine(new Group()).addSubcommand(new Create(console));
    }

    @Command(
            name = "token",
            mixinStandardHelpOptions = true,
            description = "Join tokens, with which a sidecar gets its first certificate.")
    static final class Group implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            spec.commandLine().usage(spec.commandLine().getErr());
            return ExitCode.USAGE.number();
        }
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Make a join token: it works once, for one identity, for a short time.")
    static final class Create implements Callable<Integer> {
        private final Console console;

        @Mixin
        private final ServerOptions server = new ServerOptions();

        @Mixin
        private final OutputOption output = new OutputOption();

        @Mixin
        private final NamespaceOption namespace = new NamespaceOption();

        @Option(
                names = "--account",
                required = true,
                paramLabel = "<account>",
                description = "The workload's service account.")
        private String account = "";

        @Option(
                names = "--service",
                paramLabel = "<service>",
                description =
                        "A service whose instance the workload may be; repeat for several. Default: the one called"
                                + " as the account.")
        private List<String> services = new ArrayList<>();

        @Option(
                names = "--label",
                paramLabel = "<key=value>",
                description = "A further label that the workload may state; * as value for any. Repeat for several.")
        private Map<String, String> labels = new LinkedHashMap<>();

        @Option(
                names = "--ttl",
                paramLabel = "<seconds>",
                defaultValue = "600",
                description = "How long it may be used. Default: ${DEFAULT-VALUE}.")
        private int ttlSeconds = 600;

        Create(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            try (var client = server.client()) {
                var answer = client.token(new TokenRequest(
                        namespace.namespace(), account, services, labels, Duration.ofSeconds(ttlSeconds)));
                if (!output.printed(console, answer)) {
                    console.out().println(answer.path("token").asString(""));
                    console.say("for " + answer.path("identity").asString("") + " until "
                            + answer.path("expiresAt").asString(""));
                }
            }
            return ExitCode.OK.number();
        }
    }
}
