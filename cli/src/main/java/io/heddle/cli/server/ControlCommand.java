package io.heddle.cli.server;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.LogOption;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.Port;
import io.heddle.cli.output.ProcessEnd;
import io.heddle.cli.output.Product;
import io.heddle.control.ControlOptions;
import io.heddle.control.ControlPlane;
import io.heddle.control.Endpoints;
import io.heddle.control.StartException;
import io.heddle.model.view.MeshSettings;
import io.heddle.proxy.exchange.head.ReceivedHeads;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `heddle control`: a control plane until SIGTERM.
@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        description = "Run a control plane: API and dashboard, xDS, certificates.",
        footer = {"", "Example:", "  heddle control --config-dir ./mesh"})
public final class ControlCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--state-dir",
            paramLabel = "<dir>",
            defaultValue = ".heddle/control",
            description = "Where the store, the CA and the admin token are kept. Default: ${DEFAULT-VALUE}.")
    private Path stateDirectory = Path.of(".heddle", "control");

    @Option(
            names = "--config-dir",
            paramLabel = "<dir>",
            description = "A directory of YAML files to keep the mesh up to date with.")
    private Optional<Path> configDirectory = Optional.empty();

    @Option(
            names = "--rate-limits",
            paramLabel = "<path>",
            description = "Rate limits that all proxies share: a file as Envoy's rate limit service has it,"
                    + " or a folder of them.")
    private Optional<Path> rateLimits = Optional.empty();

    @Option(
            names = "--bind",
            paramLabel = "<address>",
            defaultValue = "127.0.0.1",
            description = "Where it listens, plaintext xDS excepted. Default: ${DEFAULT-VALUE}.")
    private String bind = "127.0.0.1";

    @Option(
            names = "--name",
            paramLabel = "<name>",
            description = "A further DNS name or address by which it is called; may be repeated.")
    private List<String> names = List.of();

    @Option(
            names = "--api-port",
            paramLabel = "<port>",
            converter = Port.class,
            defaultValue = "8080",
            description = "API and dashboard; 0 for any free port. Default: ${DEFAULT-VALUE}.")
    private int apiPort;

    @Option(
            names = "--xds-port",
            paramLabel = "<port>",
            converter = Port.class,
            defaultValue = "15012",
            description = "xDS and certificates over TLS. Default: ${DEFAULT-VALUE}.")
    private int xdsPort;

    @Option(
            names = "--xds-plaintext-port",
            paramLabel = "<port>",
            converter = Port.class,
            defaultValue = "15010",
            description = "xDS without identity, on loopback only. Default: ${DEFAULT-VALUE}.")
    private int plaintextXdsPort;

    @Option(
            names = "--metrics-port",
            paramLabel = "<port>",
            converter = Port.class,
            defaultValue = "15014",
            description = "Metrics and debug. Default: ${DEFAULT-VALUE}.")
    private int metricsPort;

    @Option(
            names = "--trust-domain",
            paramLabel = "<domain>",
            converter = TrustDomain.class,
            defaultValue = "cluster.local",
            description = "The SPIFFE trust domain. Default: ${DEFAULT-VALUE}.")
    private String trustDomain = "cluster.local";

    @Option(
            names = "--outbound-traffic-policy",
            paramLabel = "<mode>",
            defaultValue = "ALLOW_ANY",
            description = "What happens to intercepted connections that go to no service of the mesh:"
                    + " ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private MeshSettings.OutboundTraffic outboundTraffic = MeshSettings.OutboundTraffic.ALLOW_ANY;

    @Mixin
    private final OutputOption output = new OutputOption();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private LogOption log = new LogOption();

    /// The command on a console.
    public ControlCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        var defaults = MeshSettings.DEFAULT;
        var mesh = new MeshSettings(
                trustDomain, defaults.domainSuffix(), defaults.rootNamespace(), defaults.clusterId(), outboundTraffic);
        var options = ControlOptions.defaults()
                .withStateDirectory(stateDirectory)
                .withPorts(new ControlOptions.Ports(bind, apiPort, xdsPort, plaintextXdsPort, metricsPort, names))
                .withMesh(mesh)
                .withVersion(Product.version());
        var filled = configDirectory.map(options::withConfigDirectory).orElse(options);
        var chosen = rateLimits.map(filled::withRateLimits).orElse(filled);
        var control = started(chosen);
        HeapWatch.start();
        var stopped = new CountDownLatch(1);
        ProcessEnd.closing(() -> {
            control.close();
            stopped.countDown();
        });
        if (!output.printed(console, places(control.endpoints()))) {
            console.say(
                    "control plane: API and dashboard at " + control.endpoints().api());
        }
        stopped.await();
        return ExitCode.OK.number();
    }

    private JsonNode places(Endpoints endpoints) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("api", endpoints.api())
                .put("xds", endpoints.xds())
                .put("plaintextXds", endpoints.plaintextXds())
                .put("metrics", endpoints.metrics())
                .put(
                        "stateDirectory",
                        stateDirectory.toAbsolutePath().normalize().toString());
    }

    static ControlPlane started(ControlOptions options) {
        try {
            return ControlPlane.start(options, new ReceivedHeads());
        } catch (StartException e) {
            if (!e.problems().isEmpty()) {
                throw Failure.all(ExitCode.REFUSED, "", e.problems());
            }
            throw new Failure(ExitCode.FAILURE, e.reason(), e.remedy(), e);
        }
    }
}
