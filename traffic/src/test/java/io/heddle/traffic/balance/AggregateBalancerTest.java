package io.heddle.traffic.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.request.PeerMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Which of several clusters an aggregate one picks from.
class AggregateBalancerTest {
    private static final long NOW = TimeUnit.HOURS.toNanos(1);

    private final SplittableRandom random = new SplittableRandom(3);

    private final PickRequest request = new PickRequest() {
        @Override
        public long chance() {
            return random.nextLong();
        }

        @Override
        public long now() {
            return NOW;
        }

        @Override
        public boolean tried(Host host) {
            return false;
        }
    };

    private static Host host(String address, Endpoint.Health health) {
        return new Host(new Endpoint(address, 80, 1, health, 0, Map.of(), PeerMetadata.UNKNOWN), new HostState());
    }

    private static LoadBalancer over(Host... hosts) {
        return BuiltinBalancers.create(new BalancerPolicy.RoundRobin(), Arrays.asList(hosts));
    }

    private String picked(LoadBalancer balancer) {
        return balancer.pick(request).map(host -> host.endpoint().address()).orElse("nobody");
    }

    @Test
    void the_first_cluster_with_a_host_in_service_is_taken() {
        var first = host("10.0.0.1", Endpoint.Health.HEALTHY);
        var second = host("10.0.0.2", Endpoint.Health.HEALTHY);
        var balancer = new AggregateBalancer(List.of(over(), over(first), over(second)));
        assertThat(picked(balancer)).isEqualTo("10.0.0.1");
        first.state().eject(NOW + 1);
        assertThat(picked(balancer)).isEqualTo("10.0.0.2");
        first.state().succeed();
        assertThat(picked(balancer)).isEqualTo("10.0.0.1");
    }

    @Test
    void an_unhealthy_host_is_taken_only_when_no_cluster_has_a_healthy_one() {
        var ill = host("10.0.0.1", Endpoint.Health.UNHEALTHY);
        var well = host("10.0.0.2", Endpoint.Health.HEALTHY);
        assertThat(picked(new AggregateBalancer(List.of(over(ill), over(well)))))
                .isEqualTo("10.0.0.2");
        well.state().eject(NOW + 1);
        assertThat(picked(new AggregateBalancer(List.of(over(ill), over(well)))))
                .isEqualTo("10.0.0.1");
        assertThat(picked(new AggregateBalancer(List.of(over(), over())))).isEqualTo("nobody");
    }

    @Test
    void aggregates_can_stand_in_aggregates() {
        var inner = new AggregateBalancer(List.of(over(), over(host("10.0.0.1", Endpoint.Health.HEALTHY))));
        var other = over(host("10.0.0.2", Endpoint.Health.HEALTHY));
        assertThat(picked(new AggregateBalancer(List.of(inner, other)))).isEqualTo("10.0.0.1");
        assertThat(picked(new AggregateBalancer(List.of(other, inner)))).isEqualTo("10.0.0.2");
    }

    @Test
    void each_cluster_has_requests_hashed_as_it_says_itself() {
        var told = new ArrayList<List<HashPolicy>>();
        var listening = new PickRequest() {
            @Override
            public long chance() {
                return random.nextLong();
            }

            @Override
            public long now() {
                return NOW;
            }

            @Override
            public boolean tried(Host host) {
                return false;
            }

            @Override
            public void hashBy(List<HashPolicy> policies) {
                told.add(policies);
            }
        };
        List<HashPolicy> own = List.of(new HashPolicy.SourceAddress(false));
        var balancer = new AggregateBalancer(List.of(
                new HashedBalancer(own, over()),
                new HashedBalancer(List.of(), over(host("10.0.0.2", Endpoint.Health.HEALTHY)))));
        assertThat(balancer.pick(listening)).isPresent();
        assertThat(told).containsExactly(own, List.of());
    }
}
