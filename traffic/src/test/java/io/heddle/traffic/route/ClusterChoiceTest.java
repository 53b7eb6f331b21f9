package io.heddle.traffic.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.hash.NewCookie;
import io.heddle.traffic.hash.RequestHash;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterChoiceTest {
    private static final HashPolicy USER = new HashPolicy.Header(HeaderName.of("x-user"), Optional.empty(), false);
    private static final Peer PEER = new Peer(
            new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 1),
            new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 2),
            false,
            Optional.empty(),
            Optional.empty());

    private static String target(List<HashPolicy> hash, long chance, String... headers) {
        var choice = ClusterChoice.Weighted.ofTargets(
                        List.of(ClusterChoice.Target.of("one"), ClusterChoice.Target.of("two")), List.of(3, 10))
                .hashed(hash);
        var forward = new RouteAction.Forward(
                choice, Rewrite.NONE, Timeouts.DEFAULT, RetryPolicy.NONE, List.of(), Upgrades.NONE);
        return forward.target(chance, head(headers), PEER).cluster();
    }

    private static RequestHead head(String... headers) {
        return TextRequest.get("shop", "/", headers);
    }

    @Test
    void a_hash_decides_by_its_remainder_whatever_chance_says() {
        var found = new HashSet<String>();
        for (int i = 0; i < 50; i++) {
            var user = "user-" + i;
            var hash = new RequestHash();
            hash.compute(List.of(USER), head("x-user", user), PEER);
            var wanted = Long.remainderUnsigned(hash.value(), 10) < 3 ? "one" : "two";
            assertThat(target(List.of(USER), 0, "x-user", user)).isEqualTo(wanted);
            assertThat(target(List.of(USER), -1, "x-user", user)).isEqualTo(wanted);
            found.add(wanted);
        }
        assertThat(found).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void chance_decides_where_there_is_nothing_to_hash() {
        assertThat(target(List.of(USER), 0)).isEqualTo("one");
        assertThat(target(List.of(USER), -1)).isEqualTo("two");
        var made = new HashPolicy.Cookie(
                "place", Optional.of(new NewCookie("place", Duration.ZERO, "", List.of())), false);
        assertThat(target(List.of(made), 0)).isEqualTo("one");
        assertThat(target(List.of(made), -1)).isEqualTo("two");
    }
}
