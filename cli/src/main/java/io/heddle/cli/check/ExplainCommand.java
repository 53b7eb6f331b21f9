package io.heddle.cli.check;

import io.heddle.cli.command.ServerOptions;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.OutputOption;
import io.heddle.control.discovery.MeshDirectory;
import io.heddle.control.push.MeshExplainer;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.proxy.exchange.head.ReceivedHeads;
import io.heddle.traffic.explain.ConfiguredClusters;
import io.heddle.traffic.explain.Explainer;
import io.heddle.traffic.explain.Explanation;
import io.heddle.traffic.explain.Question;
import io.heddle.traffic.explain.Step;
import io.heddle.xds.file.FileReason;
import io.heddle.xds.read.BootstrapReader;
import io.heddle.xds.write.MeshTranslator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.ObjectMapper;

/// `heddle explain`: what a proxy does with a request, decision by decision: by its bootstrap, by a directory of the
/// mesh's objects, or by what a running control plane has.
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Explain what a proxy does with a request, decision by decision; nothing is sent.",
        footer = {
            "",
            "Examples:",
            "  heddle explain -c bootstrap.yaml --request 'GET http://reviews/api?x=1'",
            "  heddle explain -c bootstrap.yaml --request https://reviews/ \\",
            "      -H 'x-user: ann' --from spiffe://mesh/ns/shop/sa/web",
            "  heddle explain -c ./mesh --for web.shop --request http://catalog.shop/books/1",
            "  heddle explain --for web.shop --request http://catalog.shop/books/1"
        })
