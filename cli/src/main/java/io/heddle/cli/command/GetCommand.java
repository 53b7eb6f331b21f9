package io.heddle.cli.command;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.output.Age;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `heddle get`: stored objects and whether every proxy runs with them.
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = "Show stored objects and how many proxies run with them.",
        footer = {
            "",
            "Examples:",
            "  heddle get all -A",
            "  heddle get httproutes -n shop",
            "  heddle get httproute/catalog -n shop -o yaml"
        })
public final class GetCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Mixin
    private final OutputOption output = new OutputOption();

    @Mixin
    private final NamespaceOption namespace = new NamespaceOption();

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "All namespaces.")
    private boolean everywhere;

    @Parameters(
            arity = "1..*",
            paramLabel = "<kind>[/<name>]",
            completionCandidates = KindWords.class,
            description = "A kind, several kinds with commas, 'all', kind/name, or kind and name.")
    private List<String> words = List.of();

    /// The command on a console.
    public GetCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var targets = Target.parse(words);
        var objects = new ArrayList<JsonNode>();
        try (var client = server.client()) {
            targets.forEach(target -> objects.addAll(fetch(client, target)));
        }
        print(objects, targets);
        return ExitCode.OK.number();
    }

    private List<JsonNode> fetch(ControlPlaneClient client, Target target) {
        var objects = new ArrayList<JsonNode>();
        for (var kind : target.kinds()) {
            if (target.name().isPresent()) {
                objects.add(client.resource(
                        kind.kind(), namespace.namespace(), target.name().get()));
            } else {
                objects.addAll(client.resources(
                        kind.kind(), everywhere ? Optional.empty() : Optional.of(namespace.namespace())));
            }
        }
        return objects;
    }

    private void print(List<JsonNode> objects, List<Target> targets) {
        boolean one = targets.size() == 1 && targets.getFirst().name().isPresent();
        if (output.printed(console, one ? objects.getFirst() : list(objects))) {
            return;
        }
        if (!output.format().forPeople()) {
            objects.forEach(object -> console.out().println(kindAndName(object)));
            return;
        }
        if (objects.isEmpty()) {
            console.say(
                    everywhere
                            ? "nothing found in any namespace"
                            : "nothing found in namespace '" + namespace.namespace() + "' (-A shows all namespaces)");
            return;
        }
        boolean manyKinds = targets.size() > 1 || targets.getFirst().kinds().size() > 1;
        table(objects, manyKinds).print(console);
        objects.stream()
                .flatMap(object -> ResourceStatus.warnings(object).stream())
                .forEach(console::say);
    }

    private static JsonNode list(List<JsonNode> objects) {
        var list = JsonNodeFactory.instance.objectNode();
        list.put("apiVersion", "v1").put("kind", "List");
        list.putArray("items").addAll(objects);
        return list;
    }

    private Table table(List<JsonNode> objects, boolean manyKinds) {
        boolean wide = output.format() == io.heddle.cli.output.Format.wide;
        var headings = new ArrayList<String>();
        if (everywhere) {
            headings.add("NAMESPACE");
        }
        headings.addAll(List.of("NAME", "STATUS", "AGE"));
        if (wide) {
            headings.addAll(List.of("GENERATION", "LIVE TOOK", "API VERSION"));
        }
        var table = new Table(headings);
        var now = Instant.now();
        for (var object : objects) {
            var metadata = object.path("metadata");
            var cells = new ArrayList<String>();
            if (everywhere) {
                cells.add(metadata.path("namespace").asString(""));
            }
            cells.add(manyKinds ? kindAndName(object) : metadata.path("name").asString(""));
            cells.add(ResourceStatus.of(object).text());
            cells.add(Age.since(metadata.path("creationTimestamp").asString(""), now));
            if (wide) {
                var live = object.path("status").path("liveAfterMs");
                cells.add(metadata.path("generation").asString(""));
                cells.add(live.isNumber() ? live.asString() + " ms" : "");
                cells.add(object.path("apiVersion").asString(""));
            }
            table.row(cells);
        }
        return table;
    }

    /// `httproute/catalog`.
    static String kindAndName(JsonNode object) {
        return object.path("kind").asString("").toLowerCase(Locale.ROOT)
                + "/"
                + object.path("metadata").path("name").asString("");
    }
}
