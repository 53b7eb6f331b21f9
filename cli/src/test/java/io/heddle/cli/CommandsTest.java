package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.output.Console;
import io.heddle.control.ControlOptions;
import io.heddle.control.ControlPlane;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.ObjectMapper;

/// The commands against a real control plane.
class CommandsTest {
    private static final String SERVICE = """
            apiVersion: v1
            kind: Service
            metadata: {name: %s, namespace: shop}
            spec:
              selector: {app: %s}
              ports: [{name: http, port: 80}]
            """;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path state;

    private static ControlPlane control;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void start() throws Exception {
        control = ControlPlane.start(ControlOptions.defaults()
                .withStateDirectory(state)
                .withPorts(new ControlOptions.Ports("127.0.0.1", 0, 0, 0, 0, List.of())));
    }

    @AfterAll
    static void stop() {
        control.close();
    }

    @Test
    void apply_from_standard_input_then_get_then_delete(@TempDir Path files) throws Exception {
        assertThat(heddle(SERVICE.formatted("books", "books"), "apply", "-f", "-"))
                .isZero();
        assertThat(out()).contains("Service shop/books created");
        assertThat(heddle("", "get", "svc/books", "-n", "shop")).isZero();
        assertThat(out()).contains("NAME", "STATUS", "AGE", "books");
        assertThat(heddle("", "get", "svc", "books", "-n", "shop", "-o", "json"))
                .isZero();
        assertThat(JSON.readTree(out()).path("metadata").path("name").asString())
                .isEqualTo("books");
        var file = Files.writeString(files.resolve("books.yaml"), SERVICE.formatted("books", "books"));
        assertThat(heddle("", "apply", "-f", file.toString(), "-o", "name")).isZero();
        assertThat(out()).isEqualTo("service/books\n");
        assertThat(heddle("", "delete", "-f", files.toString())).isZero();
        assertThat(out()).contains("Service shop/books deleted");
        assertThat(heddle("", "get", "service/books", "-n", "shop")).isEqualTo(4);
    }

    @Test
    void delete_waits_like_apply_and_goes_on_past_what_is_missing_when_that_is_no_failure() {
        heddle(SERVICE.formatted("late", "late"), "apply", "-f", "-");
        assertThat(heddle("", "delete", "svc/none", "svc/late", "-n", "shop", "--ignore-not-found", "--wait"))
                .as(err())
                .isZero();
        assertThat(out()).isEqualTo("Service shop/late deleted\n");
        assertThat(err()).contains("live on 0 of 0 proxies after ");
        assertThat(heddle("", "get", "svc/late", "-n", "shop")).isEqualTo(4);
        assertThat(heddle("", "delete", "svc/late", "-n", "shop", "--wait")).isEqualTo(4);
        assertThat(err()).contains("Service shop/late: there is no such object", "try:");
    }

    /// What a user types and then presses Tab, in a real bash.
    @Test
    void bash_completes_commands_options_and_values(@TempDir Path files) throws Exception {
        assertThat(run("", "completion", "bash")).isZero();
        var completion = Files.writeString(files.resolve("completion.bash"), out());
        assertThat(completed(completion, "to")).containsExactly("token");
        assertThat(completed(completion, "token", "create", "--serv")).contains("--server", "--service");
        assertThat(completed(completion, "completion", "")).containsExactly("bash", "zsh", "fish");
    }

