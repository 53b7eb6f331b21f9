package io.heddle.tests.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The documents name things that exist.
class DocumentsTest {
    private static final Pattern CODE = Pattern.compile("`([A-Z][A-Za-z0-9]+)(?:[.#][A-Za-z0-9]+)?(?:\\([^`]*\\))?`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @Test
    void every_class_named_in_the_walks_exists() {
        var text = Repository.text(Repository.root().resolve("ARCHITECTURE.md"));
        int start = text.indexOf("## The two walks");
        int end = text.indexOf("\n## ", start + 1);
        assertThat(start)
                .as("the section `## The two walks` of ARCHITECTURE.md")
                .isPositive();
        var walks = text.substring(start, end < 0 ? text.length() : end);
        var names = new TreeSet<String>();
        Repository.javaFiles().forEach(file -> {
            var name = String.valueOf(file.getFileName());
            names.add(name.substring(0, name.length() - ".java".length()));
        });
        var named = new TreeSet<String>();
        var matcher = CODE.matcher(walks);
        while (matcher.find()) {
            named.add(matcher.group(1));
        }
        assertThat(named).as("classes named in the walks").hasSizeGreaterThan(20);
        named.removeAll(names);
        assertThat(named)
                .as("classes that the walks name and the code does not have")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"})
    void links_lead_somewhere(String document) {
        var file = Repository.root().resolve(document);
        var broken = new ArrayList<String>();
        var matcher = LINK.matcher(Repository.text(file));
        while (matcher.find()) {
            if (!Files.exists(Repository.root().resolve(matcher.group(1)))) {
                broken.add(matcher.group(1));
            }
        }
        assertThat(broken).isEqualTo(List.of());
    }
}
