package io.heddle.cli.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.packetfilter.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.ObjectMapper;

/// The exact texts of the rules, one folder under `testdata/cases/intercept` a case. `-Dheddle.golden=write` writes
/// what is expected anew.
class RuleTextsTest {
    private static final Path CASES = Path.of("../testdata/cases/intercept");

    static List<String> cases() throws IOException {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_dry_run_prints_exactly_these_commands(String name) throws IOException {
        var folder = CASES.resolve(name);
        for (var backend : List.of("iptables", "nft")) {
            var run = install(folder, "--backend", backend, "--dry-run");
            assertThat(run.code()).as(run.err()).isZero();
            var expected = folder.resolve(backend + ".expected");
            if ("write".equals(System.getProperty("heddle.golden"))) {
                Files.writeString(expected, run.out());
            }
            assertThat(run.out()).isEqualTo(Files.readString(expected));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_dry_run_tells_programs_the_same(String name) throws IOException {
        var run = install(CASES.resolve(name), "--backend", "nft", "--dry-run", "-o", "json");
        var steps = new ObjectMapper().readTree(run.out()).path("steps");
        var text = new StringBuilder();
        for (var step : steps) {
            var words = new ArrayList<String>();
            step.path("command").forEach(word -> words.add(word.asString()));
            text.append(new Step(words, step.path("input").asString()).text());
        }
        assertThat(text).hasToString(Files.readString(CASES.resolve(name).resolve("nft.expected")));
    }

    private static CommandLineRun install(Path folder, String... more) throws IOException {
        var arguments = new ArrayList<>(List.of("install"));
        Stream.of(Files.readString(folder.resolve("arguments")).strip().split(" ", -1))
                .filter(word -> !word.isEmpty())
                .forEach(arguments::add);
        arguments.addAll(List.of(more));
        return CommandLineRun.of(arguments);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --exclude-inbound-ports=0            | --exclude-inbound-ports: '0' is not a port
            --exclude-inbound-ports=90-80        | --exclude-inbound-ports: '90-80' runs backwards
            --include-outbound-ports=http        | --include-outbound-ports: 'http' is not a port
            --exclude-outbound-cidrs=10.0.0.0/33 | --exclude-outbound-cidrs: '10.0.0.0/33' has a prefix longer than 32
            --exclude-outbound-cidrs=10.0        | --exclude-outbound-cidrs: '10.0' is not an IP address
            --exclude-outbound-cidrs=fe80::1%lo  | --exclude-outbound-cidrs: 'fe80::1%lo' is not an IP address
            --exclude-outbound-cidrs=a.example   | --exclude-outbound-cidrs: 'a.example' is not an IP address
            --exclude-outbound-cidrs=10.0.0.0/   | --exclude-outbound-cidrs: '10.0.0.0/' has no prefix length
            --exclude-inbound-interfaces=a;b     | --exclude-inbound-interfaces: 'a;b' is not an interface's name
            --exclude-outbound-uids=nobody       | --exclude-outbound-uids: 'nobody' is not a numeric id
            --proxy-uid=                         | --proxy-uid: without it
            --outbound-port=70000                | --outbound-port: '70000' is not a number
            --inbound-port=15001                 | --inbound-port: '15001' is the outbound port, too
            --outbound-port=15006                | --inbound-port: '15006' is the outbound port, too
            --tproxy-mark=0                      | --tproxy-mark: '0' is not a number
            """)
    void what_is_wrong_is_named_by_its_option(String argument, String reason) {
        var run = CommandLineRun.of(List.of("install", "--dry-run", argument));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(reason);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void without_a_verb_the_usage_is_shown() {
        var run = CommandLineRun.of(List.of());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("install, remove or status");
    }
}
