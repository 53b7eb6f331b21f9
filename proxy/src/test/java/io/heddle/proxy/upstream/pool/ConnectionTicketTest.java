package io.heddle.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.TlsParameters;
import io.heddle.traffic.runtime.TlsSessions;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConnectionTicketTest {
    /// Counts all that it hears.
    private static final class Ear implements UpstreamListener {
        final AtomicInteger heard = new AtomicInteger();

        @Override
        public void ready(UpstreamStream stream) {
            heard.incrementAndGet();
        }

        @Override
        public void failed(UpstreamFailure failure) {
            heard.incrementAndGet();
        }

        @Override
        public void interim(HttpResponseHead head) {
            heard.incrementAndGet();
        }

        @Override
        public void head(HttpResponseHead head, boolean complete) {
            heard.incrementAndGet();
        }

        @Override
        public void body(ByteBuf piece) {
            heard.incrementAndGet();
            piece.release();
        }

        @Override
        public void end(HeaderLines trailers) {
            heard.incrementAndGet();
        }

        @Override
        public void readComplete() {
            heard.incrementAndGet();
        }

        @Override
        public void writable() {
            heard.incrementAndGet();
        }
    }

    private static RuntimeConfig config(int port) {
        var tls = new ClientTls(
                new CertificateSource.None(),
                PeerVerification.NONE,
                "",
                TlsParameters.DEFAULT,
                List.of(),
                TlsSessions.DEFAULT);
        var endpoint = new Endpoint("127.0.0.1", port, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN);
        var cluster = new Cluster(
                "app",
                Cluster.Discovery.STATIC,
                new EndpointSet(List.of(endpoint)),
                Duration.ofSeconds(5),
                new BalancerPolicy.RoundRobin(),
                BreakerLimits.DEFAULT,
                List.of(new Cluster.Transport(Map.of(), Optional.of(tls))),
                Cluster.Protocol.HTTP1,
                Http2Options.DEFAULT,
                ConnectionLimits.DEFAULT,
                Cluster.ServiceTag.UNKNOWN);
        return new RuntimeConfig(Map.of(), Map.of(), Map.of("app", cluster), Map.of(), Map.of());
    }

    @Test
    void cancelled_after_its_host_is_gone_it_hears_nothing_of_the_late_connection() throws Exception {
        var context = SslContextBuilder.forClient().build();
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var loops = new EventLoops(1)) {
            var first = config(silent.getLocalPort());
            var upstreams = new Upstreams(loops, _ -> bytes -> Optional.of(context.newHandler(bytes)), first);
            var worker = loops.workers().getFirst();
            var cluster = upstreams.cluster("app").orElseThrow();
            var host = cluster.hosts().values().iterator().next();
            var ear = new Ear();
            var ticket = new ConnectionTicket(ear);
            worker.loop()
                    .submit(() -> upstreams.connect(worker, cluster, host, ticket))
                    .get();
            var socket = silent.accept();
            upstreams.swapped(first, RuntimeConfig.EMPTY);
            worker.loop().submit(ticket::cancel).get();
            assertThat(cluster.breaker().active(Resource.PENDING)).isZero();
            socket.close();
            await().until(() -> cluster.breaker().active(Resource.CONNECTIONS) == 0);
            assertThat(ear.heard).hasValue(0);
        }
    }

    @Test
    void clusters_to_come_are_there_before_those_to_go_are_gone() {
        try (var loops = new EventLoops(1)) {
            var upstreams = new Upstreams(loops, _ -> _ -> Optional.empty(), RuntimeConfig.EMPTY);
            var next = config(1);
            upstreams.preparing(next);
            assertThat(upstreams.cluster("app")).isPresent();
            upstreams.swapped(RuntimeConfig.EMPTY, next);
            upstreams.preparing(RuntimeConfig.EMPTY);
            assertThat(upstreams.cluster("app")).isPresent();
            upstreams.swapped(next, RuntimeConfig.EMPTY);
            assertThat(upstreams.cluster("app")).isEmpty();
        }
    }
}
