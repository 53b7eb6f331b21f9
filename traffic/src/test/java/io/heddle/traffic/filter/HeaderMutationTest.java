package io.heddle.traffic.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.filter.HeaderMutationFilter.Mutations;
import io.heddle.traffic.filter.HeaderMutationFilter.PerRoute;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.FilterOverride;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeaderMutationTest {
    private static HeaderChange set(String value) {
        return new HeaderChange.Fixed(new HeaderEdit(HeaderEdit.Action.SET, HeaderName.of("x-level"), value));
    }

    private static Mutations level(String value) {
        return new Mutations(List.of(set(value)), List.of(set("answer of " + value)));
    }

    private static Request run(boolean specificWins, FilterOverride override) {
        var request = new Request();
        request.overrides.put(HeaderMutationFilter.NAME, override);
        var filter = new HeaderMutationFilter(HeaderMutationFilter.NAME, level("filter"), specificWins);
        assertThat(filter.onRequest(request)).isEqualTo(FilterStep.CONTINUE);
        return request;
    }

    @Test
    void every_level_changes_heads_the_most_specific_first_or_last() {
        var route = new PerRoute(List.of(level("route"))).over(new PerRoute(List.of(level("host"))));
        assertThat(run(false, route).requestChanges).containsExactly(set("filter"), set("route"), set("host"));
        assertThat(run(true, route).requestChanges).containsExactly(set("filter"), set("host"), set("route"));
        assertThat(run(true, route).responseChanges)
                .containsExactly(set("answer of filter"), set("answer of host"), set("answer of route"));
    }

    @Test
    void a_route_can_switch_it_off_and_on_again() {
        var off = new FilterOverride.Disabled();
        assertThat(run(false, off).requestChanges).isEmpty();
        assertThat(run(false, new PerRoute(List.of(level("route"))).over(off)).requestChanges)
                .containsExactly(set("filter"), set("route"));
        assertThat(off.over(new PerRoute(List.of(level("host"))))).isEqualTo(off);
    }

    @Test
    void a_request_that_does_not_reach_it_has_its_answer_changed_all_the_same() {
        var request = new Request();
        request.overrides.put(HeaderMutationFilter.NAME, new PerRoute(List.of(level("route"))));
        new HeaderMutationFilter(HeaderMutationFilter.NAME, level("filter"), false).onUnreached(request);
        assertThat(request.requestChanges).isEmpty();
        assertThat(request.responseChanges).containsExactly(set("answer of filter"), set("answer of route"));
    }
}
