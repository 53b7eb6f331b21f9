package io.heddle.traffic.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.reply.ReplyRules;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.Upgrades;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuntimeConfigTest {
    private static ListenerChain chain(NetworkFilter.RouteSource routes) {
        var http = new NetworkFilter.Http(
                "in",
                routes,
                new FilterChain(List.of()),
                NetworkFilter.ForwardClientCertificate.SANITIZE,
                NetworkFilter.PathRules.NONE,
                HeadOptions.DEFAULT,
                NetworkFilter.HttpLimits.DEFAULT,
                Upgrades.NONE,
                NetworkFilter.Codec.DEFAULT,
                List.of(),
                ReplyRules.NONE);
        return new ListenerChain("", ListenerChain.Match.ANY, Optional.empty(), http);
    }

    private static NetworkFilter.RouteSource inline(String name) {
        return new NetworkFilter.RouteSource.Inline(RouteTable.of(name, List.of()));
    }

    @Test
    void its_tables_are_those_with_a_name_of_their_own_and_those_that_stand_in_a_chain() {
        var listener = Listener.of(
                        "in",
                        "127.0.0.1",
                        0,
                        List.of(chain(inline("one")), chain(new NetworkFilter.RouteSource.Named("named"))))
                .withOtherwise(chain(inline("otherwise")));
        var config = new RuntimeConfig(
                Map.of("in", listener),
                Map.of("named", RouteTable.of("named", List.of()), "spare", RouteTable.of("spare", List.of())),
                Map.of(),
                Map.of(),
                Map.of());
        assertThat(config.tables())
                .extracting(RouteTable::name)
                .containsExactlyInAnyOrder("named", "spare", "one", "otherwise");
    }
}
