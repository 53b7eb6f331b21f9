package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.RetryBudget;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.Thresholds;
import io.heddle.traffic.resilience.retry.Backoff;
import io.heddle.traffic.resilience.retry.FurtherHosts;
import io.heddle.traffic.resilience.retry.RetryCounts.Figure;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.ForwardOptions;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// When and where requests are tried again, and how much of that there may be, over real sockets.
class RetriesTest {
    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final String BAD = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";
    static final String GET = get();

    private static String get(String... lines) {
        return "GET / HTTP/1.1\r\nHost: shop\r\n"
                + String.join(
                        "", List.of(lines).stream().map(line -> line + "\r\n").toList()) + "\r\n";
    }

    private static final String BEGUN_BAD = "HTTP/1.1 503 Unavailable\r\ncontent-length: 5\r\n\r\nb";

    private static RetryPolicy policy(int retries, boolean hedges, Condition... conditions) {
        return new RetryPolicy(
                Set.of(conditions),
                List.of(),
                List.of(),
                List.of(),
                retries,
                new Backoff(Duration.ZERO, Duration.ZERO),
                FurtherHosts.ANY,
                hedges);
    }

    private static RetryPolicy policy(int retries, Condition... conditions) {
        return policy(retries, false, conditions);
    }

    static RouteAction.Forward forward(RetryPolicy policy, Timeouts timeouts) {
        return (RouteAction.Forward) RunningProxy.forward(policy, timeouts);
    }

    private static RouteAction.Forward with(RouteAction.Forward forward, RoutingPriority priority, int keptBody) {
        var none = ForwardOptions.DEFAULT;
        var options = new ForwardOptions(
                none.host(),
                none.forwardedHost(),
                none.clusterNotFound(),
                none.redirects(),
                none.longest(),
                true,
                none.responseAttempts(),
                none.rateLimits(),
                priority,
                keptBody,
                none.limits());
        return new RouteAction.Forward(
                forward.cluster(),
                forward.rewrite(),
                forward.timeouts(),
                forward.retry(),
                forward.mirrors(),
                forward.upgrades(),
                options,
                forward.placement());
    }

    /// A proxy that trusts clients on this machine as internal ones.
    private static RuntimeConfig trusting(RouteAction action, int... ports) {
        var http = (NetworkFilter.Http) RunningProxy.http(action);
        var here = AddressMatcher.of("127.0.0.0", 8).orElseThrow();
        var none = HeadOptions.DEFAULT;
        var heads = new HeadOptions(
                new HeadOptions.ClientAddress(true, 0, false, false, List.of(here)),
                none.certificate(),
                none.host(),
                none.underscores(),
                none.requestIds(),
                none.names());
        var trusting = new NetworkFilter.Http(
                http.statPrefix(),
                http.routes(),
                http.filters(),
                http.clientCertificate(),
                http.paths(),
                heads,
                http.limits(),
                http.upgrades(),
                http.codec(),
                http.accessLogs(),
                http.replies());
        return RunningProxy.config(trusting, ports);
    }

    private static RuntimeConfig allowing(RuntimeConfig config, BreakerLimits limits) {
        return RunningProxy.limited(config, limits, ConnectionLimits.DEFAULT);
    }

    /// Answers the first request with one answer and all others with the other.
    private static Origin answering(String first, String later) {
        var asked = new AtomicInteger();
        var self = new Origin[1];
        self[0] = new Origin((socket, _) -> {
            var head = Origin.head(socket.getInputStream());
            while (!head.isEmpty()) {
                self[0].heads.add(head);
                Origin.write(socket, asked.getAndIncrement() == 0 ? first : later);
                head = Origin.head(socket.getInputStream());
            }
        });
        return self[0];
    }

    static String ask(Socket client, String request) throws IOException {
        Origin.write(client, request);
        var head = Origin.head(client.getInputStream());
        return head.isEmpty() ? "" : head.substring(9, 12);
    }

