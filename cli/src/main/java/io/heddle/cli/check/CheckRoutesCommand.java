package io.heddle.cli.check;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.OutputOption;
import io.heddle.cli.output.Style;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.check.RouteCheck;
import io.heddle.xds.read.RouteTestReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `heddle check-routes`: tests of a route configuration, in the format of Envoy's router check tool.
@Command(
        name = "check-routes",
        mixinStandardHelpOptions = true,
        description = "Test an Envoy route configuration, with tests in the format of Envoy's router check tool.",
        footer = {"", "Example:", "  heddle check-routes -c routes.yaml -t tests.yaml"})
public final class CheckRoutesCommand implements Callable<Integer> {
    private static final long LARGEST = 8L * 1024 * 1024;

    private final Console console;

    @Option(
            names = {"-c", "--config-path"},
            required = true,
            paramLabel = "<file>",
            description = "The route configuration, YAML or JSON.")
    private Path configuration = Path.of("routes.yaml");

    @Option(
            names = {"-t", "--test-path"},
            required = true,
            paramLabel = "<file>",
            description = "The tests, YAML or JSON.")
    private Path tests = Path.of("tests.yaml");

    @Option(
            names = {"-d", "--details"},
            description = "Show the tests that pass, too.")
    private boolean details;

    @Option(names = "--coverage", description = "Show which routes no test reaches.")
    private boolean coverage;

    @Option(
            names = {"-f", "--fail-under"},
            paramLabel = "<percent>",
            description = "Fail when tests reach fewer of the routes.")
    private double failUnder;

    @Mixin
    private final OutputOption output = new OutputOption();

    /// The command on a console.
    public CheckRoutesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var table = good(RouteTestReader.table(text(configuration)), configuration);
        var wanted = good(RouteTestReader.tests(text(tests)), tests);
        var results = wanted.stream().map(test -> RouteCheck.check(test, table)).toList();
        var reached = Coverage.of(table, results);
        if (!output.printed(console, answer(results, reached))) {
            results.forEach(this::show);
            summary(results, reached);
        }
        boolean passed = results.stream().allMatch(RouteCheck.Result::passed) && reached.percent() >= failUnder;
        return (passed ? ExitCode.OK : ExitCode.FAILURE).number();
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new Failure(ExitCode.FAILURE, file + " is larger than 8 MiB", "split it");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE, "cannot read " + file + ": " + Failure.words(e), "name a file of text", e);
        }
    }

    private <T> T good(Checked<T> read, Path file) {
        return switch (read) {
            case Checked.Ok<T>(T value, List<Problem> warnings) -> {
                warnings.forEach(warning -> console.say(file + ": " + warning));
                yield value;
            }
            case Checked.Rejected<T>(List<Problem> problems) -> {
                throw Failure.all(ExitCode.REFUSED, file + ": ", problems);
            }
        };
    }

    private void show(RouteCheck.Result result) {
        if (result.passed() && !details) {
            return;
        }
        var mark = result.passed() ? console.style(Style.GREEN, "ok  ") : console.style(Style.RED, "FAIL");
        console.out().println(mark + "  " + result.test().name());
        for (var difference : result.differences()) {
            console.out().println("      " + difference.field() + ":");
            console.out().println("        wanted  " + shown(difference.wanted()));
            console.out().println("        got     " + shown(difference.got()));
        }
    }

    private static String shown(String text) {
        return text.isEmpty() ? "(nothing)" : text;
    }

    private void summary(List<RouteCheck.Result> results, Coverage reached) {
        long passed = results.stream().filter(RouteCheck.Result::passed).count();
        console.out().println(passed + " of " + results.size() + " tests pass");
        if (coverage || failUnder > 0) {
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%d of %d routes are reached (%.1f %%)",
                            reached.reached(),
                            reached.total(),
                            reached.percent()));
        }
        if (coverage) {
            reached.missed().forEach(route -> console.out().println("  not reached: " + route));
        }
    }

    private ObjectNode answer(List<RouteCheck.Result> results, Coverage reached) {
        var answer = JsonNodeFactory.instance.objectNode();
        var list = answer.putArray("tests");
        for (var result : results) {
            var test = list.addObject()
                    .put("name", result.test().name())
                    .put("passed", result.passed())
                    .put("virtualHost", result.virtualHost())
                    .put("route", result.route().name());
            var differences = test.putArray("differences");
            result.differences()
                    .forEach(difference -> differences
                            .addObject()
                            .put("field", difference.field())
                            .put("wanted", difference.wanted())
                            .put("got", difference.got()));
        }
        var routes = answer.putObject("coverage")
                .put("reached", reached.reached())
                .put("total", reached.total())
                .putArray("missed");
        reached.missed().forEach(routes::add);
        return answer;
    }
}
