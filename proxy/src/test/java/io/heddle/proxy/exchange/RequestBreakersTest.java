package io.heddle.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.heddle.proxy.upstream.RouteBreakers;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.resilience.RouteLimits;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.Thresholds;
import io.heddle.traffic.route.ForwardOptions;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What one request counts at.
class RequestBreakersTest {
    private final RouteBreakers routes = new RouteBreakers();
    private final ClusterLoad cluster = new ClusterLoad(BreakerLimits.DEFAULT);

    private static ForwardOptions options(Optional<RouteLimits> limits) {
        var none = ForwardOptions.DEFAULT;
        return new ForwardOptions(
                none.host(),
                none.forwardedHost(),
                none.clusterNotFound(),
                none.redirects(),
                none.longest(),
                none.requestAttempts(),
                none.responseAttempts(),
                none.rateLimits(),
                none.priority(),
                none.keptBody(),
                limits);
    }

    private static RouteLimits limits(int requests) {
        return new RouteLimits(
                "table\nhost\nname route\n1",
                new RouteLimits.Names("host", "route", ""),
                RoutingPriority.DEFAULT,
                new Thresholds(Integer.MAX_VALUE, 1, requests, 1));
    }

    @Test
    void a_route_without_limits_has_no_breaker() {
        var breakers = new RequestBreakers(routes);
        assertThat(breakers.begin(cluster, false, options(Optional.empty()))).isTrue();
        assertThat(breakers.tryRetry()).isTrue();
        breakers.endRetry();
        breakers.end();
        assertThat(routes.all()).isEmpty();
        assertThat(cluster.breaker(RoutingPriority.DEFAULT).active(Resource.REQUESTS))
                .isZero();
    }

    @Test
    void an_end_gives_back_once_whatever_was_counted() {
        var limits = limits(1);
        var first = new RequestBreakers(routes);
        var second = new RequestBreakers(routes);
        assertThat(first.begin(cluster, false, options(Optional.of(limits)))).isTrue();
        assertThat(second.begin(cluster, false, options(Optional.of(limits)))).isFalse();
        second.end();
        assertThat(routes.of(limits).active(Resource.REQUESTS)).isEqualTo(1);
        first.end();
        first.end();
        assertThat(routes.of(limits).active(Resource.REQUESTS)).isZero();
        assertThat(cluster.breaker(RoutingPriority.DEFAULT).active(Resource.REQUESTS))
                .isZero();
    }

    @Test
    void requests_of_an_aggregate_cluster_count_at_its_route_and_not_at_itself() {
        var limits = limits(1);
        var breakers = new RequestBreakers(routes);
        assertThat(breakers.begin(cluster, true, options(Optional.of(limits)))).isTrue();
        assertThat(breakers.tryRetry()).isTrue();
        assertThat(routes.of(limits).active(Resource.REQUESTS)).isEqualTo(1);
        assertThat(cluster.breaker(RoutingPriority.DEFAULT).active(Resource.REQUESTS))
                .isZero();
        assertThat(cluster.breaker(RoutingPriority.DEFAULT).active(Resource.RETRIES))
                .isEqualTo(1);
        breakers.endRetry();
        breakers.end();
        assertThat(routes.of(limits).active(Resource.REQUESTS)).isZero();
        assertThat(cluster.breaker(RoutingPriority.DEFAULT).active(Resource.REQUESTS))
                .isZero();
    }

    @Test
    void a_try_beside_another_is_one_more_request() {
        var limits = limits(2);
        var breakers = new RequestBreakers(routes);
        assertThat(breakers.begin(cluster, false, options(Optional.of(limits)))).isTrue();
        assertThat(breakers.tryBeside()).isTrue();
        assertThat(breakers.tryBeside()).isFalse();
        assertThat(cluster.breaker(RoutingPriority.DEFAULT).active(Resource.REQUESTS))
                .isEqualTo(2);
        breakers.endBeside();
        breakers.end();
        assertThat(routes.of(limits).active(Resource.REQUESTS)).isZero();
        assertThat(cluster.breaker(RoutingPriority.DEFAULT).active(Resource.REQUESTS))
                .isZero();
    }

    @Test
    void counting_allocates_nothing() {
        var breakers = new RequestBreakers(routes);
        var options = options(Optional.of(limits(1)));
        var plain = options(Optional.empty());
        rounds(breakers, options, plain);
        long before = allocated();
        rounds(breakers, options, plain);
        assertThat(allocated() - before).as("bytes of 10,000 rounds").isLessThan(10_000);
    }

    private void rounds(RequestBreakers breakers, ForwardOptions one, ForwardOptions other) {
        for (int i = 0; i < 10_000; i++) {
            if (!breakers.begin(cluster, false, i % 2 == 0 ? one : other) || !breakers.tryRetry()) {
                throw new IllegalStateException("something was not given back");
            }
            breakers.endRetry();
            breakers.end();
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @Test
    void requests_of_several_event_loops_count_together() throws InterruptedException {
        int limit = 2;
        var options = options(Optional.of(limits(limit)));
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                var breakers = new RequestBreakers(routes);
                for (int round = 0; round < 10_000; round++) {
                    if (breakers.begin(cluster, false, options)) {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        now.decrementAndGet();
                    }
                    breakers.end();
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isBetween(1, limit);
        assertThat(routes.of(limits(limit)).active(Resource.REQUESTS)).isZero();
        assertThat(cluster.breaker(RoutingPriority.DEFAULT).active(Resource.REQUESTS))
                .isZero();
    }
}
