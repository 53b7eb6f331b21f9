package io.heddle.cli.check;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.OutputOption;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.exchange.ReceivedHeads;
import io.heddle.traffic.explain.Call;
import io.heddle.traffic.explain.ConfiguredClusters;
import io.heddle.traffic.explain.Explainer;
import io.heddle.traffic.explain.Question;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.ObjectMapper;

/// `heddle explain`: what a proxy does with a request, decision by decision, without a proxy.
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Explain what a proxy does with a request, decision by decision; nothing is sent.",
        footer = {
            "",
            "Examples:",
            "  heddle explain -c bootstrap.yaml --request 'GET http://reviews/api?x=1'",
            "  heddle explain -c bootstrap.yaml --request https://reviews/ \\",
            "      -H 'x-user: ann' --from spiffe://mesh/ns/shop/sa/web"
        })
public final class ExplainCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "<file>",
            description = "The proxy's bootstrap, YAML or JSON.")
    private Path config = Path.of("bootstrap.yaml");

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
    private final OutputOption output = new OutputOption();

    /// The command on a console.
    public ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (!Files.isReadable(config) || Files.isDirectory(config)) {
            throw new Failure(ExitCode.FAILURE, "cannot read " + config, "name a bootstrap file");
        }
        var bootstrap = good(BootstrapReader.read(config));
        if (bootstrap.ads().isPresent()) {
            console.say(
                    config + ": what the control plane would send is not known here; ask a running proxy's /explain");
        }
        var runtime = bootstrap.fixed();
        if (!listener.isEmpty() && !runtime.listeners().containsKey(listener)) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    config + " has no listener " + listener,
                    "name one of " + runtime.listeners().keySet());
        }
        var explainer = new Explainer(
                runtime,
                new ConfiguredClusters(runtime.clusters()),
                new ReceivedHeads(),
                System.nanoTime(),
                System.currentTimeMillis());
        var explanation = explainer.explain(asked(explainer));
        if (!output.printed(console, new ObjectMapper().valueToTree(explanation.document()))) {
            console.out().print(explanation.text());
        }
        return ExitCode.OK.number();
    }

    private Call asked(Explainer explainer) {
        var question = new Question(request, headers, from, listener, to, source, serverName, protocols, seed);
        return switch (question.call(explainer)) {
            case Checked.Ok<Call>(Call call, var _) -> call;
            case Checked.Rejected<Call>(List<Problem> problems) -> throw new Failure(ExitCode.USAGE, problems);
        };
    }

    private Bootstrap good(Checked<Bootstrap> read) {
        return switch (read) {
            case Checked.Ok<Bootstrap>(Bootstrap value, List<Problem> warnings) -> {
                warnings.forEach(warning -> console.say(config + ": " + warning));
                yield value;
            }
            case Checked.Rejected<Bootstrap>(List<Problem> problems) -> {
                problems.forEach(problem -> console.say(config + ": " + problem));
                throw new Failure(ExitCode.REFUSED, problems);
            }
        };
    }
}
