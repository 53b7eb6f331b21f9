package io.heddle.xds.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The numbers of the fields that the build adds to Envoy's API (`xds-api/later-fields.xml`), as Envoy 1.40 was built
/// with them. A wrong one would read another field, or none.
final class LaterFieldsTest {
    private final Schema schema = Schema.envoy();

    @ParameterizedTest
    @CsvSource({
        "RouteMatch, 17, cookies",
        "CookieMatcher, 1, name",
        "CookieMatcher, 2, string_match",
        "CookieMatcher, 3, invert_match",
        "RouteAction, 44, host_rewrite",
        "RouteAction, 45, path_rewrite",
        "RedirectAction, 10, path_rewrite",
        "DirectResponseAction, 3, body_format"
    })
    void have_the_numbers_that_envoy_gave_them(String message, int number, String name) {
        var kind = schema.message("envoy.config.route.v3." + message).orElseThrow();
        assertThat(kind.field(number))
                .hasValueSatisfying(field -> assertThat(field.name()).isEqualTo(name));
    }
}
