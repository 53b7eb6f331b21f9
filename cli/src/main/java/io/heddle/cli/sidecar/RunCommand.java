package io.heddle.cli.sidecar;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.LogOption;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.Port;
import io.heddle.cli.rules.Interception;
import io.heddle.xds.file.FileReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `heddle run`: a sidecar and its application.
@Command(
        name = "run",
        description = "Run an application with its sidecar; ends with the application's exit code.",
        footer = {
            "",
            "The application finds PORT and HTTP_PROXY in its environment and calls other services by name,",
            "for example http://ratings.shop/. It must listen on 127.0.0.1:$PORT.",
            "Under interception it needs no HTTP_PROXY: its connections are led to the sidecar.",
            "-o json and -o yaml print where the sidecar listens before the application starts.",
            "",
            "Examples:",
            "  heddle run --service catalog.shop --version v2 --port 9080 -- java -jar catalog.jar",
            "  sudo heddle run --intercept --service catalog.shop --port 9080 -- java -jar catalog.jar"
        })
public final class RunCommand implements Callable<Integer> {
    private final Console console;
    private final Sidecar.Starter starter;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Option(
            names = "--service",
            paramLabel = "<name.namespace>",
            description = "The service this is an instance of; leave out for a workload that only calls.")
    private Optional<String> service = Optional.empty();

    @Option(names = "--version", paramLabel = "<version>", description = "The instance's version, for example v2.")
    private String version = "";

