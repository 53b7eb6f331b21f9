package io.heddle.cli.command;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// The options that let a command return only when its change is live.
final class WaitOptions {
    private static final Duration POLL = Duration.ofMillis(25);

    @Option(names = "--wait", description = "Return when every connected proxy runs with the change.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "<seconds>",
            defaultValue = "30",
            description = "How long --wait waits. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds = 30;

    /// Reads how far the change of one object has come.
    @FunctionalInterface
    interface Progress {
        /// A JSON object whose `status` says it.
        JsonNode of(String kind, String namespace, String name);
    }

    /// Waits, where that is wished, until every object of the answers is live on every proxy.
    ///
    /// @param answers what the control plane answered to the change
    /// @throws Failure when a proxy refuses it, or with [ExitCode#TIMEOUT]
    void await(Console console, List<JsonNode> answers, Progress progress) throws InterruptedException {
        if (!wait) {
            return;
        }
        long began = System.nanoTime();
        long deadline = began + Duration.ofSeconds(timeoutSeconds).toNanos();
        int proxies = 0;
        for (var answer : answers) {
            for (var result : answer.path("results")) {
                proxies = await(result, progress, deadline);
            }
        }
        console.say("live on " + proxies + " of " + proxies + " proxies after "
                + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
    }

    private int await(JsonNode result, Progress progress, long deadline) throws InterruptedException {
        while (true) {
            var object = progress.of(
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
