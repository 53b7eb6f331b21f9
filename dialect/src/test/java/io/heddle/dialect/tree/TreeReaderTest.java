package io.heddle.dialect.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeReaderTest {
    @Test
    void scalars_follow_the_core_schema() {
        assertThat(tree("{a: 1, b: 0x10, c: 1.5, d: true, e: yes, f: '1', g: 2026-01-31, h: !!str 7, i: -1e3}"))
                .isEqualTo(Map.of(
                        "a",
                        1L,
                        "b",
                        16L,
                        "c",
                        1.5,
                        "d",
                        true,
                        "e",
                        "yes",
                        "f",
                        "1",
                        "g",
                        "2026-01-31",
                        "h",
                        "7",
                        "i",
                        -1000.0));
    }

    @Test
    void json_with_tabs_and_escapes_is_read() {
        assertThat(tree("{\n\t\"a\":\t[\"\\u00e9\\ud83d\\ude00\\/\"],\n\t\"b\":{}\n}\n"))
                .isEqualTo(Map.of("a", List.of("é😀/"), "b", Map.of()));
    }

    @Test
    void an_alias_stands_for_its_value() {
        assertThat(tree("a: &x {k: v}\nb: *x\n")).isEqualTo(Map.of("a", Map.of("k", "v"), "b", Map.of("k", "v")));
    }

    @Test
    void empty_documents_are_left_out() {
        assertThat(TreeReader.read("---\n---\n# nothing\n---\na: 1\n"))
                .isEqualTo(Checked.ok(List.of(new TreeReader.Root(Map.of("a", 1L), 4))));
    }

    @Test
    void refuses_nesting_beyond_the_limit() {
        int depth = TreeReader.MAX_DEPTH;
        assertThat(refusal("[".repeat(depth) + "1" + "]".repeat(depth))).isEmpty();
        assertThat(refusal("[".repeat(depth + 1) + "1" + "]".repeat(depth + 1))).contains("nested deeper than 50");
        assertThat(refusal("[".repeat(100_000))).contains("nested deeper than 50");
    }

    @Test
    void refuses_aliases_that_multiply() {
        var text = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 9; i++) {
            text.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(10)));
        }
        assertThat(refusal(text.toString())).contains("aliases repeat more than 10000 values");
    }

    @Test
    void refuses_an_alias_inside_its_own_value() {
        assertThat(refusal("a: &x [*x]")).contains("no complete value is anchored as \"x\"");
    }

    @Test
    void refuses_aliases_that_nest_beyond_the_limit() {
        var text = "a: &x " + "[".repeat(30) + "]".repeat(30) + "\nb: " + "[".repeat(30) + "*x" + "]".repeat(30);
        assertThat(refusal(text)).contains("nested deeper than 50");
    }

    @Test
    void refuses_a_text_beyond_the_limit() {
        assertThat(refusal("#".repeat(TreeReader.MAX_LENGTH + 1))).contains("longer than");
    }

    @Test
    void refuses_what_json_has_no_word_for() {
        assertThat(refusal("a: .nan")).contains("not a finite number");
        assertThat(refusal("a: 99999999999999999999")).contains("too large");
        assertThat(refusal("a: !!binary aGk=")).contains("is not taken");
        assertThat(refusal("? [a]\n: b")).contains("a key must be plain text");
    }

    @Test
    void a_null_is_absent_in_metadata_and_status_and_refused_elsewhere() {
        assertThat(tree("metadata: {creationTimestamp: null, name: a}\nstatus:\n"))
                .isEqualTo(Map.of("metadata", Map.of("name", "a")));
        assertThat(refusal("spec: {selector: ~}")).contains("spec.selector: line 1, column 18: the field has no value");
        assertThat(refusal("a: [1, null]")).contains("a[1]: line 1, column 8: the item has no value");
    }

    private static Object tree(String text) {
        var read = TreeReader.read(text);
        assertThat(read.problems()).isEmpty();
        return ((Checked.Ok<List<TreeReader.Root>>) read).value().getFirst().value();
    }

    private static String refusal(String text) {
        return TreeReader.read(text).problems().stream()
                .map(Object::toString)
                .findFirst()
                .orElse("");
    }
}