    static long count(RunningProxy proxy, Figure figure) {
        return proxy.upstreams.cluster("app").orElseThrow().load().retries().value(figure);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_trusted_client_says_itself_what_is_tried_again() throws IOException {
        var asks = get("x-envoy-retry-on: 5xx", "x-envoy-max-retries: 2");
        try (var origin = answering(BAD, OK);
                var proxy = new RunningProxy(trusting(forward(RetryPolicy.NONE, Timeouts.DEFAULT), origin.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, asks)).isEqualTo("200");
            assertThat(origin.heads).hasSize(2).noneMatch(head -> head.contains("x-envoy-retry-on"));
            assertThat(count(proxy, Figure.RETRY)).isEqualTo(1);
            assertThat(count(proxy, Figure.SUCCESS)).isEqualTo(1);
        }
        try (var origin = answering(BAD, OK);
                var proxy = new RunningProxy(
                        RunningProxy.config(forward(RetryPolicy.NONE, Timeouts.DEFAULT), origin.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, asks)).as("a stranger is not heard").isEqualTo("503");
        }
    }

    @Test
    void a_trusted_client_says_itself_how_long_it_waits_and_the_application_hears_of_it() throws IOException {
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(trusting(forward(RetryPolicy.NONE, Timeouts.DEFAULT), origin.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, get("x-envoy-upstream-rq-timeout-ms: 60000")))
                    .isEqualTo("200");
            assertThat(origin.heads.getFirst()).contains("\nx-envoy-expected-rq-timeout-ms: 60000\r\n");
        }
        try (var silent = new Origin((socket, _) -> socket.getInputStream().readAllBytes());
                var proxy = new RunningProxy(trusting(forward(RetryPolicy.NONE, Timeouts.DEFAULT), silent.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, get("x-envoy-upstream-rq-timeout-ms: 50"))).isEqualTo("504");
            assertThat(count(proxy, Figure.TIMEOUT)).isEqualTo(1);
        }
    }

    @Test
    void an_answer_with_a_certain_header_is_tried_again_whatever_its_status() throws IOException {
        var again = new HeaderMatcher(HeaderName.of("x-again"), new HeaderMatcher.Test.Present(true), false, false);
        var policy = new RetryPolicy(
                Set.of(Condition.RETRIABLE_HEADERS),
                List.of(),
                List.of(again),
                List.of(),
                1,
                new Backoff(Duration.ZERO, Duration.ZERO),
                FurtherHosts.ANY,
                false);
        try (var origin = answering(OK.replace("\r\n\r\n", "\r\nX-Again: 1\r\n\r\n"), OK);
                var proxy = new RunningProxy(RunningProxy.config(forward(policy, Timeouts.DEFAULT), origin.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, GET)).isEqualTo("200");
            assertThat(origin.heads).hasSize(2);
        }
    }

