package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.Thresholds;
import io.heddle.traffic.resilience.retry.Backoff;
import io.heddle.traffic.resilience.retry.FurtherHosts;
import io.heddle.traffic.resilience.retry.RetryCounts.Figure;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.runtime.ConnectionLimits;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What tries that go on beside each other count at, and what makes a try one of these.
class HedgingTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private static RetryPolicy hedging(int retries) {
        return new RetryPolicy(
                Set.of(Condition.SERVER_ERROR),
                List.of(),
                List.of(),
                List.of(),
                retries,
                new Backoff(Duration.ZERO, Duration.ZERO),
                FurtherHosts.ANY,
                true);
    }

    private static RunningProxy proxy(Timeouts timeouts, int requests, int port) throws IOException {
        var thresholds = new Thresholds(1024, 1024, requests, 1024);
        return new RunningProxy(RunningProxy.limited(
                RunningProxy.config(RetriesTest.forward(hedging(2), timeouts), port),
                new BreakerLimits(thresholds, Thresholds.DEFAULT, Integer.MAX_VALUE),
                ConnectionLimits.DEFAULT));
    }

    private static int underWay(RunningProxy proxy) {
        return proxy.upstreams.cluster("app").orElseThrow().breaker().active(Resource.REQUESTS);
    }

    private static String status(Socket client) throws IOException {
        return Origin.head(client.getInputStream()).substring(9, 12);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Answers once it may.
    private static Origin waiting(CountDownLatch may) {
        return new Origin((socket, _) -> {
            Origin.head(socket.getInputStream());
            awaitQuietly(may);
            Origin.write(socket, OK);
        });
    }

    @Test
    void each_try_beside_another_counts_as_a_request_until_it_has_ended() throws IOException {
        var may = new CountDownLatch(1);
        try (var origin = waiting(may);
                var proxy = proxy(RetriesTest.eachTry(50), 1024, origin.port());
                var client = proxy.connect()) {
            Origin.write(client, GET);
            await().until(() -> underWay(proxy) == 3);
            may.countDown();
            assertThat(status(client)).isEqualTo("200");
            await().until(() -> underWay(proxy) == 0);
        }
    }

    @Test
    void a_try_beside_another_is_not_made_where_there_are_as_many_requests_as_there_may_be() throws IOException {
        var may = new CountDownLatch(1);
        try (var origin = waiting(may);
                var proxy = proxy(RetriesTest.eachTry(50), 1, origin.port());
                var client = proxy.connect()) {
            Origin.write(client, GET);
            await().until(() -> RetriesTest.count(proxy, Figure.OVERFLOW) == 1);
            assertThat(underWay(proxy)).isEqualTo(1);
            may.countDown();
            assertThat(status(client)).as("of the slow one, which went on").isEqualTo("200");
            assertThat(origin.connections).hasValue(1);
            assertThat(proxy.seen(0).attempts()).isEqualTo(1);
            await().until(() -> underWay(proxy) == 0);
        }
    }

    @Test
    void a_try_of_which_no_byte_comes_goes_on_beside_the_next_one_too() throws IOException {
        var second = new CountDownLatch(1);
        var timeouts = new Timeouts(
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofMillis(50),
                Optional.empty(),
                Optional.empty());
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    if (number == 1) {
                        awaitQuietly(second);
                        Origin.write(socket, OK.replace("200", "201"));
                    } else {
                        second.countDown();
                        assertThat(socket.getInputStream().read()).isEqualTo(-1);
                    }
                });
                var proxy = proxy(timeouts, 1024, origin.port());
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(status(client)).isEqualTo("201");
            assertThat(RetriesTest.count(proxy, Figure.PER_TRY_IDLE_TIMEOUT)).isPositive();
        }
    }
}
