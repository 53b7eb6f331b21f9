package io.heddle.cli.mesh;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.Format;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.Port;
import io.heddle.cli.output.Style;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `heddle demo`: a mesh of real processes, with traffic, until Ctrl-C or for a given time.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Run a whole mesh on this machine: control plane, sidecars, a bookshop and its visitors.",
        footer = {"", "Examples:", "  heddle demo", "  heddle demo --headless --for 20s -o json"})
public final class DemoCommand implements Callable<Integer> {
    private static final Duration REDRAW = Duration.ofSeconds(1);
    private static final Duration FOR_EVER = Duration.ofDays(3650);
    private static final int WINDOW = 10;
    private static final int LONGEST_WINDOW = 300;
    private static final int API = 8080;

    private final Console console;

    @Option(names = "--headless", description = "No live table; report at the end. Implied by -o json and -o yaml.")
    private boolean headless;

    @Option(
            names = "--for",
            paramLabel = "<time>",
            converter = TimeSpan.class,
            description = "How long, for example 20s or 5m. Default: until Ctrl-C, 20s with --headless.")
    private Optional<Duration> length = Optional.empty();

    @Option(
            names = "--rate",
            paramLabel = "<n>",
            defaultValue = "25",
            description = "Visits per second. Default: ${DEFAULT-VALUE}.")
    private int rate = 25;

    @Option(
            names = "--dir",
            paramLabel = "<dir>",
            description = "Where state and logs are kept. Default: a temporary directory, removed at the end.")
    private Optional<Path> directory = Optional.empty();

    @Option(
            names = "--api-port",
            paramLabel = "<port>",
            converter = Port.class,
            defaultValue = "8080",
            description = "The dashboard's port; another one when it is taken, any for 0. Default: ${DEFAULT-VALUE}.")
    private int apiPort = API;

    @Mixin
    private final OutputOption output = new OutputOption();

    /// The command on a console.
    public DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        var format = output.format();
        if (format == Format.wide || format == Format.name) {
            throw new Failure(ExitCode.USAGE, "-o " + format + " is no form of this report", "use table, json or yaml");
        }
        headless |= format != Format.table;
        boolean live = !headless && console.outTerminal();
        if (rate < 1 || rate > 10_000) {
            throw new Failure(ExitCode.USAGE, "--rate must be from 1 to 10000", "leave it out for 25");
        }
        var place = DemoDirectory.create(directory);
        var mesh = new DemoMesh(place.path(), Program.ofProcess());
        var screen = Screen.of(console);
        var hook = Thread.ofPlatform().name("stop").unstarted(() -> {
            screen.end("ending every process of the mesh");
            mesh.close();
            place.remove();
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return run(mesh, place, screen, live);
        } catch (RuntimeException e) {
            if (isEnding(hook)) {
                return ExitCode.FAILURE.number(); // told to stop: what it was about to ask is gone
            }
            if (console.outTerminal()) {
                console.say(""); // the line of the progress stands unfinished
            }
            throw e;
        } finally {
            screen.close();
            mesh.close();
        }
    }

    /// Whether this process was told to end.
    private static boolean isEnding(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
            Runtime.getRuntime().addShutdownHook(hook);
            return false;
        } catch (IllegalStateException _) {
            return true;
        }
    }

    private int run(DemoMesh mesh, DemoDirectory place, Screen screen, boolean live) throws InterruptedException {
        long began = System.nanoTime();
        var progress = new Progress(console, screen::columns, began);
        progress.step("starting the control plane (logs: " + place.path() + ")");
        var control = mesh.startControl(apiPort);
        control.apply(Examples.bookshop(), DemoWorkload.NAMESPACE, false);
        mesh.startWorkloads(control, progress);
        try (var load = new LoadClient(mesh.loadPort())) {
            int tried = mesh.tryPaths(load, progress);
            var ready = progress.elapsed();
            progress.done("the mesh is up after " + Progress.seconds(ready));
            console.say(
                    mesh.confined()
                            ? "every application can open TCP connections to its own sidecar only: the kernel holds it"
                            : "applications reach each other through their sidecars only, but this kernel cannot hold"
                                    + " them to it");
            long loaded = System.nanoTime();
            load.rate(rate);
            var places = Invitation.places(console, control.location(), mesh.applicationPort("web"), place.path());
            if (!headless) {
                Invitation.to(control.location(), Program.ofProcess()).print(console, places);
            }
            var feed = new GraphFeed(control);
            var end = length.or(() -> headless ? Optional.of(Duration.ofSeconds(20)) : Optional.empty());
            if (live) {
                watch(screen, feed, load, end, source -> footer(source, places, mesh.restart()));
            } else {
                pause(feed, end);
            }
            mesh.dead().ifPresent(process -> console.say(process.failure().reason()));
            var figures = load.finish();
            var graph = feed.closing(figures.path("sent").asLong(0) + tried, window(loaded));
            var start = new DemoReport.Start(ready.toMillis(), tried, mesh.confined());
            return report(new DemoReport(graph, figures, start, feed.notice()));
        }
    }

    /// Prints and judges the whole run.
    private int report(DemoReport report) {
        if (!output.printed(console, report.json())) {
            LiveTable.lines(console, report.graph(), report.load()).forEach(console.out()::println);
        }
        report.shortcomings().forEach(text -> console.say(console.style(Style.RED, "failed:") + " " + text));
        return report.shortcomings().isEmpty() ? ExitCode.OK.number() : ExitCode.FAILURE.number();
    }

    /// The seconds since `began`, of [System#nanoTime], as far back as a graph may look.
    private static int window(long began) {
        return Math.clamp(Duration.ofNanos(System.nanoTime() - began).toSeconds() + 1, 1, LONGEST_WINDOW);
    }

    /// Waits for the end, and keeps the newest graph: it is the report when the control plane is lost before.
    private static void pause(GraphFeed feed, Optional<Duration> end) throws InterruptedException {
        long began = System.nanoTime();
        long deadline = began + end.orElse(FOR_EVER).toNanos();
        while (System.nanoTime() < deadline) {
            feed.newest(window(began));
            Thread.sleep(Math.clamp((deadline - System.nanoTime()) / 1_000_000, 1, REDRAW.toMillis()));
        }
    }

    private static void watch(
            Screen screen,
            GraphFeed feed,
            LoadClient load,
            Optional<Duration> end,
            Function<GraphFeed, List<String>> footer)
            throws InterruptedException {
        long deadline = System.nanoTime() + end.orElse(FOR_EVER).toNanos();
        while (System.nanoTime() < deadline) {
            var graph = feed.newest(WINDOW);
            screen.draw(graph, load.stats(), footer.apply(feed));
            Thread.sleep(REDRAW);
        }
    }

    /// What stands below the table: where everything is, since the first lines may have left the screen.
    private List<String> footer(GraphFeed feed, List<String> places, Path restart) {
        var lines = new ArrayList<>(List.of(""));
        lines.addAll(places);
        feed.notice().ifPresent(notice -> {
            lines.add(console.style(Style.YELLOW, notice));
            lines.add("  start it again: sh " + Shell.word(restart.toString()));
        });
        return lines;
    }
}