    @Test
    void an_answer_tells_how_long_to_wait_before_another_try() throws IOException {
        var told = new Backoff(
                Duration.ZERO,
                Duration.ZERO,
                List.of(new Backoff.Told(HeaderName.of("retry-after"), false)),
                Duration.ofMinutes(5));
        var policy = new RetryPolicy(
                Set.of(Condition.SERVER_ERROR), List.of(), List.of(), List.of(), 1, told, FurtherHosts.ANY, false);
        var busy = BAD.replace("\r\n\r\n", "\r\nRetry-After: 1\r\n\r\n");
        try (var origin = answering(busy, OK);
                var proxy = new RunningProxy(RunningProxy.config(forward(policy, Timeouts.DEFAULT), origin.port()));
                var client = proxy.connect()) {
            long begun = System.nanoTime();
            assertThat(ask(client, GET)).isEqualTo("200");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(1));
            assertThat(count(proxy, Figure.RATE_LIMITED)).isEqualTo(1);
        }
        var impatient = new Timeouts(Duration.ofMillis(900), Duration.ZERO, Duration.ZERO);
        try (var origin = answering(busy, OK);
                var proxy = new RunningProxy(RunningProxy.config(forward(policy, impatient), origin.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, GET)).as("there is no time to wait so long").isEqualTo("503");
            assertThat(origin.heads).hasSize(1);
        }
    }

    @Test
    void in_a_retry_storm_the_added_load_stays_within_the_budget() throws Exception {
        int clients = 50;
        int budget = 10;
        var arrived = new CountDownLatch(clients);
        var judged = new CountDownLatch(clients - budget);
        var tries = new AtomicInteger();
        var further = new AtomicInteger();
        try (var origin = new Origin((socket, _) -> {
                    var head = Origin.head(socket.getInputStream());
                    while (!head.isEmpty()) {
                        tries.incrementAndGet();
                        if (head.contains("x-envoy-attempt-count: 1\r\n")) {
                            arrived.countDown();
                            awaitQuietly(arrived);
                        } else {
                            further.incrementAndGet();
                            awaitQuietly(judged); // so that no retry makes room for another one
                        }
                        Origin.write(socket, BAD);
                        head = Origin.head(socket.getInputStream());
                    }
                });
                var proxy = new RunningProxy(allowing(
                        RunningProxy.config(
                                with(
                                        forward(policy(3, Condition.SERVER_ERROR), Timeouts.DEFAULT),
                                        RoutingPriority.DEFAULT,
                                        0),
                                origin.port()),
                        new BreakerLimits(
                                new Thresholds(1024, 1024, 1024, 0, Optional.of(new RetryBudget(20, 0)), false),
                                Thresholds.DEFAULT,
                                Integer.MAX_VALUE)))) {
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < clients; i++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    try (var client = proxy.connect()) {
                        assertThat(ask(client, GET)).isEqualTo("503");
                        judged.countDown();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            for (var thread : threads) {
                thread.join();
            }
            assertThat(count(proxy, Figure.RETRY))
                    .as("without a budget there would be %d", 3 * clients)
                    .isEqualTo(budget);
            assertThat(tries.get()).as("counted at the host").isEqualTo(clients + budget);
            assertThat(further.get()).isEqualTo(budget);
            assertThat(count(proxy, Figure.OVERFLOW)).isEqualTo(clients);
            assertThat(proxy.seen(0).flag()).isEqualTo("UO");
        }
    }

    @Test
    void a_body_larger_than_what_is_kept_is_not_sent_again() throws IOException {
        var action = with(forward(policy(1, Condition.SERVER_ERROR), Timeouts.DEFAULT), RoutingPriority.DEFAULT, 4);
        for (var body : List.of("abc", "abcde")) {
            var asked = new AtomicInteger();
            try (var origin = new Origin((socket, _) -> {
                        while (!Origin.head(socket.getInputStream()).isEmpty()) {
                            assertThat(Origin.read(socket.getInputStream(), body.length()))
                                    .isEqualTo(body);
                            Origin.write(socket, asked.getAndIncrement() == 0 ? BAD : OK);
                        }
                    });
                    var proxy = new RunningProxy(RunningProxy.config(action, origin.port()));
                    var client = proxy.connect()) {
                var request = "PUT / HTTP/1.1\r\nHost: shop\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
                assertThat(ask(client, request)).isEqualTo(body.length() > 4 ? "503" : "200");
            }
        }
    }

    @Test
    void a_try_of_which_nothing_comes_any_more_is_given_up() throws IOException {
        var timeouts =
                new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ofMillis(100), Optional.empty(), Optional.empty());
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + (number == 1 ? "" : "ha"));
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                });
                var proxy = new RunningProxy(RunningProxy.config(forward(RetryPolicy.NONE, timeouts), origin.port()));
                var client = proxy.connect()) {
            Origin.write(client, GET);
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200");
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
            await().until(() -> count(proxy, Figure.PER_TRY_IDLE_TIMEOUT) == 1);
            assertThat(proxy.seen(0).details()).isEqualTo("upstream_per_try_idle_timeout");
        }
    }

    static Timeouts eachTry(int millis) {
        return new Timeouts(Duration.ofSeconds(20), Duration.ofMillis(millis), Duration.ZERO);
    }

    @Test
    void with_hedging_a_slow_try_goes_on_beside_the_next_one_and_the_first_good_answer_wins() throws IOException {
        var second = new CountDownLatch(1);
        var lost = new CountDownLatch(1);
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    if (number == 1) {
                        awaitQuietly(second);
                        Origin.write(socket, OK.replace("200", "201"));
                        assertThat(socket.getInputStream().read()).isEqualTo(-1);
                    } else {
                        second.countDown();
                        assertThat(socket.getInputStream().read())
                                .as("the loser is reset")
                                .isEqualTo(-1);
                        lost.countDown();
                    }
                });
                var proxy = new RunningProxy(RunningProxy.config(
                        forward(policy(1, true, Condition.SERVER_ERROR), eachTry(50)), origin.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, GET)).isEqualTo("201");
            awaitQuietly(lost);
            assertThat(count(proxy, Figure.RETRY)).isEqualTo(1);
            assertThat(count(proxy, Figure.PER_TRY_TIMEOUT)).isBetween(1L, 2L);
            assertThat(proxy.seen(0).attempts()).isEqualTo(2);
            await().until(() -> proxy.upstreams.cluster("app").orElseThrow().hosts().values().stream()
                    .allMatch(host -> host.state().active() == 0));
        }
    }

    @Test
    void with_hedging_a_bad_answer_of_a_slow_try_is_thrown_away_while_another_one_is_under_way() throws IOException {
        var second = new CountDownLatch(1);
        var bad = new CountDownLatch(1);
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    if (number == 1) {
                        awaitQuietly(second);
                        Origin.write(socket, BEGUN_BAD);
                        assertThat(socket.getInputStream().read()).isEqualTo(-1);
                        bad.countDown();
                    } else {
                        second.countDown();
                        awaitQuietly(bad);
                        Origin.write(socket, OK);
                    }
                });
                var proxy = new RunningProxy(RunningProxy.config(
                        forward(policy(1, true, Condition.SERVER_ERROR), eachTry(50)), origin.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, GET)).isEqualTo("200");
            assertThat(origin.connections).hasValue(2);
        }
    }

    @Test
    void with_hedging_a_bad_answer_that_cannot_be_retried_does_not_end_a_slow_try() throws IOException {
        var bad = new CountDownLatch(1);
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    if (number == 1) {
                        awaitQuietly(bad);
                        Origin.write(socket, OK.replace("200", "201"));
                    } else {
                        Origin.write(socket, BEGUN_BAD);
                        assertThat(socket.getInputStream().read()).isEqualTo(-1);
                        bad.countDown();
                    }
                });
                var proxy = new RunningProxy(RunningProxy.config(
                        forward(policy(1, true, Condition.SERVER_ERROR), eachTry(50)), origin.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, GET)).isEqualTo("201");
        }
    }

    @Test
    void with_hedging_a_request_fails_only_when_all_of_its_tries_have() throws IOException {
        var second = new CountDownLatch(1);
        try (var origin = new Origin((socket, number) -> {
                    Origin.head(socket.getInputStream());
                    if (number == 1) {
                        awaitQuietly(second);
                        Origin.write(socket, OK);
                    } else {
                        socket.close();
                        second.countDown();
                    }
                });
                var proxy = new RunningProxy(RunningProxy.config(
                        forward(policy(1, true, Condition.SERVER_ERROR), eachTry(50)), origin.port()));
                var client = proxy.connect()) {
            assertThat(ask(client, GET)).isEqualTo("200");
        }
    }

    @Test
    void requests_of_high_priority_have_breakers_and_connections_of_their_own() throws IOException {
        var limits = new BreakerLimits(new Thresholds(1, 1, 0, 0), new Thresholds(1, 1, 1, 0), Integer.MAX_VALUE);
        var action = forward(RetryPolicy.NONE, Timeouts.DEFAULT);
        try (var origin = Origin.answering(OK);
                var standard = new RunningProxy(allowing(RunningProxy.config(action, origin.port()), limits));
                var high = new RunningProxy(
                        allowing(RunningProxy.config(with(action, RoutingPriority.HIGH, 0), origin.port()), limits));
                var client = standard.connect();
                var other = high.connect()) {
            assertThat(ask(client, GET)).isEqualTo("503");
            assertThat(ask(other, GET)).isEqualTo("200");
            assertThat(ask(other, GET)).isEqualTo("200");
            assertThat(origin.connections).hasValue(1);
            var breaker = high.upstreams.cluster("app").orElseThrow().load().breaker(RoutingPriority.HIGH);
            assertThat(breaker.active(Resource.CONNECTIONS)).isEqualTo(1);
        }
    }

    @Test
    void a_host_gets_no_more_connections_than_one_host_may() throws Exception {
        var limits = new BreakerLimits(Thresholds.DEFAULT, Thresholds.DEFAULT, 1);
        var first = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var origin = new Origin((socket, _) -> {
                    while (!Origin.head(socket.getInputStream()).isEmpty()) {
                        first.countDown();
                        awaitQuietly(go);
                        Origin.write(socket, OK);
                    }
                });
                var proxy = new RunningProxy(allowing(
                        RunningProxy.config(forward(RetryPolicy.NONE, Timeouts.DEFAULT), origin.port()), limits));
                var client = proxy.connect();
                var other = proxy.connect()) {
            Origin.write(client, GET);
            awaitQuietly(first);
            Origin.write(other, GET);
            await().until(() ->
                    proxy.upstreams.cluster("app").orElseThrow().breaker().active(Resource.PENDING) == 1);
            go.countDown();
            assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200");
            assertThat(Origin.head(other.getInputStream())).startsWith("HTTP/1.1 200");
            assertThat(origin.connections).hasValue(1);
        }
    }
}
