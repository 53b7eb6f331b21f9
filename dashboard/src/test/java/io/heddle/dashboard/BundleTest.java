package io.heddle.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleTest {
    /// Names of XML vocabularies look like addresses, but nothing is loaded from them.
    private static final List<String> NAMES =
            List.of("http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xhtml");

    private static final Pattern ADDRESS = Pattern.compile("(?:https?:)?//[a-zA-Z0-9.-]+\\.[a-z]{2,}[^\"'`\\s)]*");

    @BeforeEach
    void needsBundle() {
        Preconditions.bundle();
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "app.js", "app.css", "icon.svg"})
    void the_bundle_holds(String name) {
        assertThat(text(name)).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "app.js", "app.css", "icon.svg"})
    void nothing_is_loaded_from_elsewhere(String name) {
        String left = text(name);
        for (String vocabulary : NAMES) {
            left = left.replace(vocabulary, "");
        }
        assertThat(ADDRESS.matcher(left).results().map(found -> found.group())).isEmpty();
    }

    @Test
    void the_page_has_nothing_inline_that_a_strict_policy_would_block() {
        String page = text("index.html");
        assertThat(page).doesNotContain("<style", " style=", "javascript:", " onload=", " onclick=");
        assertThat(page.replaceAll("<script src=\"app.js\" defer></script>", ""))
                .doesNotContain("<script");
    }

    @Test
    void the_bundle_is_small_enough_to_load_at_once() {
        assertThat(text("app.js").length()).isLessThan(120_000);
        assertThat(text("app.css").length()).isLessThan(40_000);
    }

    @Test
    void the_licence_of_what_is_bundled_is_named() {
        assertThat(text("app.js")).startsWith("/*! Includes Preact");
    }

    private static String text(String name) {
        try (InputStream stream = BundleTest.class.getResourceAsStream("/dashboard/" + name)) {
            assertThat(stream).as("dashboard/" + name + " on the class path").isNotNull();
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException problem) {
            throw new AssertionError("dashboard/" + name + " cannot be read", problem);
        }
    }
}
