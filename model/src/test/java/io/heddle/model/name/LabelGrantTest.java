package io.heddle.model.name;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelGrantTest {
    private static Labels labels(String key, String value) {
        return new Labels(Map.of(key, value));
    }

    @Test
    void an_instance_of_a_service_may_be_any_version_of_it_and_nothing_else() {
        var grant = LabelGrant.ofServices(List.of("web", "shop"));
        assertThat(grant.excess(
                        new Labels(Map.of("app", "web", "version", "v7", "service.istio.io/canonical-name", "web"))))
                .isEmpty();
        assertThat(grant.excess(labels("app", "shop"))).isEmpty();
        assertThat(grant.excess(labels("app", "payments"))).contains("app=payments");
        assertThat(grant.excess(labels("role", "database"))).contains("role=database");
        assertThat(LabelGrant.NONE.excess(labels("app", "web"))).contains("app=web");
    }

    @Test
    void a_star_stands_for_every_value_of_its_key_only() {
        var grant = LabelGrant.NONE.with(Map.of("team", "*"));
        assertThat(grant.excess(labels("team", "blue"))).isEmpty();
        assertThat(grant.excess(labels("app", "blue"))).contains("app=blue");
    }

    @Test
    void is_read_as_it_is_written() {
        var grant = LabelGrant.ofServices(List.of("web")).with(Map.of("team", "blue", "empty", ""));
        assertThat(LabelGrant.parse(grant.text())).contains(grant);
        assertThat(LabelGrant.parse("")).contains(LabelGrant.NONE);
        assertThat(LabelGrant.parse("app")).isEmpty();
        assertThat(LabelGrant.parse("=web")).isEmpty();
        assertThat(LabelGrant.parse("a=" + "x".repeat(9000))).isEmpty();
    }
}
