package io.heddle.bench;

import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.BuiltinBalancers;
import io.heddle.traffic.balance.LoadBalancer;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.VirtualHost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Routing among 1,000 virtual hosts, and picking among 1,000 endpoints.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class TrafficBenchmark {
    private static final int SIZE = 1_000;

    private final Head head = new Head();
    private final Request request = new Request();
    private RouteTable table = RouteTable.of("", List.of());
    private LoadBalancer roundRobin = BuiltinBalancers.create(new BalancerPolicy.RoundRobin(), List.of());
    private LoadBalancer leastRequest = BuiltinBalancers.create(new BalancerPolicy.LeastRequest(2), List.of());

    /// Builds the table and the balancers.
    @Setup
    public void setUp() {
        var hosts = new ArrayList<VirtualHost>();
        var endpoints = new ArrayList<Host>();
        for (int i = 0; i < SIZE; i++) {
            var name = "service-" + i + ".shop.svc.cluster.local";
            var action = new RouteAction.DirectResponse(200, "");
            var route = new Route(name, RouteMatch.ANY, action, List.of(), List.of(), Map.of());
            hosts.add(new VirtualHost(name, List.of(name, name + ":80"), List.of(route)));
            var address = "10.0." + i / 256 + "." + i % 256;
            endpoints.add(new Host(
                    new Endpoint(address, 80, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN),
                    new HostState()));
        }
        table = RouteTable.of("bench", hosts);
        roundRobin = BuiltinBalancers.create(new BalancerPolicy.RoundRobin(), endpoints);
        leastRequest = BuiltinBalancers.create(new BalancerPolicy.LeastRequest(2), endpoints);
    }

    /// One routing decision.
    @Benchmark
    public RouteDecision route() {
        return table.route(head, Trace.OFF);
    }

    /// One pick, round robin.
    @Benchmark
    public Optional<Host> pickRoundRobin() {
        return roundRobin.pick(request);
    }

    /// One pick, least request.
    @Benchmark
    public Optional<Host> pickLeastRequest() {
        return leastRequest.pick(request);
    }

    private static final class Request implements PickRequest {
        private final SplittableRandom random = new SplittableRandom(1);

        @Override
        public long chance() {
            return random.nextLong();
        }

        @Override
        public long now() {
            return 0;
        }

        @Override
        public boolean tried(Host host) {
            return false;
        }
    }

    private static final class Head implements RequestHead {
        private static final String TEXT = "GET /books/42?x=1 service-777.shop.svc.cluster.local:80";

        private final byte[] bytes = TEXT.getBytes(StandardCharsets.ISO_8859_1);

        @Override
        public long method() {
            return Span.of(0, 3);
        }

        @Override
        public long path() {
            return Span.of(4, 17);
        }

        @Override
        public long authority() {
            return Span.of(18, bytes.length);
        }

        @Override
        public byte[] bytes() {
            return bytes;
        }

        @Override
        public int headerCount() {
            return 0;
        }

        @Override
        public long headerName(int index) {
            return Span.ABSENT;
        }

        @Override
        public long headerValue(int index) {
            return Span.ABSENT;
        }
    }
}
