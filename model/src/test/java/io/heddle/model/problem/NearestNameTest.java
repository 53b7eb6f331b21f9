package io.heddle.model.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
    private static final List<String> KNOWN = List.of("weight", "name", "namespace", "port", "ab");

    @Test
    void finds_names_with_swapped_missing_and_wrong_letters() {
        assertThat(NearestName.of("wieght", KNOWN)).contains("weight");
        assertThat(NearestName.of("weigt", KNOWN)).contains("weight");
        assertThat(NearestName.of("Nmae", KNOWN)).contains("name");
        assertThat(NearestName.of("nameSpace", KNOWN)).contains("namespace");
    }

    @Test
    void proposes_nothing_where_nothing_is_near() {
        assertThat(NearestName.of("timeout", KNOWN)).isEmpty();
        assertThat(NearestName.of("xy", KNOWN)).isEmpty();
        assertThat(NearestName.of("", KNOWN)).isEmpty();
    }
}