    private static List<String> completed(Path completion, String... words) throws Exception {
        var line = "heddle " + String.join(" ", words);
        var script = "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; COMP_POINT=%d; "
                        .formatted(
                                completion, line.endsWith(" ") ? line + "''" : line, words.length, line, line.length())
                + "compopt() { :; }; _complete_heddle; printf '%s\\n' \"${COMPREPLY[@]}\"";
        var bash = new ProcessBuilder("bash", "-c", script).start();
        var text = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var wrong = new String(bash.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(wrong).isEmpty();
        return text.lines().toList();
    }

    @Test
    void yaml_that_get_prints_can_be_applied_again() {
        heddle(SERVICE.formatted("round", "round"), "apply", "-f", "-");
        assertThat(heddle("", "get", "service/round", "-n", "shop", "-o", "yaml"))
                .isZero();
        var yaml = out();
        assertThat(heddle(yaml, "apply", "-f", "-")).as(err()).isZero();
        assertThat(out()).contains("Service shop/round unchanged");
    }

    @Test
    void a_dry_run_changes_nothing() {
        assertThat(heddle(SERVICE.formatted("dry", "dry"), "apply", "-f", "-", "--dry-run"))
                .isZero();
        assertThat(out()).contains("Service shop/dry created (dry run)");
        assertThat(heddle("", "get", "service/dry", "-n", "shop")).isEqualTo(4);
    }

    @Test
    void a_refusal_names_object_path_reason_and_remedy_and_ends_with_three() {
        var wrong = SERVICE.formatted("bad", "bad").replace("selector:", "selektor:");
        assertThat(heddle(wrong, "apply", "-f", "-")).isEqualTo(3);
        assertThat(out()).isEmpty();
        assertThat(err()).contains("error: Service shop/bad: spec.selektor", "try:", "nothing was changed");
    }

    @Test
    void a_demo_that_cannot_begin_says_so_to_programs_too(@TempDir Path files) throws Exception {
        var file = Files.createFile(files.resolve("taken"));
        assertThat(run("", "demo", "-o", "json", "--dir", file.toString())).isEqualTo(1);
        assertThat(JSON.readTree(out()).path("problems").path(0).path("reason").asString())
                .isEqualTo("cannot create the demo's directory: " + file + ": a file is there already");
        assertThat(run("", "demo", "--headless", "--rate", "0", "-o", "yaml")).isEqualTo(2);
        assertThat(out()).startsWith("problems:\n");
    }

    @Test
    void a_wrong_token_is_denied_with_six(@TempDir Path files) throws Exception {
        var token = Files.writeString(files.resolve("token"), "wrong");
        assertThat(heddle(SERVICE.formatted("x", "x"), "apply", "-f", "-", "--token-file", token.toString()))
                .isEqualTo(6);
        assertThat(err()).contains("does not accept this token", "--token-file");
    }

    @Test
    void nothing_listening_is_unreachable_with_five() {
        assertThat(run("", "get", "all", "--server", "http://127.0.0.1:1")).isEqualTo(5);
        assertThat(err()).contains("the control plane at http://127.0.0.1:1 does not answer", "heddle control");
    }

    @Test
    void a_wrong_command_line_ends_with_two() {
        assertThat(run("", "get")).isEqualTo(2);
        assertThat(run("", "frobnicate")).isEqualTo(2);
        assertThat(heddle("", "get", "nonsense")).isEqualTo(2);
        assertThat(err()).contains("there is no kind 'nonsense'", "httproute");
        assertThat(heddle("", "delete")).isEqualTo(2);
        assertThat(heddle("", "apply", "-f", "/no/such/file")).isEqualTo(2);
        assertThat(err()).contains("there is no file /no/such/file");
    }

    @Test
    void ports_that_are_none_and_forms_that_are_none_are_usage_errors() {
        var lines = List.of(
                List.of("demo", "--api-port", "70000"),
                List.of("control", "--api-port", "99999"),
                List.of("control", "--trust-domain", ""),
                List.of("control", "--trust-domain", "A B"),
                List.of("control", "--xds-port", "-1"),
                List.of("proxy", "-c", "x", "--metrics-port", "65536"),
                List.of("run", "--service", "a.b", "--port", "99999", "--", "true"),
                List.of("run", "--service", "a.b", "--port", "0", "--", "true"),
                List.of("demo", "-o", "wide"));
        for (var line : lines) {
            assertThat(run("", line.toArray(String[]::new))).as(line.toString()).isEqualTo(2);
            assertThat(err()).as(line.toString()).contains("error:").doesNotContain("defect", "Usage:");
        }
    }

    @Test
    void without_a_command_and_with_help_every_command_is_listed() {
        assertThat(run("")).isEqualTo(2);
        assertThat(err()).contains("proxy-status", "apply", "demo");
        assertThat(run("", "help")).isZero();
        assertThat(out()).contains("proxy-status", "apply", "demo");
        assertThat(run("", "help", "apply")).isZero();
        assertThat(out()).contains("--dry-run");
        assertThat(run("", "aply")).isEqualTo(2);
        assertThat(err()).contains("did you mean", "apply");
    }

    @Test
    void a_refusal_names_the_file_and_its_own_line(@TempDir Path files) throws Exception {
        var good = Files.writeString(files.resolve("a.yaml"), SERVICE.formatted("good", "good"));
        var bad = Files.writeString(
                files.resolve("b.yaml"), SERVICE.formatted("bad", "bad").replace("selector:", "selektor:"));
        assertThat(heddle("", "apply", "-f", good.toString(), "-f", bad.toString()))
                .isEqualTo(3);
        assertThat(err()).contains(bad + ": Service shop/bad").doesNotContain(good.toString());
        Files.writeString(bad, "kind: [\n");
        assertThat(heddle("", "apply", "-f", files.toString())).isEqualTo(3);
        assertThat(err()).contains(bad.toString()).doesNotContain(good.toString());
        Files.writeString(bad, "");
        assertThat(heddle("", "apply", "-f", bad.toString())).isEqualTo(3);
        assertThat(heddle(
                        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\n",
                        "apply",
                        "-f",
                        "-"))
                .isEqualTo(3);
        assertThat(err()).contains("VirtualService default/v", "not supported yet", "use HTTPRoute");
    }

    @Test
    void what_is_no_control_plane_is_unreachable_and_its_bytes_are_not_shown() throws Exception {
        var page =
                com.sun.net.httpserver.HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        page.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        page.start();
        try {
            assertThat(run(
                            "",
                            "get",
                            "all",
                            "--server",
                            "127.0.0.1:" + page.getAddress().getPort()))
                    .isEqualTo(5);
            assertThat(err()).contains("is not the API of a Heddle control plane");
        } finally {
            page.stop(0);
        }
        assertThat(run("", "get", "all", "--server", "http://no-such-host.invalid:1"))
                .isEqualTo(5);
        assertThat(err()).contains("no such host");
        assertThat(run("", "get", "all", "--server", control.endpoints().xds())).isEqualTo(5);
        assertThat(err().replace("\n", "")).matches("[\\x20-\\x7e]*");
    }

    @Test
    void a_state_directory_whose_control_plane_was_replaced_by_another_asks_nobody(@TempDir Path other)
            throws Exception {
        Files.copy(state.resolve("control.json"), other.resolve("control.json"));
        Files.writeString(other.resolve("root.pem"), "another root");
        assertThat(run("", "get", "all", "--server", other.toString())).isEqualTo(5);
        assertThat(err()).contains("is gone; another mesh's listens at");
    }

    @Test
    void a_deleted_object_may_be_missing_when_asked_so() {
        assertThat(heddle("", "delete", "service/ghost", "-n", "shop")).isEqualTo(4);
        assertThat(heddle("", "delete", "service/ghost", "-n", "shop", "--ignore-not-found"))
                .isZero();
    }

    @Test
    void failures_are_json_too_when_that_is_asked_for() {
        assertThat(heddle("", "delete", "service/ghost", "-n", "shop", "-o", "json"))
                .isEqualTo(4);
        assertThat(JSON.readTree(out()).path("problems").path(0).path("object").asString(""))
                .isEqualTo("Service shop/ghost");
        assertThat(heddle("", "get", "service/ghost", "-n", "shop", "-o", "json"))
                .isEqualTo(4);
        assertThat(JSON.readTree(out()).path("problems").path(0).path("object").asString(""))
                .isEqualTo("Service shop/ghost");
        assertThat(run("", "ps", "-o", "json", "--server", "127.0.0.1:1")).isEqualTo(5);
        assertThat(JSON.readTree(out()).path("problems").path(0).path("reason").asString(""))
                .contains("127.0.0.1:1 does not answer");
    }

    @Test
    void sources_are_named_in_what_is_wrong_with_them(@TempDir Path files) throws Exception {
        var empty = Files.writeString(files.resolve("empty.yaml"), "# nothing yet\n")
                .toString();
        assertThat(heddle("", "apply", "-f", empty)).isEqualTo(3);
        assertThat(err()).contains("there is no object in " + empty);

        var one = Files.writeString(files.resolve("one.yaml"), SERVICE.formatted("twin", "twin"))
                .toString();
        var two = Files.writeString(files.resolve("two.yaml"), SERVICE.formatted("twin", "twin"))
                .toString();
        assertThat(heddle("", "apply", "-f", one, "-f", empty, "-f", two)).isEqualTo(3);
        assertThat(err()).contains(one + ", " + two + ": Service shop/twin: is given twice");
    }

    @Test
    void a_bad_pattern_is_told_with_file_object_and_field(@TempDir Path files) throws Exception {
        var route = Files.writeString(files.resolve("route.yaml"), """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: catalog, namespace: shop}
                spec:
                  parentRefs: [{kind: Service, group: "", name: catalog}]
                  rules:
                    - matches: [{path: {type: RegularExpression, value: "/books/[0-9"}}]
                      backendRefs: [{name: catalog, port: 80}]
                """);
        assertThat(heddle("", "apply", "-f", route.toString())).isEqualTo(3);
        assertThat(err())
                .contains(route + ": HTTPRoute shop/catalog: spec.rules[0].matches[0].path.value: is no RE2 pattern");
    }

    @Test
    void a_token_is_the_only_thing_on_standard_output() {
        assertThat(heddle("", "token", "create", "-n", "shop", "--account", "catalog"))
                .isZero();
        assertThat(out().strip()).doesNotContain(" ").hasSizeGreaterThan(20);
        assertThat(err()).contains("spiffe://cluster.local/ns/shop/sa/catalog");
    }

    @Test
    void proxy_status_of_an_empty_mesh_says_so_and_is_valid_json_when_asked() {
        assertThat(heddle("", "ps")).isZero();
        assertThat(err()).contains("no proxy has connected yet");
        assertThat(heddle("", "proxy-status", "-o", "json")).isZero();
        assertThat(JSON.readTree(out()).path("items").isArray()).isTrue();
    }

    @Test
    void version_shows_both_sides() {
        assertThat(heddle("", "version")).isZero();
        assertThat(out()).contains("client:        heddle ", "control plane: heddle ");
    }

    @Test
    void completion_knows_commands_and_kinds_in_three_shells() {
        for (var shell : List.of("bash", "zsh", "fish")) {
            assertThat(run("", "completion", shell)).isZero();
            assertThat(out()).as(shell).contains("proxy-status", "httproute", "token-file", "dry-run");
        }
    }

    @Test
    void every_command_explains_itself() {
        var commands = Heddle.commandLine(console("")).getSubcommands().keySet();
        assertThat(commands)
                .contains("control", "apply", "get", "delete", "proxy-status", "ps", "version", "completion", "token");
        for (var command : commands) {
            assertThat(run("", command, "--help")).as(command).isZero();
        }
    }

    private int heddle(String input, String... arguments) {
        var all = new java.util.ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", state.toString()));
        return run(input, all.toArray(String[]::new));
    }

    private int run(String input, String... arguments) {
        out.reset();
        err.reset();
        return Heddle.run(console(input), arguments);
    }

    private Console console(String input) {
        return new Console(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
