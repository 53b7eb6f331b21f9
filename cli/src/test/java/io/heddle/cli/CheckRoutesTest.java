package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.output.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.ObjectMapper;

/// `check-routes` on the folders under `testdata/cases/check-routes`; `-Dheddle.golden=write` writes what it
/// prints.
final class CheckRoutesTest {
    private static final Path CASES = Path.of("..", "testdata", "cases", "check-routes");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    static List<Path> cases() throws IOException {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders.sorted().toList();
        }
    }

    private int check(Path routes, Path tests, String... more) {
        out.reset();
        err.reset();
        var arguments = Stream.concat(
                        Stream.of("check-routes", "-c", routes.toString(), "-t", tests.toString()), Stream.of(more))
                .toArray(String[]::new);
        var console = new Console(
                new ByteArrayInputStream(new byte[0]), new PrintStream(out), new PrintStream(err), false, false);
        return Heddle.run(console, arguments);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void prints_what_came_of_the_tests(Path folder) throws IOException {
        int code = check(folder.resolve("routes.yaml"), folder.resolve("tests.yaml"), "--coverage");
        var printed = out.toString(StandardCharsets.UTF_8);
        var golden = folder.resolve("output.txt");
        if ("write".equals(System.getProperty("heddle.golden"))) {
            Files.writeString(golden, printed);
        }
        assertThat(printed).as("%s", err).isEqualTo(Files.readString(golden));
        assertThat(code).isEqualTo(printed.contains("FAIL") ? 1 : 0);
    }

    @Test
    void tells_programs_the_same() {
        var folder = CASES.resolve("mistakes");
        assertThat(check(folder.resolve("routes.yaml"), folder.resolve("tests.yaml"), "-o", "json"))
                .isEqualTo(1);
        var answer = new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
        assertThat(answer.path("tests").size()).isEqualTo(3);
        var first = answer.path("tests").path(0);
        assertThat(first.path("passed").asBoolean()).isFalse();
        assertThat(first.path("differences").path(0).path("got").asString()).isEqualTo("site");
        assertThat(answer.path("coverage").path("reached").asInt()).isEqualTo(1);
    }

    @Test
    void details_name_the_tests_that_pass_and_too_little_coverage_fails() {
        var folder = CASES.resolve("shop");
        assertThat(check(folder.resolve("routes.yaml"), folder.resolve("tests.yaml"), "--details", "-f", "100"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("ok    a teapot goes nowhere\n");
        var mistakes = CASES.resolve("mistakes");
        assertThat(check(folder.resolve("routes.yaml"), mistakes.resolve("tests.yaml"), "-f", "100"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tests: [{test_name: t, input: {authority: a, path: /}, validate: {cluster_name: 5}}]",
                "tests: [{test_name: t, input: {authority: a, path: /, ssl: 'true'}, validate: {cluster_name: a}}]",
                "tests: []",
                "tests: 7",
                "other: []",
                "tests: [{test_name: x, input: {path: /}, validate: {cluster_name: a}}]",
                "tests: [{test_name: x, input: {authority: a, path: /, runtime: 7}, validate: {cluster_name: a}}]",
                "tests: [{test_name: x, input: {authority: a, path: /}, validate: {timeout: soon}}]",
                "tests: [{test_name: x, input: {authority: a, path: /}, validate: {code_redirect: x}}]",
                "tests: [{test_name: x, input: {authority: a, path: /}, validate: {route_metadata: [{key: k}]}}]",
                "tests: [{test_name: x, input: {authority: a, path: /, dynamic_metadata: [{value: {a: b}}]},"
                        + " validate: {cluster_name: a}}]",
                "tests: [{test_name: x, input: {authority: a, path: /}, validate: {cluster: a}}]",
                "tests: [{test_name: x, input: {authority: a, path: /}, validate: {}}]",
                "tests: [{input: {authority: a, path: /}, validate: {cluster_name: a}}]",
                "tests: ["
            })
    void refuses_tests_that_do_not_say_what_they_want(String text, @TempDir Path folder) throws IOException {
        var tests = Files.writeString(folder.resolve("tests.yaml"), text);
        assertThat(check(CASES.resolve("shop").resolve("routes.yaml"), tests)).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(tests + ": Tests: ")
                .startsWith("error: ");
    }

    @Test
    void refuses_routes_that_a_proxy_would_refuse_and_files_that_are_not_there(@TempDir Path folder)
            throws IOException {
        var shop = CASES.resolve("shop");
        var routes = Files.writeString(folder.resolve("routes.yaml"), "virtual_hosts: [{name: h, domains: []}]");
        assertThat(check(routes, shop.resolve("tests.yaml"))).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("virtual_hosts[0].domains");
        assertThat(check(folder.resolve("none.yaml"), shop.resolve("tests.yaml")))
                .isEqualTo(1);
    }
}
