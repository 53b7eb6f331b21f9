package io.heddle.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.upstream.connect.ConnectionOrigin;
import io.heddle.proxy.upstream.connect.HostAddress;
import io.heddle.proxy.upstream.connect.Originator;
import io.heddle.proxy.upstream.connect.SourceAddress;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.heddle.traffic.runtime.Http2Options;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// How long a client's own connections to a host are kept.
class ClientPoolsTest {
    private static final UpstreamTarget TARGET = target();

    private final List<Recorded> made = new ArrayList<>();
    private long now = 1;
    private final ClientPools pools = new ClientPools(
            TARGET,
            origin -> {
                made.add(new Recorded(origin));
                return made.getLast();
            },
            () -> now);

    private static UpstreamTarget target() {
        var endpoint = new Endpoint("127.0.0.1", 1, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN);
        var cluster = new Cluster(
                "app",
                Cluster.Discovery.STATIC,
                new EndpointSet(List.of(endpoint)),
                Duration.ofSeconds(1),
                new BalancerPolicy.RoundRobin(),
                BreakerLimits.DEFAULT,
                List.of(),
                Cluster.Protocol.HTTP1,
                Http2Options.DEFAULT,
                ConnectionLimits.DEFAULT,
                Cluster.ServiceTag.UNKNOWN);
        return new UpstreamTarget(
                new Host(endpoint, new HostState()),
                HostAddress.of(endpoint, AddressOrder.DEFAULT),
                Cluster.Transport.PLAINTEXT,
                Optional.empty(),
                cluster,
                new ClusterLoad(BreakerLimits.DEFAULT));
    }

    /// Remembers what it is asked for.
    private static final class Recorded implements ConnectionPool {
        private final ConnectionOrigin origin;
        private int asked;
        private boolean retired;

        Recorded(ConnectionOrigin origin) {
            this.origin = origin;
        }

        @Override
        public boolean serves(UpstreamTarget target) {
            return true;
        }

        @Override
        public void acquire(ConnectionTicket ticket) {
            asked++;
        }

        @Override
        public void forget(ConnectionTicket ticket) {
            throw new AssertionError("nobody waits");
        }

        @Override
        public void retire() {
            retired = true;
        }
    }

    private void ask(int client) {
        var address =
                InetAddress.ofLiteral("10." + (client >> 16) + "." + ((client >> 8) & 255) + "." + (client & 255));
        var originator = new Originator(Optional.empty(), Optional.of(new SourceAddress(address, 0)));
        var ticket = new ConnectionTicket(new Deaf());
        ticket.goesFor(originator);
        pools.acquire(ticket);
    }

    @Test
    void each_client_has_its_own_and_finds_it_again() {
        ask(1);
        ask(2);
        ask(1);
        assertThat(made).hasSize(2);
        assertThat(made.getFirst().asked).isEqualTo(2);
        assertThat(made.getFirst().origin).isNotEqualTo(made.getLast().origin);
    }

    @Test
    void the_one_unused_the_longest_makes_room() {
        for (int client = 0; client < ClientPools.LIMIT; client++) {
            ask(client);
        }
        ask(0);
        ask(ClientPools.LIMIT);
        assertThat(made.stream().filter(pool -> pool.retired)).containsExactly(made.get(1));
    }

    @Test
    void one_that_nobody_uses_any_more_goes_while_others_are_used() {
        ask(1);
        ask(2);
        now += ClientPools.REST.toNanos();
        ask(2);
        assertThat(made).noneMatch(pool -> pool.retired);
        now += 1;
        ask(2);
        assertThat(made.getFirst().retired).isTrue();
        assertThat(made.get(1).retired).isFalse();
        now += 2 * ClientPools.REST.toNanos();
        ask(2);
        assertThat(made).hasSize(2);
        ask(1);
        assertThat(made).hasSize(3);
    }

    @Test
    void all_of_them_go_with_their_host() {
        ask(1);
        ask(2);
        pools.retire();
        assertThat(made).allMatch(pool -> pool.retired);
    }

    /// Hears nothing, as no connection is made.
    private static final class Deaf implements UpstreamListener {
        @Override
        public void ready(UpstreamStream stream) {}

        @Override
        public void failed(UpstreamFailure failure) {}

        @Override
        public void interim(HttpResponseHead head) {}

        @Override
        public void head(HttpResponseHead head, boolean complete) {}

        @Override
        public void body(ByteBuf piece) {}

        @Override
        public void end(HeaderLines trailers) {}

        @Override
        public void readComplete() {}

        @Override
        public void writable() {}
    }
}
