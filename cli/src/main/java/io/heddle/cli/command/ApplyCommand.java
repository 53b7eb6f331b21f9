package io.heddle.cli.command;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.client.RefusedException;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

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
    private static final Duration POLL = Duration.ofMillis(25);

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

    @Option(names = "--wait", description = "Return when every connected proxy runs with the change.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "<seconds>",
            defaultValue = "30",
            description = "How long --wait waits. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds = 30;

    /// The command on a console.
    public ApplyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        var read = Sources.read(sources, console.in());
        try (var client = server.client()) {
            var answer = client.apply(read.whole(), namespace.namespace(), dryRun);
            Results.print(console, output, answer, dryRun ? " (dry run)" : "");
            if (wait && !dryRun) {
                await(client, answer);
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

    private void await(ControlPlaneClient client, JsonNode answer) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
        long began = System.nanoTime();
        int proxies = 0;
        for (var result : answer.path("results")) {
            proxies = await(client, result, deadline);
        }
        console.say("live on " + proxies + " of " + proxies + " proxies after "
                + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
    }

    private int await(ControlPlaneClient client, JsonNode result, long deadline) throws InterruptedException {
        while (true) {
            var object = client.resource(
                    result.path("kind").asString(""),
                    result.path("namespace").asString(""),
                    result.path("name").asString(""));
            var status = ResourceStatus.of(object);
            if (status.active()) {
                return status.proxies();
            }
            var name = result.path("object").asString("");
            if (status.rejectedBy() > 0) {
                var first = object.path("status").path("rejectedBy").path(0);
                throw new Failure(
                        ExitCode.FAILURE,
                        name + " was rejected by proxy " + first.path("proxy").asString("") + ": "
                                + first.path("reason").asString(""),
                        "see 'heddle proxy-status'; the proxy keeps its last good configuration");
            }
            if (System.nanoTime() > deadline) {
                throw new Failure(
                        ExitCode.TIMEOUT,
                        name + " is " + status.text() + " after " + timeoutSeconds + " s",
                        "see 'heddle proxy-status' for the proxies that lag behind");
            }
            Thread.sleep(POLL);
        }
    }
}
