package io.heddle.traffic.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.hash.NewCookie;
import io.heddle.traffic.hash.RequestHash;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.layer.RuntimeValue;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
        return forward.target(chance, head(headers), PEER, RuntimeSnapshot.EMPTY)
                .cluster();
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

    private static RuntimeSnapshot saying(Map<String, Integer> weights) {
        var values = new HashMap<String, RuntimeValue>();
        weights.forEach((key, weight) -> values.put(key, RuntimeValue.of(weight.toString(), weight)));
        return new RuntimeSnapshot(List.of(new RuntimeLayer("s", values)));
    }

    private static String weighed(long chance, RuntimeSnapshot runtime) {
        return ClusterChoice.Weighted.ofTargets(
                        List.of(ClusterChoice.Target.of("one"), ClusterChoice.Target.of("two")), List.of(3, 10))
                .overriddenBy(List.of(RuntimeKey.of("w.one"), RuntimeKey.of("w.two")))
                .of(chance, head(), runtime)
                .cluster();
    }

    @Test
    void a_runtime_overrides_weights() {
        var more = saying(Map.of("w.one", 5)); // 5 of 12
        assertThat(weighed(4, RuntimeSnapshot.EMPTY)).isEqualTo("two");
        assertThat(weighed(4, more)).isEqualTo("one");
        assertThat(weighed(5, more)).isEqualTo("two");
        assertThat(weighed(12, more)).isEqualTo("one");
        assertThat(weighed(0, saying(Map.of("w.one", 0)))).isEqualTo("two");
        assertThat(weighed(9, saying(Map.of("w.two", 0)))).isEqualTo("one");
    }

    @Test
    void weights_that_come_to_nothing_or_too_much_leave_those_that_are_configured() {
        for (var weights : List.of(
                Map.of("w.one", 0, "w.two", 0), Map.of("w.one", Integer.MAX_VALUE, "w.two", 1), Map.of("w.other", 5))) {
            assertThat(weighed(2, saying(weights))).isEqualTo("one");
            assertThat(weighed(3, saying(weights))).isEqualTo("two");
            assertThat(weighed(10, saying(weights))).isEqualTo("one");
        }
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
