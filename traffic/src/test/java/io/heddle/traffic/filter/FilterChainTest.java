package io.heddle.traffic.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.route.FilterOverride;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FilterChainTest {
    private static final FilterOverride ENABLED = new FilterOverride.Enabled();
    private static final FilterOverride DISABLED = new FilterOverride.Disabled();
    private static final BufferFilter.Limit SETTINGS = new BufferFilter.Limit(7);

    private final FilterChain chain = new FilterChain(
            List.of(new BufferFilter("on", SETTINGS), new BufferFilter("off", SETTINGS)), Set.of("off"));

    @Test
    void a_filter_that_is_off_lets_requests_pass_unless_a_route_says_otherwise() {
        assertThat(chain.settled("on", Optional.empty())).isEmpty();
        assertThat(chain.settled("off", Optional.empty())).contains(DISABLED);
        for (var name : List.of("on", "off")) {
            assertThat(chain.settled(name, Optional.of(ENABLED)))
                    .as("its own settings")
                    .isEmpty();
            assertThat(chain.settled(name, Optional.of(SETTINGS))).contains(SETTINGS);
            assertThat(chain.settled(name, Optional.of(DISABLED))).contains(DISABLED);
        }
    }

    @Test
    void what_only_switches_on_leaves_settings_further_out_as_they_are() {
        assertThat(ENABLED.over(SETTINGS)).isEqualTo(SETTINGS);
        assertThat(ENABLED.over(DISABLED)).isEqualTo(ENABLED);
        assertThat(DISABLED.over(ENABLED)).isEqualTo(DISABLED);
        assertThat(SETTINGS.over(DISABLED)).isEqualTo(SETTINGS);
    }
}
