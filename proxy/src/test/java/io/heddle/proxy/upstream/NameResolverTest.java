package io.heddle.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.Endpoint;
import io.heddle.traffic.balance.EndpointSet;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.Http2Options;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NameResolverTest {
    private final BlockingQueue<Map<String, List<String>>> changes = new LinkedBlockingQueue<>();

    private static Cluster cluster(String... names) {
        var endpoints = Arrays.stream(names)
                .map(name -> new Endpoint(name, 80, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN))
                .toList();
        return new Cluster(
                "c",
                Cluster.Discovery.STRICT_DNS,
                new EndpointSet(endpoints),
                Duration.ofSeconds(1),
                new BalancerPolicy.RoundRobin(),
                BreakerLimits.DEFAULT,
                List.of(),
                Cluster.Protocol.HTTP1,
                Http2Options.DEFAULT,
                ConnectionLimits.DEFAULT,
                Cluster.ServiceTag.UNKNOWN);
    }

    private Map<String, List<String>> change() throws InterruptedException {
        var change = changes.poll(10, TimeUnit.SECONDS);
        assertThat(change).isNotNull();
        return change;
    }

    @Test
    void a_silent_name_delays_no_other() throws Exception {
        var silence = new CountDownLatch(1);
        var answers = new AtomicInteger();
        var names = new NameResolver(
                name -> {
                    if (name.equals("a.silent")) {
                        awaitEnd(silence);
                        throw new UnknownHostException(name);
                    }
                    return List.of("10.0.0." + answers.incrementAndGet());
                },
                Duration.ofMillis(10),
                changes::add);
        var cluster = cluster("a.silent", "b.alive");
        names.watch(List.of(cluster));
        assertThat(change()).isEqualTo(Map.of("b.alive", List.of("10.0.0.1")));
        assertThat(change()).isEqualTo(Map.of("b.alive", List.of("10.0.0.2")));
        assertThat(names.resolve(cluster))
                .allSatisfy(endpoint -> assertThat(endpoint.address()).startsWith("10.0.0."));
        silence.countDown();
    }

    private static void awaitEnd(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_name_that_fails_keeps_its_addresses_and_comes_back() throws Exception {
        var asked = new AtomicInteger();
        var failed = new CountDownLatch(2);
        var seen = new CountDownLatch(1);
        var names = new NameResolver(
                name -> switch (asked.incrementAndGet()) {
                    case 1 -> List.of("10.0.0.1");
                    case 2, 3 -> {
                        failed.countDown();
                        throw new UnknownHostException(name);
                    }
                    default -> {
                        awaitEnd(seen);
                        yield List.of("10.0.0.4");
                    }
                },
                Duration.ofMillis(1),
                changes::add);
        var cluster = cluster("db.shop");
        names.watch(List.of(cluster));
        assertThat(change()).containsValue(List.of("10.0.0.1"));
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(names.resolve(cluster)).map(Endpoint::address).containsExactly("10.0.0.1");
        seen.countDown();
        assertThat(change()).containsValue(List.of("10.0.0.4"));
        assertThat(asked).hasValueGreaterThanOrEqualTo(4);
    }
}
