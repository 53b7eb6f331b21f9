package io.heddle.traffic.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.resilience.health.GrpcVerdict;
import io.heddle.traffic.resilience.health.UnreachableHosts;
import io.heddle.traffic.resilience.health.UnreachablePolicy;
import io.heddle.traffic.resilience.retry.FurtherHosts;
import io.heddle.traffic.resilience.retry.RetryDecider;
import io.heddle.traffic.resilience.retry.RetryDecider.Attempt;
import io.heddle.traffic.resilience.retry.RetryDecider.Decision;
import io.heddle.traffic.resilience.retry.RetryDecider.Outcome;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import io.heddle.traffic.resilience.retry.Timeouts.GrpcTimeouts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResilienceTest {
    private static final long FOREVER = Long.MAX_VALUE;

    private static RetryPolicy policy(int retries, Condition... conditions) {
        return new RetryPolicy(
                Set.of(conditions), List.of(418), retries, Duration.ofMillis(20), Duration.ofMillis(50), false);
    }

    private static Decision decide(RetryPolicy policy, int retries, Outcome outcome) {
        return RetryDecider.decide(policy, new Attempt(retries, outcome, true, false, FOREVER), -1L);
    }

    private static boolean again(RetryPolicy policy, Outcome outcome) {
        return decide(policy, 0, outcome) instanceof Decision.Retry;
    }

    @Test
    void tries_nothing_again_where_no_retry_is_allowed() {
        assertThat(decide(policy(0, Condition.CONNECT_FAILURE), 0, new Outcome.ConnectFailed()))
                .isEqualTo(new Decision.Stop(false));
        assertThat(decide(policy(0, Condition.RETRIABLE_4XX), 0, new Outcome.Refused()))
                .isEqualTo(new Decision.Stop(false));
    }

    @Test
    void tries_once_more_what_was_provably_not_processed_under_every_other_policy() {
        assertThat(again(policy(3, Condition.RETRIABLE_4XX), new Outcome.ConnectFailed()))
                .isTrue();
        assertThat(decide(policy(3, Condition.RETRIABLE_4XX), 1, new Outcome.ConnectFailed()))
                .isEqualTo(new Decision.Stop(false));
        assertThat(again(RetryPolicy.NONE, new Outcome.ConnectFailed())).isTrue();
        assertThat(again(RetryPolicy.NONE, new Outcome.ResetBeforeResponse(false, false)))
                .isTrue();
        assertThat(decide(RetryPolicy.NONE, 1, new Outcome.ConnectFailed())).isEqualTo(new Decision.Stop(false));
    }

    @Test
    void tries_nothing_again_that_may_have_been_processed_unless_it_is_named() {
        assertThat(again(RetryPolicy.NONE, new Outcome.ResetBeforeResponse(true, false)))
                .isFalse();
        assertThat(again(RetryPolicy.NONE, new Outcome.Status(503, -1))).isFalse();
        assertThat(again(RetryPolicy.NONE, new Outcome.PerTryTimeout())).isFalse();
        assertThat(again(policy(1, Condition.RESET), new Outcome.ResetBeforeResponse(true, false)))
                .isTrue();
    }

    @Test
    void tries_an_idempotent_request_again_whose_reused_connection_was_closed() {
        var closed = new Outcome.ResetBeforeResponse(true, true);
        assertThat(RetryDecider.decide(RetryPolicy.NONE, new Attempt(0, closed, true, true, FOREVER), 0))
                .isEqualTo(new Decision.Retry(Duration.ZERO));
        assertThat(RetryDecider.decide(RetryPolicy.NONE, new Attempt(0, closed, true, false, FOREVER), 0))
                .isInstanceOf(Decision.Stop.class);
    }

    @Test
    void never_tries_again_when_the_body_is_gone() {
        var attempt = new Attempt(0, new Outcome.ConnectFailed(), false, true, FOREVER);
        assertThat(RetryDecider.decide(policy(3, Condition.CONNECT_FAILURE), attempt, 0))
                .isInstanceOf(Decision.Stop.class);
    }

    @ParameterizedTest
    @CsvSource({
        "SERVER_ERROR, 500, -1, true",
        "SERVER_ERROR, 404, -1, false",
        "GATEWAY_ERROR, 502, -1, true",
        "GATEWAY_ERROR, 500, -1, false",
        "RETRIABLE_4XX, 409, -1, true",
        "RETRIABLE_STATUS_CODES, 418, -1, true",
        "RETRIABLE_STATUS_CODES, 419, -1, false",
        "UNAVAILABLE, 200, 14, true",
        "CANCELLED, 200, 1, true",
        "DEADLINE_EXCEEDED, 200, 4, true",
        "RESOURCE_EXHAUSTED, 200, 8, true",
        "INTERNAL, 200, 13, true",
        "INTERNAL, 200, 0, false",
        "RETRIABLE_STATUS_CODES, 200, 13, false",
        "HTTP3_POST_CONNECT_FAILURE, 503, 14, false",
        "CANCELLED, 200, 14, false",
        "CONNECT_FAILURE, 503, -1, false",
    })
    void tries_statuses_again_as_named(Condition condition, int code, int grpc, boolean wanted) {
        assertThat(again(policy(1, condition), new Outcome.Status(code, grpc))).isEqualTo(wanted);
    }

    @Test
    void an_answer_of_a_proxy_that_limits_rates_is_tried_again_for_nothing_else() {
        var limited = new Outcome.Status(503, 14, TextRequest.get("", "/", "x-envoy-ratelimited", "true"), 0);
        assertThat(again(policy(1, Condition.SERVER_ERROR, Condition.UNAVAILABLE), limited))
                .isFalse();
        assertThat(again(policy(1, Condition.ENVOY_RATE_LIMITED), limited)).isTrue();
        assertThat(again(policy(1, Condition.ENVOY_RATE_LIMITED), new Outcome.Status(503, -1)))
                .isFalse();
    }

    @Test
    void a_hedge_is_tried_at_once_whatever_is_named_and_never_where_nothing_is() {
        assertThat(decide(policy(1, Condition.CONNECT_FAILURE), 0, new Outcome.Hedge()))
                .isEqualTo(new Decision.Retry(Duration.ZERO));
        assertThat(decide(policy(1, Condition.CONNECT_FAILURE), 1, new Outcome.Hedge()))
                .isEqualTo(new Decision.Stop(true));
        assertThat(decide(RetryPolicy.NONE, 0, new Outcome.Hedge())).isEqualTo(new Decision.Stop(false));
    }

    @ParameterizedTest
    @CsvSource({"0, 200", "1, 499", "3, 400", "4, 504", "8, 429", "13, 500", "14, 503", "16, 401", "99, 500"})
    void a_status_of_grpc_is_judged_as_its_like_of_http(int grpc, int http) {
        assertThat(GrpcVerdict.httpStatus(grpc)).isEqualTo(http);
    }

    @Test
    void every_condition_has_the_name_that_it_is_found_by() {
        for (var condition : Condition.values()) {
            assertThat(Condition.named(condition.text())).contains(condition);
        }
        assertThat(Condition.named("6xx")).isEmpty();
    }

    @Test
    void further_tries_pass_over_canaries_and_hosts_with_some_labels() {
        var plain = endpoint(Map.of());
        var canary = endpoint(Map.of("canary", new LabelValue.Flag(true)));
        var slow = endpoint(Map.of("disk", new LabelValue.Text("slow"), "zone", new LabelValue.Text("a")));
        var canaries = new FurtherHosts(false, true, List.of(), 0);
        assertThat(canaries.omits(canary)).isTrue();
        assertThat(canaries.omits(plain)).isFalse();
        var labels = MetadataMatch.of(Map.of("disk", new LabelValue.Text("slow")));
        var disks = new FurtherHosts(false, false, List.of(labels), 0);
        assertThat(disks.omits(slow)).isTrue();
        assertThat(disks.omits(canary)).isFalse();
    }

    private static Endpoint endpoint(Map<String, LabelValue> labels) {
        return new Endpoint(
                "127.0.0.1",
                80,
                1,
                Endpoint.Health.HEALTHY,
                0,
                Map.of(),
                PeerMetadata.UNKNOWN,
                "",
                Locality.UNKNOWN,
                labels,
                List.of());
    }

    @Test
    void the_time_that_a_client_of_grpc_gives_is_capped_and_shortened_as_envoy_does() {
        var answer = new GrpcTimeouts(Duration.ofSeconds(5), Duration.ofMillis(100), true);
        assertThat(answer.of(Duration.ofSeconds(2))).isEqualTo(Duration.ofMillis(1900));
        assertThat(answer.of(Duration.ofSeconds(9))).isEqualTo(Duration.ofSeconds(5));
        assertThat(answer.of(Duration.ZERO)).as("for ever").isEqualTo(Duration.ofSeconds(5));
        assertThat(answer.of(Duration.ofMillis(50))).as("less than the offset").isEqualTo(Duration.ofMillis(50));
        assertThat(new GrpcTimeouts(Duration.ZERO, Duration.ZERO, true).of(Duration.ZERO))
                .isZero();
        var stream = new GrpcTimeouts(Duration.ofSeconds(5), Duration.ofMillis(100), false);
        assertThat(stream.of(Duration.ofSeconds(9))).isEqualTo(Duration.ofMillis(4900));
        assertThat(stream.of(Duration.ofMillis(50))).isLessThan(Duration.ofMillis(1));
    }

    @Test
    void stops_at_the_limit_and_says_so() {
        var named = policy(2, Condition.SERVER_ERROR);
        assertThat(decide(named, 1, new Outcome.Status(500, -1))).isInstanceOf(Decision.Retry.class);
        assertThat(decide(named, 2, new Outcome.Status(500, -1))).isEqualTo(new Decision.Stop(true));
    }

    @Test
    void pauses_longer_each_time_up_to_the_longest_and_within_the_deadline() {
        var named = policy(9, Condition.SERVER_ERROR);
        var status = new Outcome.Status(500, -1);
        var first = ((Decision.Retry) decide(named, 0, status)).after();
        var later = ((Decision.Retry) decide(named, 5, status)).after();
        assertThat(first).isBetween(Duration.ofMillis(19), Duration.ofMillis(20));
        assertThat(later).isBetween(Duration.ofMillis(49), Duration.ofMillis(50));
        var late = new Attempt(0, status, true, false, Duration.ofMillis(5).toNanos());
        assertThat(RetryDecider.decide(named, late, -1L)).isInstanceOf(Decision.Stop.class);
    }

    @Test
    void a_breaker_counts_each_resource_on_its_own() {
        var breaker = new CircuitBreaker(new Thresholds(1, 2, 1, 0));
        assertThat(breaker.tryAcquire(CircuitBreaker.Resource.REQUESTS)).isTrue();
        assertThat(breaker.tryAcquire(CircuitBreaker.Resource.REQUESTS)).isFalse();
        assertThat(breaker.tryAcquire(CircuitBreaker.Resource.CONNECTIONS)).isTrue();
        assertThat(breaker.tryAcquire(CircuitBreaker.Resource.RETRIES)).isFalse();
        breaker.release(CircuitBreaker.Resource.REQUESTS);
        assertThat(breaker.active(CircuitBreaker.Resource.REQUESTS)).isZero();
        breaker.limit(new Thresholds(1, 2, 2, 0));
        assertThat(breaker.tryAcquire(CircuitBreaker.Resource.REQUESTS)).isTrue();
        assertThat(breaker.tryAcquire(CircuitBreaker.Resource.REQUESTS)).isTrue();
    }

    @Test
    void a_budget_grows_with_the_requests_under_way() {
        var breaker = new CircuitBreaker(new Thresholds(9, 9, 1000, 0, Optional.of(RetryBudget.DEFAULT), false));
        assertThat(breaker.remaining(CircuitBreaker.Resource.RETRIES)).isEqualTo(3);
        IntStream.range(0, 100).forEach(_ -> breaker.acquire(CircuitBreaker.Resource.REQUESTS));
        IntStream.range(0, 20)
                .forEach(_ -> assertThat(breaker.tryAcquire(CircuitBreaker.Resource.RETRIES))
                        .isTrue());
        assertThat(breaker.tryAcquire(CircuitBreaker.Resource.RETRIES)).isFalse();
        assertThat(breaker.remaining(CircuitBreaker.Resource.RETRIES)).isZero();
    }

    @Test
    void connect_failures_in_a_row_eject_a_host_for_longer_each_time() {
        var detector = new UnreachableHosts(new UnreachablePolicy(2, Duration.ofNanos(10), Duration.ofNanos(25)));
        var host = new HostState();
        assertThat(detector.connectFailed(host, 0)).isFalse();
        detector.connected(host);
        assertThat(detector.connectFailed(host, 0)).isFalse();
        assertThat(detector.connectFailed(host, 0)).isTrue();
        assertThat(host.isEjected(9)).isTrue();
        assertThat(host.isEjected(10)).isFalse();
        detector.connectFailed(host, 10);
        assertThat(detector.connectFailed(host, 10)).isTrue();
        assertThat(host.ejectedUntil()).isEqualTo(30);
        detector.connectFailed(host, 30);
        detector.connectFailed(host, 30);
        assertThat(host.ejectedUntil()).isEqualTo(55);
        detector.connected(host);
        assertThat(host.isEjected(31)).isFalse();
        assertThat(host.ejections()).isZero();
    }
}
