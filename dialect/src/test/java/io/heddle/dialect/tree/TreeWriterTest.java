package io.heddle.dialect.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeWriterTest {
    @Test
    void yaml_is_written_in_block_style_with_ambiguous_texts_quoted() {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("kind", "Service");
        tree.put("quoted", List.of("on", "1", "a: b", "", "two\nlines"));
        tree.put("nested", List.of(Map.of("a", List.of(1L, 2.5)), List.of(List.of(true)), Map.of(), List.of()));
        tree.put("empty", Map.of());

        assertThat(TreeWriter.yaml(tree)).isEqualTo("""
                        kind: Service
                        quoted:
                        - "on"
                        - "1"
                        - "a: b"
                        - ""
                        - "two\\nlines"
                        nested:
                        - a:
                          - 1
                          - 2.5
                        - - - true
                        - {}
                        - []
                        empty: {}
                        """);
    }

    @Test
    void json_is_written_on_one_line_with_control_characters_escaped() {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("a", List.of("\"\\\u0001\u2028", 1L, false));
        tree.put("b", Map.of());

        assertThat(TreeWriter.json(tree)).isEqualTo("{\"a\":[\"\\\"\\\\\\u0001\\u2028\",1,false],\"b\":{}}");
    }
}
