package io.heddle.cli.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellTest {
    /// What a real shell makes of it.
    @Test
    void a_shell_reads_back_the_words_that_were_written() throws Exception {
        var words = List.of("a b", "it's", "$HOME", "plain/path-1.yaml", "", "*", "back\\slash");
        var shell = new ProcessBuilder("sh", "-c", "printf '%s|' " + Shell.line(words)).start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(String.join("|", words) + "|");
    }

    @Test
    void a_word_without_anything_to_quote_stays_as_it_is() {
        assertThat(Shell.word("./heddle")).isEqualTo("./heddle");
    }
}