public final class ExplainCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "<file|dir>",
            description = "The proxy's bootstrap, YAML or JSON, or a directory of the mesh's objects."
                    + " Default: ask the control plane.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--for",
            paramLabel = "<name.namespace>",
            defaultValue = "",
            description = "The workload or service whose sidecar is asked, or a proxy's id; not with a bootstrap.")
    private String proxy = "";

    @Option(
            names = "--request",
            required = true,
            paramLabel = "<request>",
            description = "Method and URL, or a URL alone for GET.")
    private String request = "";

    @Option(
            names = {"-H", "--header"},
            paramLabel = "<name: value>",
            description = "A header of the request; repeat for several.")
    private List<String> headers = List.of();

    @Option(
            names = "--from",
            paramLabel = "<SPIFFE URI>",
            defaultValue = "",
            description = "Who the client's certificate says it is. Default: a client without a certificate.")
    private String from = "";

    @Option(
            names = "--listener",
            paramLabel = "<name>",
            defaultValue = "",
            description = "The listener. Default: the one at --to, or the only one.")
    private String listener = "";

    @Option(
            names = "--to",
            paramLabel = "<address:port>",
            defaultValue = "",
            description = "Where the client wants to go. Default: the listener's address.")
    private String to = "";

    @Option(
            names = "--source",
            paramLabel = "<address>",
            defaultValue = "",
            description = "The client's IP address. Default: 127.0.0.1.")
    private String source = "";

    @Option(
            names = "--sni",
            paramLabel = "<name>",
            defaultValue = "",
            description = "The server name it asks for. Default: the URL's host.")
    private String serverName = "";

    @Option(
            names = "--alpn",
            paramLabel = "<protocol>",
            split = ",",
            description = "The protocols it offers. Default: none.")
    private List<String> protocols = List.of();

    @Option(
            names = "--seed",
            paramLabel = "<n>",
            defaultValue = "0",
            description = "What stands for chance; another number may choose otherwise. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Mixin
    private final OutputOption output = new OutputOption();

    /// The command on a console.
    public ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var question = new Question(request, headers, from, listener, to, source, serverName, protocols, seed);
        if (!question.problems().isEmpty()) {
            throw misput(question.problems());
        }
        if (config.isPresent() && !Files.exists(config.get())) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "there is no " + config.get(),
                    "name a bootstrap file, or a directory of objects");
        }
        if (config.isPresent() && !Files.isDirectory(config.get())) {
            return told(ofBootstrap(config.get(), question));
        }
        if (proxy.isEmpty()) {
            throw new Failure(ExitCode.USAGE, "it is not said whose sidecar is asked", "name it with --for");
        }
        return config.isPresent() ? told(ofDirectory(config.get(), question)) : ofControlPlane();
    }

    private Integer told(Explanation explanation) {
        if (!output.printed(console, new ObjectMapper().valueToTree(explanation.document()))) {
            console.out().print(explanation.text());
        }
        return ExitCode.OK.number();
    }

    private Explanation ofBootstrap(Path file, Question question) {
        if (!proxy.isEmpty()) {
            throw new Failure(ExitCode.USAGE, file + " is one proxy's bootstrap", "leave --for out");
        }
        if (!Files.isReadable(file)) {
            throw new Failure(
                    ExitCode.FAILURE, "cannot read " + file, "name a bootstrap file, or a directory of objects");
        }
        var bootstrap = good(file, BootstrapReader.read(file));
        if (bootstrap.files().isPresent()) {
            console.say(file + ": what its lds_config and cds_config name is not read here");
        }
        if (bootstrap.ads().isPresent()) {
            console.say(file
                    + ": what the control plane would send is not known here; leave --config out and say --for whom");
        }
        var runtime = bootstrap.fixed();
        if (!listener.isEmpty() && !runtime.listeners().containsKey(listener)) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    file + " has no listener " + listener,
                    "name one of " + runtime.listeners().keySet());
        }
        var explainer = new Explainer(
                runtime,
                new ConfiguredClusters(runtime.clusters()),
                new ReceivedHeads(),
                System.nanoTime(),
                System.currentTimeMillis(),
                bootstrap.fixedRuntime());
        return answered(question.call(explainer).then(call -> Checked.ok(explainer.explain(call))));
    }

    private Explanation ofDirectory(Path directory, Question question) {
        var mesh = good(directory, meshOf(directory));
        var node = MeshExplainer.proxy(proxy, mesh, List.of());
        if (node.isEmpty()) {
            throw new Failure(ExitCode.NOT_FOUND, List.of(MeshExplainer.unknown(proxy)));
        }
        // No certificate is looked at for an explanation, so there need be no authority.
        var translator = new MeshTranslator("");
        var explainer = new MeshExplainer(translator::translate, new ReceivedHeads());
        return answered(explainer.explain(mesh, node.get(), question));
    }

    private static Checked<MeshSnapshot> meshOf(Path directory) {
        try {
            return MeshDirectory.read(MeshSettings.DEFAULT, directory);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "cannot read " + directory + ": " + FileReason.of(e),
                    "name a directory of YAML files",
                    e);
        }
    }

    private Integer ofControlPlane() {
        var query = new LinkedHashMap<String, String>();
        query.put("for", proxy);
        query.put("request", request);
        query.put("header", String.join("\n", headers));
        query.put("from", from);
        query.put("listener", listener);
        query.put("to", to);
        query.put("source", source);
        query.put("sni", serverName);
        query.put("seed", Long.toString(seed));
        if (!protocols.isEmpty()) {
            query.put("alpn", String.join(",", protocols));
        }
        try (var client = server.client()) {
            var document = client.explain(query);
            if (!output.printed(console, document)) {
                var steps = document.path("steps")
                        .valueStream()
                        .map(step -> new Step(
                                step.path("step").asString(""),
                                step.path("subject").asString(""),
                                step.path("verdict").asString("")))
                        .toList();
                var end = document.path("outcome").path("text").asString("");
                console.out().print(Explanation.text(steps, end));
            }
        }
        return ExitCode.OK.number();
    }

    private Explanation answered(Checked<Explanation> explained) {
        return switch (explained) {
            case Checked.Ok<Explanation>(Explanation explanation, var _) -> explanation;
            case Checked.Rejected<Explanation>(List<Problem> problems) -> throw misput(problems);
        };
    }

    /// The question cannot be meant: all that is wrong with it is said, and the first of it is the command's failure.
    private Failure misput(List<Problem> problems) {
        problems.stream().skip(1).forEach(problem -> console.say(problem.toString()));
        return new Failure(ExitCode.USAGE, problems);
    }

    private <T> T good(Path place, Checked<T> read) {
        return switch (read) {
            case Checked.Ok<T>(T value, List<Problem> warnings) -> {
                warnings.forEach(warning -> console.say(place + ": " + warning));
                yield value;
            }
            case Checked.Rejected<T>(List<Problem> problems) -> {
                throw Failure.all(ExitCode.REFUSED, place + ": ", problems);
            }
        };
    }
}
