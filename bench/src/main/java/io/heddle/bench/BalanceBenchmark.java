package io.heddle.bench;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.BalancerPolicy.HashFunction;
import io.heddle.traffic.balance.BalancerPolicy.HashKeys;
import io.heddle.traffic.balance.BuiltinBalancers;
import io.heddle.traffic.balance.LoadBalancer;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.SubsetRules;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.LoadReport;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.balance.host.Surroundings;
import io.heddle.traffic.balance.host.WeightRules;
import io.heddle.traffic.request.PeerMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// One pick among 1,000 endpoints by each policy, and the making of its balancer.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class BalanceBenchmark {
    private static final int SIZE = 1_000;
    private static final WeightRules RULES =
            new WeightRules(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1), 1, List.of());

    /// Which policy.
    @Param({
        "roundRobin",
        "leastRequest",
        "random",
        "pickFirst",
        "clientWeighted",
        "peakEwma",
        "ringHash",
        "maglev",
        "bounded",
        "localities",
        "subset",
        "weighted"
    })
    public String policy = "";

    private final Request request = new Request();
    private BalancerPolicy chosen = new BalancerPolicy.RoundRobin();
    private HostSet hosts = HostSet.of(List.of());
    private LoadBalancer balancer = BuiltinBalancers.create(chosen, hosts);

    /// Makes the hosts and the balancer.
    @Setup
    public void setUp() {
        chosen = policy(policy);
        var all = new ArrayList<Host>();
        var weights = new HashMap<Spread.Place, Integer>();
        for (int i = 0; i < SIZE; i++) {
            var zone = new Locality("region", "zone-" + i % 3, "");
            weights.put(new Spread.Place(0, zone), 1 + i % 3);
            var endpoint = new Endpoint(
                    "10.0." + i / 256 + "." + i % 256,
                    80,
                    policy.equals("weighted") ? 1 + i % 7 : 1,
                    Endpoint.Health.HEALTHY,
                    0,
                    Map.of(),
                    PeerMetadata.UNKNOWN,
                    "",
                    zone,
                    Map.of("version", new LabelValue.Text("v" + i % 4)),
                    List.of());
            var state = new HostState();
            state.report(new LoadReport(0, 0.5, 0, 100 + i % 7, 0, Map.of()), RULES, 0);
            state.took(1_000_000L + i * 1_000L, 0, Duration.ofSeconds(10));
            all.add(new Host(endpoint, state));
        }
        hosts = new HostSet(all, new Spread(140, false, weights), Surroundings.NONE);
        balancer = BuiltinBalancers.create(chosen, hosts);
    }

    private static BalancerPolicy policy(String name) {
        return switch (name) {
            case "leastRequest" -> new BalancerPolicy.LeastRequest(2);
            case "random" -> new BalancerPolicy.Random();
            case "pickFirst" -> new BalancerPolicy.PickFirst(true);
            case "clientWeighted" -> new BalancerPolicy.ClientWeighted(RULES, Optional.empty(), Optional.empty());
            case "peakEwma" -> new BalancerPolicy.PeakEwma(Duration.ofSeconds(10), Duration.ofMillis(10));
            case "ringHash" -> new BalancerPolicy.RingHash(HashFunction.XX_HASH, 100_000, 8_388_608, HashKeys.DEFAULT);
            case "maglev" -> new BalancerPolicy.Maglev(65_537, HashKeys.DEFAULT);
            case "bounded" -> new BalancerPolicy.Maglev(65_537, new HashKeys(false, 150, List.of()));
            case "localities" ->
                new BalancerPolicy.Layered(
                        new BalancerPolicy.Layers(
                                50,
                                new BalancerPolicy.Localities.ByWeight(),
                                BalancerPolicy.Layers.DEFAULT.overridable()),
                        new BalancerPolicy.RoundRobin());
            case "subset" ->
                new BalancerPolicy.Subsets(
                        new SubsetRules(
                                SubsetRules.Fallback.NO_FALLBACK,
                                Map.of(),
                                List.of(new SubsetRules.Selector(Set.of("version"), false, Optional.empty(), Set.of())),
                                SubsetRules.Options.DEFAULT),
                        new BalancerPolicy.RoundRobin());
            default -> new BalancerPolicy.RoundRobin();
        };
    }

    /// One pick.
    @Benchmark
    public Optional<Host> pick() {
        request.hash += 0x9E3779B97F4A7C15L;
        request.time += 100;
        return balancer.pick(request);
    }

    /// A balancer made anew.
    @Benchmark
    public LoadBalancer build() {
        return BuiltinBalancers.create(chosen, hosts);
    }

    private static final class Request implements PickRequest {
        private final SplittableRandom random = new SplittableRandom(1);
        private final MetadataMatch match = MetadataMatch.of(Map.of("version", new LabelValue.Text("v1")));
        private long hash;
        private long time;

        @Override
        public long chance() {
            return random.nextLong();
        }

        @Override
        public long now() {
            return time;
        }

        @Override
        public boolean tried(Host host) {
            return false;
        }

        @Override
        public boolean isHashed() {
            return true;
        }

        @Override
        public long hash() {
            return hash;
        }

        @Override
        public MetadataMatch metadataMatch() {
            return match;
        }
    }
}
