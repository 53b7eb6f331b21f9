package io.heddle.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;

class DocumentsTest {
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void yaml_keeps_every_value_what_it_is() {
        var tree = json.readTree(
                "{\"a\":{\"b\":[{\"c\":1,\"d\":[]},[true,null],\"x\"]},\"yes\":\"no\",\"n\":\"12\",\"s\":\"a: b\",\"e\":\"\",\"d\":\"1.5s\"}");
        assertThat(Documents.yaml(tree)).isEqualTo("""
                        a:
                          b:
                          - c: 1
                            d: []
                          - - true
                            - null
                          - x
                        "yes": "no"
                        "n": "12"
                        s: "a: b"
                        e: ""
                        d: "1.5s"
                        """);
    }

    @Test
    void a_table_is_as_wide_as_its_cells_and_never_ends_a_line_with_spaces() {
        var lines = new Table(List.of("NAME", "STATUS"))
                .row(List.of("catalog", ""))
                .row(List.of("x", "ACTIVE 2/2"))
                .lines();
        assertThat(lines).containsExactly("NAME      STATUS", "catalog   -", "x         ACTIVE 2/2");
    }

    @Test
    void ages_show_their_largest_unit() {
        assertThat(List.of(0, 119, 120, 7199, 7200, 172_800).stream()
                        .map(seconds -> Age.of(Duration.ofSeconds(seconds))))
                .containsExactly("0s", "119s", "2m", "119m", "2h", "2d");
    }

    @Test
    void colours_obey_the_environment() {
        assertThat(Console.allowsColors(Map.of("TERM", "xterm"))).isTrue();
        assertThat(Console.allowsColors(Map.of("TERM", "xterm", "NO_COLOR", "1")))
                .isFalse();
        assertThat(Console.allowsColors(Map.of("TERM", "dumb"))).isFalse();
        assertThat(Console.allowsColors(Map.of())).isFalse();
    }
}
