package io.heddle.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.upstream.connect.HostAddress;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.heddle.traffic.runtime.DestinationRules;
import io.heddle.traffic.runtime.Http2Options;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    private int invalid;
    private final OriginalDestinations destinations = new OriginalDestinations(
            DestinationRules.CONNECTION,
            host -> new UpstreamTarget(
                    host,
                    HostAddress.of(host.endpoint(), AddressOrder.DEFAULT),
                    Cluster.Transport.PLAINTEXT,
                    Optional.empty(),
                    CLUSTER,
                    new ClusterLoad(BreakerLimits.DEFAULT)),
            retired::addAll,
            () -> invalid++);

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

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:80, 10.0.0.1, 80",
        "10.0.0.1:00080, 10.0.0.1, 80",
        "[2001:db8::1]:65535, 2001:db8::1, 65535",
        "[::ffff:10.0.0.1]:80, 10.0.0.1, 80",
    })
    void an_address_of_a_socket_is_read(String text, String host, int port) {
        assertThat(OriginalDestinations.parse(text)).contains(address(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "10.0.0.1",
                "10.0.0.1:",
                "10.0.0.1:0",
                "10.0.0.1:65536",
                "10.0.0.1:-1",
                "10.0.0.1:+80",
                "10.0.0.1:80x",
                "10.0.0.1:80,10.0.0.2:80",
                "10.1:80",
                "0127.0.0.1:80",
                "[10.0.0.1]:80",
                "2001:db8::1:80",
                "[[::1]]:80",
                "[::1]80",
                "[fe80::1%lo]:80",
                "localhost:80",
                "unix:/tmp/x",
                "10.0.0.1:18446744073709551696"
            })
    void anything_else_is_no_destination(String text) {
        assertThat(OriginalDestinations.parse(text)).isEmpty();
    }

    /// A request that was meant for 10.0.0.9:9 by its connection.
    private record Saying(Optional<LabelValue> metadata, Optional<String> header) implements PickRequest {
        @Override
        public long chance() {
            return 0;
        }

        @Override
        public long now() {
            return 0;
        }

        @Override
        public boolean tried(Host host) {
            return false;
        }

        @Override
        public Optional<InetSocketAddress> destination() {
            return Optional.of(address("10.0.0.9", 9));
        }

        @Override
        public Optional<String> sentHeader(HeaderName name) {
            return name.equals(HeaderName.of("x-to")) ? header : Optional.empty();
        }

        @Override
        public Optional<LabelValue> metadata(String namespace, List<String> path) {
            return namespace.equals("ns") && path.equals(List.of("to")) ? metadata : Optional.empty();
        }
    }

    private static LabelValue text(String text) {
        return new LabelValue.Text(text);
    }

    private String picked(DestinationRules rules, Optional<LabelValue> metadata, Optional<String> header) {
        var some = new OriginalDestinations(rules, destinations::target, retired::addAll, () -> invalid++);
        return some.pick(new Saying(metadata, header)).orElseThrow().endpoint().socketAddress();
    }

    @Test
    void a_request_says_it_in_metadata_else_in_a_header_else_its_connection_does() {
        var place = Optional.of(new DestinationRules.Place("ns", List.of("to")));
        var rules = new DestinationRules(place, Optional.of(HeaderName.of("x-to")), OptionalInt.empty());
        var header = Optional.of("10.0.0.2:2");
        assertThat(picked(rules, Optional.of(text("10.0.0.1:1")), header)).isEqualTo("10.0.0.1:1");
        var several = new LabelValue.Items(List.of(text("10.0.0.3:3"), text("x")));
        assertThat(picked(rules, Optional.of(several), header)).isEqualTo("10.0.0.3:3");
        assertThat(picked(rules, Optional.of(new LabelValue.Numeric(5)), header))
                .isEqualTo("10.0.0.2:2");
        assertThat(picked(rules, Optional.empty(), header)).isEqualTo("10.0.0.2:2");
        assertThat(picked(rules, Optional.empty(), Optional.empty())).isEqualTo("10.0.0.9:9");
        assertThat(invalid).isZero();
        assertThat(picked(rules, Optional.of(text("x")), Optional.of("y"))).isEqualTo("10.0.0.9:9");
        assertThat(invalid).isEqualTo(2);
        assertThat(picked(DestinationRules.CONNECTION, Optional.of(text("10.0.0.1:1")), header))
                .isEqualTo("10.0.0.9:9");
    }

    @Test
    void the_port_may_be_another_whatever_is_said() {
        var rules = new DestinationRules(Optional.empty(), Optional.of(HeaderName.of("x-to")), OptionalInt.of(81));
        assertThat(picked(rules, Optional.empty(), Optional.of("10.0.0.2:2"))).isEqualTo("10.0.0.2:81");
        assertThat(picked(rules, Optional.empty(), Optional.empty())).isEqualTo("10.0.0.9:81");
    }
}
