package io.heddle.tests.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Whoever is told what is wrong is told what to do about it.
class RemediesTest {
    /// Everything that can refuse or warn a user: where configuration is read, and where commands end.
    private static final List<String> SOURCES = List.of(
            "model/src/main",
            "dialect/src/main",
            "control/src/main",
            "cli/src/main",
            "xds/src/main/java/io/heddle/xds/read",
            "proxy/src/main/java/io/heddle/proxy/tls");

    /// A call that takes a reason and then a remedy, whose remedy is an empty text.
    private static final Pattern WITHOUT_REMEDY = Pattern.compile(
            "\\b(?:error|warn|warning|refuse|refused|refusal|badRequest|wrong|Failure|TreeException)\\((?:[^;{}\"]|\"(?:[^\"\\\\]|\\\\.)*+\")*,\\s*\"\"\\s*(?:,\\s*\\w+\\s*)?\\)\\s*[;)]");

    @Test
    void every_refusal_and_every_warning_says_what_to_do() throws IOException {
        var without = new ArrayList<String>();
        for (var folder : SOURCES) {
            try (var files = Files.walk(Repository.root().resolve(folder))) {
                without.addAll(files.filter(file -> file.toString().endsWith(".java"))
                        .flatMap(RemediesTest::callsWithoutRemedy)
                        .toList());
            }
        }
        assertThat(without).isEmpty();
    }

    @Test
    void a_call_without_a_remedy_is_found() {
        assertThat(WITHOUT_REMEDY
                        .matcher("fields.error(name, \"is; (required\", \"\");")
                        .find())
                .isTrue();
        assertThat(WITHOUT_REMEDY
                        .matcher("throw new Failure(CODE, a(b) + \"x\", \"\", e);")
                        .find())
                .isTrue();
        assertThat(WITHOUT_REMEDY.matcher("fields.error(\"\", \"x\", \"do\");").find())
                .isFalse();
    }

    private static Stream<String> callsWithoutRemedy(Path file) {
        try {
            var text = Files.readString(file);
            return WITHOUT_REMEDY
                    .matcher(text)
                    .results()
                    .map(found -> file.getFileName() + ":"
                            + (text.substring(0, found.start()).lines().count() + 1) + ": "
                            + found.group().replaceAll("\\s+", " "));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
