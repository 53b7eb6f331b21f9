package io.heddle.cli.command;

import io.heddle.cli.output.Age;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.Format;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `heddle proxy-status`: every proxy and whether it runs with the newest configuration.
@Command(
        name = "proxy-status",
        aliases = "ps",
        mixinStandardHelpOptions = true,
        description = "Show every proxy and whether it runs with the newest configuration.",
        footer = {
            "",
            "States, for the proxy and for each type of resource:",
            "  SYNCED        runs with the newest",
            "  STALE         was sent something newer and has not answered yet",
            "  REJECTED      refused the newest and keeps the last good one; -o wide says why",
            "  NOT_SENT      was sent nothing yet",
            "  DISCONNECTED  gone; keeps serving with what it has",
            "",
            "AGE is how long it has been connected, or gone; PUSH TOOK is how long the last push took to be acknowledged."
        })
public final class ProxyStatusCommand implements Callable<Integer> {
    private static final List<String> TYPES = List.of("LDS", "CDS", "RDS", "EDS", "SDS");

    private final Console console;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Mixin
    private final OutputOption output = new OutputOption();

    @Parameters(
            arity = "0..1",
            paramLabel = "<workload>",
            description = "Only proxies of this workload or with this id.")
    private List<String> wanted = List.of();

    /// The command on a console.
    public ProxyStatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<JsonNode> proxies;
        try (var client = server.client()) {
            proxies = client.proxies().stream()
                    .filter(this::isWanted)
                    .sorted(Comparator.comparing(
                                    (JsonNode proxy) -> proxy.path("namespace").asString(""))
                            .thenComparing(proxy -> proxy.path("workload").asString("")))
                    .toList();
        }
        if (proxies.isEmpty() && !wanted.isEmpty()) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "there is no proxy of '" + wanted.getFirst() + "'",
                    "list all with 'heddle proxy-status'");
        }
        var answer = JsonNodeFactory.instance.objectNode();
        answer.putArray("items").addAll(proxies);
        if (output.printed(console, answer)) {
            return ExitCode.OK.number();
        }
        if (output.format() == Format.name) {
            proxies.forEach(proxy -> console.out().println(proxy.path("id").asString("")));
        } else if (proxies.isEmpty()) {
            console.say("no proxy has connected yet; start one with 'heddle run'");
        } else {
            table(proxies).print(console);
        }
        return ExitCode.OK.number();
    }

    private boolean isWanted(JsonNode proxy) {
        return wanted.isEmpty()
                || wanted.getFirst().equals(proxy.path("workload").asString(""))
                || wanted.getFirst().equals(proxy.path("id").asString(""));
    }

    private Table table(List<JsonNode> proxies) {
        boolean wide = output.format() == Format.wide;
        var headings = new ArrayList<>(List.of("WORKLOAD", "NAMESPACE", "STATE"));
        headings.addAll(TYPES);
        headings.addAll(List.of("AGE", "PUSH TOOK", "VERSION"));
        if (wide) {
            headings.addAll(List.of("IDENTITY", "ADDRESS", "PROBLEMS"));
        }
        var table = new Table(headings);
        var now = Instant.now();
        for (var proxy : proxies) {
            var cells = new ArrayList<String>();
            cells.add(proxy.path("workload").asString(""));
            cells.add(proxy.path("namespace").asString(""));
            cells.add(proxy.path("state").asString(""));
            TYPES.forEach(type -> cells.add(proxy.path("types").path(type).asString("")));
            cells.add(age(proxy, now));
            var push = proxy.path("lastPushMs");
            cells.add(push.isNumber() ? push.asString() + " ms" : "");
            cells.add(proxy.path("version").asString(""));
            if (wide) {
                cells.add(proxy.path("identity").asString(""));
                cells.add(proxy.path("address").asString(""));
                cells.add(String.join(
                        "; ",
                        proxy.path("problems")
                                .valueStream()
                                .map(ProxyStatusCommand::text)
                                .toList()));
            }
            table.row(cells);
        }
        return table;
    }

    /// How long it has been connected; how long one that is not has been gone.
    static String age(JsonNode proxy, Instant now) {
        var age = Age.since(proxy.path("connectedSince").asString(""), now);
        return proxy.path("connected").asBoolean(true) || age.isEmpty() ? age : "gone " + age;
    }

    private static String text(JsonNode problem) {
        return problem.isString() ? problem.asString() : problem.path("reason").asString(problem.toString());
    }
}
