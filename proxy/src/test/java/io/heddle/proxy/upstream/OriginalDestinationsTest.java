package io.heddle.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.upstream.connect.HostAddress;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.heddle.traffic.runtime.Http2Options;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Which hosts a cluster of original destinations remembers.
class OriginalDestinationsTest {
    private static final Cluster CLUSTER = new Cluster(
            "c",
            Cluster.Discovery.ORIGINAL_DST,
            EndpointSet.EMPTY,
            Duration.ofSeconds(1),
            new BalancerPolicy.RoundRobin(),
            BreakerLimits.DEFAULT,
            List.of(),
            Cluster.Protocol.HTTP1,
            Http2Options.DEFAULT,
            ConnectionLimits.DEFAULT,
            Cluster.ServiceTag.UNKNOWN);

    private final List<HostState> retired = new ArrayList<>();
    private final OriginalDestinations destinations = new OriginalDestinations(
            host -> new UpstreamTarget(
                    host,
                    HostAddress.of(host.endpoint(), AddressOrder.DEFAULT),
                    Cluster.Transport.PLAINTEXT,
                    Optional.empty(),
                    CLUSTER,
                    new ClusterLoad(BreakerLimits.DEFAULT)),
            retired::addAll);

    private static InetSocketAddress address(String literal, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    }

    @Test
    void the_same_address_is_the_same_host_and_the_port_tells_hosts_apart() {
        var host = destinations.host(address("10.0.0.1", 80));
        assertThat(destinations.host(address("10.0.0.1", 80))).isSameAs(host);
        assertThat(destinations.host(address("10.0.0.1", 81)).state()).isNotSameAs(host.state());
        assertThat(destinations.target(host).address().now()).containsExactly(address("10.0.0.1", 80));
        var six = destinations.host(address("fd00::1", 80));
        assertThat(destinations.target(six).address().now()).containsExactly(address("fd00::1", 80));
        assertThat(destinations.states()).hasSize(3);
    }

    @Test
    void the_one_that_nobody_asked_for_the_longest_makes_room() {
        for (int port = 1; port <= OriginalDestinations.LIMIT; port++) {
            destinations.host(address("10.0.0.1", port));
        }
        var first = destinations.host(address("10.0.0.1", 1));
        var second = destinations.host(address("10.0.0.1", 2));
        destinations.host(address("10.0.0.1", 1));
        for (int port = 3; port <= OriginalDestinations.LIMIT; port++) {
            destinations.host(address("10.0.0.1", port));
        }
        assertThat(retired).isEmpty();
        destinations.host(address("10.0.0.2", 1));
        assertThat(retired).containsExactly(second.state());
        assertThat(destinations.host(address("10.0.0.1", 1))).isSameAs(first);
        assertThat(destinations.states()).hasSize(OriginalDestinations.LIMIT);
    }
}
