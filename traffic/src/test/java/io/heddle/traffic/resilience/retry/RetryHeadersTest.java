package io.heddle.traffic.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.resilience.retry.RetryDecider.Outcome;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What requests say themselves of retries and timeouts.
class RetryHeadersTest {
    private static final RetryPolicy ROUTE = new RetryPolicy(
            Set.of(Condition.CONNECT_FAILURE), List.of(418), 1, Duration.ofMillis(25), Duration.ofMillis(250), true);

    private static RequestHead head(String... lines) {
        var fields = new String[2 * lines.length];
        for (int i = 0; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            fields[2 * i] = lines[i].substring(0, colon);
            fields[2 * i + 1] = lines[i].substring(colon + 1).strip();
        }
        return TextRequest.get("", "/", fields);
    }

    @Test
    void a_request_adds_conditions_codes_and_headers_to_those_of_its_route() {
        var policy = RetryHeaders.over(
                ROUTE,
                head(
                        "x-envoy-retry-on: 5xx, nonsense ,retriable-headers,unavailable",
                        "x-envoy-retry-grpc-on: cancelled,reset",
                        "x-envoy-retriable-status-codes: 404,abc,503",
                        "x-envoy-retriable-header-names: x-again",
                        "x-envoy-max-retries: 4"),
                true);
        assertThat(policy.conditions())
                .as("each header has the conditions of its own kind only")
                .containsExactlyInAnyOrder(
                        Condition.CONNECT_FAILURE,
                        Condition.SERVER_ERROR,
                        Condition.RETRIABLE_HEADERS,
                        Condition.CANCELLED);
        assertThat(policy.codes()).containsExactly(418, 404, 503);
        assertThat(policy.retries()).isEqualTo(4);
        assertThat(policy.backoff()).isEqualTo(ROUTE.backoff());
        assertThat(RetryDecider.isNamed(policy, new Outcome.Status(200, -1, head("X-Again: yes"), 0)))
                .isTrue();
        assertThat(RetryDecider.isNamed(policy, new Outcome.Status(200, -1, head("other: yes"), 0)))
                .isFalse();
    }

    @Test
    void nobody_is_heard_who_is_not_trusted() {
        var asks = head("x-envoy-retry-on: 5xx", "x-envoy-max-retries: 9", "x-envoy-hedge-on-per-try-timeout: true");
        assertThat(RetryHeaders.over(ROUTE, asks, false)).isEqualTo(ROUTE);
        assertThat(RetryHeaders.over(ROUTE, asks, true).hedges()).isTrue();
    }

    @Test
    void without_a_condition_a_number_of_retries_allows_for_no_more_than_one() {
        var more = RetryHeaders.over(RetryPolicy.NONE, head("x-envoy-max-retries: 4"), true);
        var failed = new Outcome.ConnectFailed();
        assertThat(decide(more, 0, failed)).isInstanceOf(RetryDecider.Decision.Retry.class);
        assertThat(decide(more, 1, failed)).isInstanceOf(RetryDecider.Decision.Stop.class);
        var none = RetryHeaders.over(RetryPolicy.NONE, head("x-envoy-max-retries: 0"), true);
        assertThat(decide(none, 0, failed)).isInstanceOf(RetryDecider.Decision.Stop.class);
    }

    private static RetryDecider.Decision decide(RetryPolicy policy, int retries, Outcome outcome) {
        return RetryDecider.decide(policy, new RetryDecider.Attempt(retries, outcome, true, false, Long.MAX_VALUE), 0);
    }

    @Test
    void a_request_that_asks_where_its_route_says_nothing_is_tried_again_once_after_a_pause() {
        var once = RetryHeaders.over(RetryPolicy.NONE, head("x-envoy-retry-on: 5xx"), true);
        assertThat(once.conditions()).containsExactly(Condition.SERVER_ERROR);
        assertThat(once.retries()).isEqualTo(1);
        assertThat(once.backoff()).isEqualTo(new Backoff(Duration.ofMillis(25), Duration.ofMillis(250)));
        var often = RetryHeaders.over(
                RetryPolicy.NONE, head("x-envoy-retry-grpc-on: unavailable", "x-envoy-max-retries: 4"), true);
        assertThat(often.retries()).isEqualTo(4);
        assertThat(often.backoff()).isEqualTo(once.backoff());
    }

    @Test
    void a_request_that_says_nothing_of_it_gets_the_policy_of_its_route_as_it_is() {
        var asks = head("x-envoy-internal: true", "x-envoy-upstream-rq-timeout-ms: 5");
        assertThat(RetryHeaders.over(ROUTE, asks, true)).isSameAs(ROUTE);
        assertThat(RetryHeaders.over(RetryPolicy.NONE, asks, true)).isSameAs(RetryPolicy.NONE);
    }

    @Test
    void nothing_is_worth_another_try_where_the_request_lacks_the_headers_that_the_route_wants() {
        var wanted =
                new HeaderMatcher(HeaderName.of("x-repeatable"), new HeaderMatcher.Test.Present(true), false, false);
        var policy = new RetryPolicy(
                ROUTE.conditions(),
                ROUTE.codes(),
                List.of(),
                List.of(wanted),
                1,
                ROUTE.backoff(),
                FurtherHosts.ANY,
                false);
        assertThat(RetryHeaders.over(policy, head("x-repeatable: 1"), false)).isEqualTo(policy);
        assertThat(RetryHeaders.over(policy, head("x-envoy-retry-on: 5xx"), true)
                        .conditions())
                .isEmpty();
    }

    @Test
    void timeouts_are_whole_milliseconds_and_nothing_else() {
        assertThat(RetryHeaders.timeout(head("x-envoy-upstream-rq-timeout-ms: 1500")))
                .contains(Duration.ofMillis(1500));
        assertThat(RetryHeaders.perTry(head("x-envoy-upstream-rq-per-try-timeout-ms: 0")))
                .contains(Duration.ZERO);
        for (var nonsense : List.of("", "-1", "1s", "1.5", "99999999999999999999")) {
            assertThat(RetryHeaders.timeout(head("x-envoy-upstream-rq-timeout-ms: " + nonsense)))
                    .as(nonsense)
                    .isEmpty();
        }
    }

    @Test
    void what_a_request_lists_without_end_is_not_read_to_the_end() {
        var codes = "500,".repeat(10_000);
        assertThat(RetryHeaders.over(ROUTE, head("x-envoy-retriable-status-codes: " + codes), true)
                        .codes())
                .hasSizeLessThan(100);
    }
}