    @Option(
            names = "--port",
            paramLabel = "<port>",
            converter = Port.class,
            description = "Where the application listens on 127.0.0.1.")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "<namespace>",
            description = "The namespace. Default: the service's, or 'default'.")
    private Optional<String> namespace = Optional.empty();

    @Option(
            names = "--account",
            paramLabel = "<account>",
            description = "The service account. Default: the service's name.")
    private Optional<String> account = Optional.empty();

    @Option(
            names = "--workload",
            paramLabel = "<name>",
            description = "The workload's name. Default: service and version.")
    private Optional<String> workload = Optional.empty();

    @Option(
            names = "--address",
            paramLabel = "<address>",
            description = "Where other sidecars reach this one. Default: 127.0.0.1, or under interception this"
                    + " machine's own.")
    private Optional<String> address = Optional.empty();

    @Option(
            names = "--state-dir",
            paramLabel = "<dir>",
            description =
                    "Where ports, identity and the last configuration are kept. Default: ./.heddle/run/<workload>.")
    private Optional<Path> stateDirectory = Optional.empty();

    @Option(
            names = "--control",
            paramLabel = "<address|dir>",
            description = "The control plane. Default: as for every command, see 'heddle get --help'.")
    private Optional<String> control = Optional.empty();

    @Option(
            names = "--xds",
            paramLabel = "<host:port>",
            description = "Its xDS service. Default: as its state says, or port 15012.")
    private Optional<String> xds = Optional.empty();

    @Option(
            names = "--ca-file",
            paramLabel = "<file>",
            description = "The mesh's root certificate. Default: from the control plane's state directory.")
    private Optional<Path> caFile = Optional.empty();

    @Option(
            names = "--join-token",
            paramLabel = "<token>",
            defaultValue = "${env:HEDDLE_JOIN_TOKEN}",
            description = "A single-use token for the first certificate. Default: $HEDDLE_JOIN_TOKEN.")
    private Optional<String> joinToken = Optional.empty();

    @Option(
            names = "--outbound-port",
            paramLabel = "<port>",
            converter = Port.class,
            description = "Where the application sends its requests. Default: a free port, kept, or 15001 under"
                    + " interception.")
    private int outbound;

    @Option(
            names = "--inbound-port",
            paramLabel = "<port>",
            converter = Port.class,
            description = "Where other sidecars reach this one. Default: a free port, kept, or 15006 under"
                    + " interception.")
    private int inbound;

    @Option(
            names = "--metrics-port",
            paramLabel = "<port>",
            converter = Port.class,
            description = "Where Prometheus reads. Default: a free port, kept.")
    private int metrics;

    @Option(
            names = "--admin-port",
            paramLabel = "<port>",
            converter = Port.class,
            description = "The administration port. Default: a free port, kept.")
    private int admin;

    @Option(
            names = "--access-log",
            paramLabel = "<file>",
            description = "Where requests are logged; /dev/stdout for standard output, which is the application's"
                    + " otherwise. Default: access.log in the state directory.")
    private Optional<String> accessLog = Optional.empty();

    @Option(
            names = "--grace",
            paramLabel = "<seconds>",
            defaultValue = "10",
            description = "How long requests and the application may take to end. Default: ${DEFAULT-VALUE}.")
    private int graceSeconds = 10;

    @Mixin
    private LastGoodOption lastGood = new LastGoodOption();

    @Mixin
    private ApplicationOptions application = new ApplicationOptions();

    @Mixin
    private final OutputOption output = new OutputOption();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private LogOption log = new LogOption();

    @Parameters(
            arity = "1..*",
            paramLabel = "-- <command>",
            description = "The application's command and its arguments.")
    private List<String> command = List.of();

    /// The command on a console, with the way to start a proxy.
    public RunCommand(Console console, Sidecar.Starter starter) {
        this.console = console;
        this.starter = starter;
    }

    @Override
    public Integer call() throws InterruptedException {
        var spec = spec();
        var state = stateDirectory
                .orElse(Path.of(".heddle", "run", spec.name()))
                .toAbsolutePath()
                .normalize();
        create(state);
        boolean led = spec.interception().isPresent();
        var ports = new SidecarPorts(
                        outbound == 0 && led ? Interception.OUTBOUND_PORT : outbound,
                        inbound == 0 && led ? Interception.INBOUND_PORT : inbound,
                        metrics,
                        admin)
                .settle(state.resolve("ports.json"), new FreePorts(new Random()), spec.address());
        var words = application.whole(command, System.getenv(), ports.outbound());
        ports.ensureFree(spec.address());
        var identity = state.resolve("identity");
        var bootstrap = state.resolve("bootstrap.yaml");
        var target = ControlTarget.find(control, xds, caFile, bootstrap);
        target.copyRoot(identity);
        var token = target.joinToken(joinToken.filter(text -> !text.isBlank()), spec, identity, Instant.now());
        Bootstrap.forgetOtherSockets(bootstrap, spec, state.resolve("last-good.xds"));
        SidecarPorts.writeWhole(bootstrap, new Bootstrap(spec, ports, target.xds(), identity).text());
        var start = new Sidecar.Start(
                bootstrap,
                state,
                ports,
                spec,
                target.xds(),
                token,
                lastGood.silence(),
                accessLog.orElse(state.resolve("access.log").toString()));
        application.caution().ifPresent(console::say);
        var sidecar = application.around(start, starter);
        if (!output.printed(console, ports.json(spec))) {
            console.say("sidecar of %s/%s: %s".formatted(spec.namespace(), spec.name(), ports.words(spec)));
        }
        return new Supervisor(console, sidecar, Duration.ofSeconds(graceSeconds)).run(words, start);
    }

    private WorkloadSpec spec() {
        var full = service.orElse("");
        if (service.isPresent() && !full.matches("[a-z0-9-]+\\.[a-z0-9-]+")) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--service '" + full + "' is not name.namespace",
                    "for example --service catalog.shop");
        }
        int dot = full.indexOf('.');
        var space = dot < 0 ? namespace.orElse("default") : full.substring(dot + 1);
        if (dot >= 0 && namespace.isPresent() && !namespace.get().equals(space)) {
            throw new Failure(ExitCode.USAGE, "--namespace and --service name two namespaces", "leave --namespace out");
        }
        var base = dot < 0 ? "" : full.substring(0, dot);
        var name =
                workload.orElse(base.isEmpty() ? account.orElse("") : base + (version.isEmpty() ? "" : "-" + version));
        if (name.isEmpty()) {
            throw new Failure(ExitCode.USAGE, "the workload has no name", "give --service or --workload");
        }
        var led = application.mode();
        return new WorkloadSpec(
                name,
                space,
                account.orElse(base.isEmpty() ? name : base),
                service,
                version,
                address.or(() -> led.isPresent() ? InstanceAddresses.reachable() : Optional.empty())
                        .orElse("127.0.0.1"),
                port.map(OptionalInt::of).orElse(OptionalInt.empty()),
                led);
    }

    private static void create(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILURE, "cannot create " + FileReason.of(e), "choose another --state-dir", e);
        }
    }
}
