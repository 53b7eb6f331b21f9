package io.heddle.traffic.balance;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.PeerMetadata;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// A request and hosts for tests of balancers. Chance has a seed.
final class Picks implements PickRequest {
    static final long SEED = 42;
    static final long NOW = TimeUnit.HOURS.toNanos(1);

    final Set<Host> tried = new HashSet<>();
    final Map<HeaderName, String> headers = new HashMap<>();
    private final SplittableRandom random = new SplittableRandom(SEED);
    long now = NOW;
    Optional<Long> hash = Optional.empty();
    MetadataMatch match = MetadataMatch.NONE;
    long triedPriorities;

    static Host host(String address, int weight, Endpoint.Health health, int priority) {
        return host(address, weight, health, priority, Locality.UNKNOWN, Map.of());
    }

    static Host host(
            String address,
            int weight,
            Endpoint.Health health,
            int priority,
            Locality locality,
            Map<String, LabelValue> labels) {
        return new Host(
                new Endpoint(
                        address,
                        80,
                        weight,
                        health,
                        priority,
                        Map.of(),
                        PeerMetadata.UNKNOWN,
                        "",
                        locality,
                        labels,
                        List.of()),
                new HostState());
    }

    /// So many healthy hosts of weight 1 in a priority.
    static List<Host> hosts(int count, int priority) {
        return IntStream.range(0, count)
                .mapToObj(i -> host("10." + priority + ".0." + i, 1, Endpoint.Health.HEALTHY, priority))
                .toList();
    }

    static Locality zone(String name) {
        return new Locality("region", name, "");
    }

    /// How many of so many picks fall on each host.
    Map<Host, Integer> counts(LoadBalancer balancer, int picks) {
        var counts = new HashMap<Host, Integer>();
        for (int i = 0; i < picks; i++) {
            balancer.pick(this).ifPresent(host -> counts.merge(host, 1, Integer::sum));
        }
        return counts;
    }

    /// The address picked for a hash.
    String at(LoadBalancer balancer, long hash) {
        this.hash = Optional.of(hash);
        return balancer.pick(this).orElseThrow().endpoint().address();
    }

    @Override
    public long chance() {
        return random.nextLong();
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public long triedPriorities() {
        return triedPriorities;
    }

    @Override
    public void allPrioritiesTried() {
        triedPriorities = 0;
    }

    @Override
    public boolean tried(Host host) {
        return tried.contains(host);
    }

    @Override
    public boolean isHashed() {
        return hash.isPresent();
    }

    @Override
    public long hash() {
        return hash.orElseThrow();
    }

    @Override
    public MetadataMatch metadataMatch() {
        return match;
    }

    @Override
    public Optional<String> header(HeaderName name) {
        return Optional.ofNullable(headers.get(name));
    }
}
