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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// `explain` on the bootstrap under `testdata/cases/explain`; `-Dheddle.golden=write` writes what it prints.
final class ExplainTest {
    private static final Path CASES = Path.of("..", "testdata", "cases", "explain");
    private static final Path BOOTSTRAP = CASES.resolve("bootstrap.yaml");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int explain(Path bootstrap, String... more) {
        out.reset();
        err.reset();
        var arguments = Stream.concat(Stream.of("explain", "-c", bootstrap.toString()), Stream.of(more))
                .toArray(String[]::new);
        var console = new Console(
                new ByteArrayInputStream(new byte[0]), new PrintStream(out), new PrintStream(err), false, false);
        return Heddle.run(console, arguments);
    }

    private JsonNode outcome(String... more) {
        var arguments = Stream.concat(Stream.of(more), Stream.of("-o", "json")).toArray(String[]::new);
        assertThat(explain(BOOTSTRAP, arguments)).as("%s", err).isZero();
        return new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8)).path("outcome");
    }

    @Test
    void tells_every_decision_in_order() throws IOException {
        assertThat(explain(BOOTSTRAP, "--request", "GET http://reviews/api/../api?x=1"))
                .as("%s", err)
                .isZero();
        var printed = out.toString(StandardCharsets.UTF_8);
        var golden = CASES.resolve("output.txt");
        if ("write".equals(System.getProperty("heddle.golden"))) {
            Files.writeString(golden, printed);
        }
        assertThat(printed).isEqualTo(Files.readString(golden));
    }

    @Test
    void tells_programs_what_came_of_it() {
        var forwarded = outcome("--request", "http://reviews/shelf", "-H", "x-user: ann");
        assertThat(forwarded.path("kind").asString()).isEqualTo("forwarded");
        assertThat(forwarded.path("cluster").asString()).isEqualTo("reviews-v2");
        assertThat(forwarded.path("endpoint").asString()).isEqualTo("127.0.0.1:9084");
        assertThat(outcome("--request", "DELETE http://reviews/api")
                        .path("details")
                        .asString())
                .isEqualTo("rbac_access_denied_matched_policy[no-deletes]");
        assertThat(outcome("--request", "http://reviews/old").path("location").asString())
                .isEqualTo("http://reviews/api");
        assertThat(outcome("--request", "http://reviews/health").path("status").asInt())
                .isEqualTo(200);
        assertThat(outcome("--request", "http://ratings/").path("flag").asString())
                .isEqualTo("NR");
        assertThat(outcome("--request", "https://reviews/api").path("reason").asString())
                .isEqualTo("the filter chain expects plaintext");
    }

    @Test
    void another_seed_may_choose_another_cluster() {
        var clusters = Stream.iterate(0, n -> n < 100, n -> n + 1)
                .map(seed -> outcome("--request", "http://reviews/api", "--seed", Integer.toString(seed))
                        .path("cluster")
                        .asString())
                .distinct()
                .toList();
        assertThat(clusters).containsExactlyInAnyOrder("reviews-v1", "reviews-v2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET  http://reviews/ x",
                " ",
                "--to=nowhere",
                "--to=127.0.0.1:1",
                "--source=host",
                "-H=x",
                "GET",
                "--from=ann"
            })
    void refuses_what_is_no_question(String argument) {
        boolean option = argument.startsWith("-");
        assertThat(explain(BOOTSTRAP, "--request", option ? "http://reviews/" : argument, option ? argument : "-HA:b"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("error: Request: ");
    }

    @Test
    void says_all_that_is_wrong_with_a_question_at_once() {
        assertThat(explain(BOOTSTRAP, "--request", "GET", "-H", "x", "--from", "ann", "--source", "host", "--to", "a"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("error: Request: is not a method and a URL: GET")
                .contains("header: is not 'name: value': x; write for example x-user: ann")
                .contains("from: is no SPIFFE URI: ann")
                .contains("source: is no IP address: host")
                .contains("to: is not address:port: a");
    }

    @Test
    void says_that_there_is_no_such_path() {
        assertThat(explain(Path.of("/nope"), "--for", "web.shop", "--request", "http://reviews/"))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no /nope");
    }

    @Test
    void each_problem_of_a_file_is_said_once_with_its_remedy_and_the_file_once(@TempDir Path folder)
            throws IOException {
        var bad = Files.writeString(folder.resolve("bad.yaml"), """
                static_resources:
                  clusters:
                  - { name: a, nope: 1 }
                  - { name: b, type: STATIK }
                """);
        assertThat(explain(bad, "--request", "http://reviews/")).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2)
                .allMatch(line -> line.split(Pattern.quote(bad.toString()), -1).length == 2)
                .anyMatch(line -> line.contains("clusters[0].nope: is no field of") && line.contains("; did you mean "))
                .anyMatch(line -> line.contains("clusters[1].type: is \"STATIK\"") && line.contains("; write one of"));
    }

    @Test
    void says_which_listeners_there_are_and_refuses_what_a_proxy_would_refuse(@TempDir Path folder) throws IOException {
        assertThat(explain(BOOTSTRAP, "--request", "http://reviews/", "--listener", "outbound"))
                .isEqualTo(4);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("inbound");
        var bad = Files.writeString(folder.resolve("bad.yaml"), "static_resources: {listeners: [{name: l}]}");
        assertThat(explain(bad, "--request", "http://reviews/")).isEqualTo(3);
        assertThat(explain(folder.resolve("none.yaml"), "--request", "http://reviews/"))
                .isEqualTo(1);
    }
}
