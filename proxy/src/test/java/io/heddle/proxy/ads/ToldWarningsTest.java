package io.heddle.proxy.ads;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class ToldWarningsTest {
    private static final Problem ONE = Problem.warning("Cluster a", "x", "has no effect", "leave it out");
    private static final Problem OTHER = Problem.warning("Cluster b", "x", "has no effect", "leave it out");

    private final ToldWarnings told = new ToldWarnings();

    @Test
    void each_is_told_once_however_often_it_comes() {
        assertThat(told.fresh(List.of(ONE, ONE))).containsExactly(ONE);
        assertThat(told.fresh(List.of(ONE))).isEmpty();
        assertThat(told.fresh(List.of(ONE, OTHER))).containsExactly(OTHER);
    }

    @Test
    void what_went_away_and_came_back_is_told_again() {
        told.fresh(List.of(ONE));
        assertThat(told.fresh(List.of())).isEmpty();
        assertThat(told.fresh(List.of(ONE))).containsExactly(ONE);
    }
}
