package io.heddle.cli.server;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.LogOption;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.Port;
import io.heddle.cli.output.ProcessEnd;
import io.heddle.cli.sidecar.LastGoodOption;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `heddle proxy`: the proxy alone, with an Envoy v3 bootstrap, until SIGTERM.
@Command(
        name = "proxy",
        mixinStandardHelpOptions = true,
        description = "Run the proxy alone, with an Envoy v3 bootstrap file.",
        footer = {"", "Example:", "  heddle proxy -c bootstrap.yaml"})
public final class ProxyCommand implements Callable<Integer> {
    private static final Duration READY = Duration.ofMinutes(1);

    private final Console console;

    @Option(
            names = {"-c", "--config-path"},
            required = true,
            paramLabel = "<file>",
            description = "The bootstrap, YAML or JSON.")
    private Path bootstrap = Path.of("bootstrap.yaml");

    @Option(
            names = "--state-dir",
            paramLabel = "<dir>",
            defaultValue = ".heddle/proxy",
            description = "Where identity and last good configuration are kept. Default: ${DEFAULT-VALUE}.")
    private Path stateDirectory = Path.of(".heddle", "proxy");

    @Option(
            names = "--concurrency",
            paramLabel = "<n>",
            defaultValue = "1",
            description = "Event loops; 0 for one a processor. Default: ${DEFAULT-VALUE}.")
    private int concurrency = 1;

    @Option(
            names = "--metrics-port",
            paramLabel = "<port>",
            converter = Port.class,
            description = "Where Prometheus reads; 0 for any free port. Default: none.")
    private Optional<Integer> metricsPort = Optional.empty();

    @Option(
            names = "--drain-time",
            paramLabel = "<seconds>",
            defaultValue = "5",
            description = "How long requests under way may take at the end. Default: ${DEFAULT-VALUE}.")
    private int drainSeconds = 5;

    @Mixin
    private LastGoodOption lastGood = new LastGoodOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private LogOption log = new LogOption();

    /// The command on a console.
    public ProxyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (concurrency < 0 || concurrency > 1024) {
            throw new Failure(
                    ExitCode.USAGE, "--concurrency must be from 0 to 1024", "0 stands for one event loop a processor");
        }
        var drain = Duration.ofSeconds(drainSeconds);
        var plain = ProxyOptions.of(new ProxyOptions.BootstrapSource.File(bootstrap), stateDirectory)
                .withLogLevels(LogbackLevels.ofProcess())
                .withConcurrency(concurrency)
                .withDrainTime(drain)
                .withLastGoodAfter(lastGood.silence());
        var options = metricsPort
                .map(port -> plain.withMetrics(new ProxyOptions.MetricsPort("127.0.0.1", port)))
                .orElse(plain);
        var proxy = ProxyStart.start(options);
        ProcessEnd.closing(() -> {
            proxy.drainAll(drain).join();
            proxy.close();
        });
        awaitReady(proxy);
        tell(proxy.ports());
        proxy.quitAsked().join();
        return ExitCode.OK.number();
    }

    private void tell(Map<String, InetSocketAddress> ports) {
        var answer = JsonNodeFactory.instance.objectNode();
        var listeners = answer.putArray("listeners");
        ports.forEach((name, address) -> listeners
                .addObject()
                .put("name", name)
                .put("address", address.getAddress().getHostAddress())
                .put("port", address.getPort()));
        if (!output.printed(console, answer)) {
            ports.forEach((name, address) -> console.say(
                    "%s listens on %s:%d".formatted(name, address.getAddress().getHostAddress(), address.getPort())));
        }
    }

    private static void awaitReady(Proxy proxy) throws InterruptedException {
        if (!ProxyStart.awaitReady(proxy, READY)) {
            throw new Failure(
                    ExitCode.UNREACHABLE,
                    "no configuration after " + READY.toSeconds() + " s",
                    "check the control plane that the bootstrap names");
        }
    }
}
