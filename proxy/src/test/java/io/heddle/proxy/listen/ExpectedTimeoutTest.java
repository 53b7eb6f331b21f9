package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.resilience.retry.Backoff;
import io.heddle.traffic.resilience.retry.FurtherHosts;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What applications are told of how long their answers are waited for, over real sockets.
class ExpectedTimeoutTest {
    private static final String NAME = "x-envoy-expected-rq-timeout-ms: ";
    private static final Duration NONE = Duration.ZERO;

    /// Gives up a try that gets no answer, and tries again once.
    private static RetryPolicy again(boolean hedges) {
        return new RetryPolicy(
                Set.of(Condition.SERVER_ERROR),
                List.of(),
                List.of(),
                List.of(),
                1,
                new Backoff(NONE, NONE),
                FurtherHosts.ANY,
                hedges);
    }

    private static Timeouts times(Duration request, Duration perTry) {
        return new Timeouts(request, perTry, NONE);
    }

    private static NetworkFilter.Http http(RetryPolicy policy, Timeouts timeouts) {
        return (NetworkFilter.Http) RunningProxy.http(RunningProxy.forward(policy, timeouts));
    }

    /// Its router says `suppress_envoy_headers`.
    private static NetworkFilter suppressing(NetworkFilter.Http http) {
        var names = http.heads().names();
        var heads = new HeadOptions(
                http.heads().client(),
                http.heads().certificate(),
                http.heads().host(),
                http.heads().underscores(),
                http.heads().requestIds(),
                new HeadOptions.Names(names.transformation(), names.server(), names.via(), names.scheme(), false));
        return new NetworkFilter.Http(
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
    }

    /// What the application is told, try by try, of which so many get no answer; -1 where nothing is told.
    private static List<Long> told(RuntimeConfig config, Origin origin, String... lines) throws IOException {
        try (var proxy = new RunningProxy(config);
                var client = proxy.connect()) {
            var request = "GET / HTTP/1.1\r\nHost: shop\r\n" + String.join("", lines) + "\r\n";
            assertThat(RetriesTest.ask(client, request)).isEqualTo("200");
        }
        return origin.heads.stream().map(ExpectedTimeoutTest::told).toList();
    }

    private static long told(String head) {
        int at = head.indexOf(NAME);
        return at < 0 ? -1 : Long.parseLong(head.substring(at + NAME.length(), head.indexOf('\r', at)));
    }

    private static Origin silentAtFirst() {
        var asked = new AtomicInteger();
        var self = new Origin[1];
        self[0] = new Origin((socket, _) -> {
            var head = Origin.head(socket.getInputStream());
            self[0].heads.add(head);
            if (asked.getAndIncrement() > 0) {
                Origin.write(socket, RetriesTest.OK);
            }
            socket.getInputStream().readAllBytes();
        });
        return self[0];
    }

    @Test
    void a_route_with_a_limit_tells_all_of_it_at_the_first_try() throws IOException {
        var http = http(RetryPolicy.NONE, times(Duration.ofSeconds(7), NONE));
        try (var origin = Origin.answering(RetriesTest.OK)) {
            assertThat(told(RunningProxy.config(http, origin.port()), origin)).containsExactly(7000L);
        }
    }

    @Test
    void what_the_client_says_under_that_name_is_not_sent_on() throws IOException {
        var http = http(RetryPolicy.NONE, times(NONE, NONE));
        try (var origin = Origin.answering(RetriesTest.OK)) {
            assertThat(told(RunningProxy.config(http, origin.port()), origin, NAME + "5\r\n"))
                    .containsExactly(-1L);
        }
    }

    @Test
    void a_router_that_suppresses_such_headers_tells_nothing() throws IOException {
        var http = suppressing(http(RetryPolicy.NONE, times(Duration.ofSeconds(7), Duration.ofSeconds(1))));
        try (var origin = Origin.answering(RetriesTest.OK)) {
            assertThat(told(RunningProxy.config(http, origin.port()), origin)).containsExactly(-1L);
        }
    }

    @Test
    void each_try_tells_its_own_time_where_it_has_one() throws IOException {
        var http = http(again(false), times(Duration.ofSeconds(20), Duration.ofMillis(50)));
        try (var origin = silentAtFirst()) {
            assertThat(told(RunningProxy.config(http, origin.port()), origin)).containsExactly(50L, 50L);
        }
        var limited = http(RetryPolicy.NONE, times(NONE, Duration.ofSeconds(3)));
        try (var origin = Origin.answering(RetriesTest.OK)) {
            assertThat(told(RunningProxy.config(limited, origin.port()), origin))
                    .as("the time of a try alone")
                    .containsExactly(3000L);
        }
    }

    @Test
    void with_hedging_each_try_tells_what_is_left_of_the_whole() throws IOException {
        var http = http(again(true), times(Duration.ofSeconds(20), Duration.ofMillis(50)));
        try (var origin = silentAtFirst()) {
            var told = told(RunningProxy.config(http, origin.port()), origin);
            assertThat(told).hasSize(2).first().isEqualTo(20_000L);
            assertThat(told.getLast()).isBetween(10_000L, 19_950L);
        }
    }
}
