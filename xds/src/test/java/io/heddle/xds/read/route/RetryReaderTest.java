package io.heddle.xds.read.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.RetryBudget;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.Thresholds;
import io.heddle.traffic.resilience.retry.Backoff;
import io.heddle.traffic.resilience.retry.FurtherHosts;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import io.heddle.traffic.resilience.retry.Timeouts.GrpcTimeouts;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// How routes say when a request is tried again, and clusters how much they allow.
class RetryReaderTest {
    private static final String NOTHING = "require_tls: NONE";

    private static Checked<Bootstrap> read(String action, String host) {
        return BootstrapReader.read("""
                static_resources:
                  listeners:
                  - name: in
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          route_config:
                            virtual_hosts:
                            - { name: all, domains: ["*"], routes: [ { match: { prefix: / }, route: { cluster: c, %s } } ], %s }
                          http_filters:
                          - name: router
                            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
                  clusters: [ { name: c } ]
                """.formatted(action, host));
    }

    private static RouteAction.Forward forward(String action, String host) {
        var read = read(action, host);
        assertThat(read.problems()).isEmpty();
        var listener = Objects.requireNonNull(
                ((Checked.Ok<Bootstrap>) read).value().fixed().listeners().get("in"));
        var http = (NetworkFilter.Http) listener.chains().getFirst().filter();
        var table = ((NetworkFilter.RouteSource.Inline) http.routes()).table();
        return (RouteAction.Forward)
                table.virtualHosts().getFirst().routes().getFirst().action();
    }

    private static List<String> paths(String action, String host) {
        return read(action, host).problems().stream().map(Problem::path).toList();
    }

    private static List<String> reasons(String action) {
        return read(action, NOTHING).problems().stream()
                .map(problem -> problem.path().substring(problem.path().lastIndexOf('.') + 1) + " " + problem.reason())
                .toList();
    }

    @Test
    void a_back_off_has_a_base_that_is_more_than_nothing() {
        assertThat(reasons("retry_policy: { retry_back_off: { base_interval: 0s } }"))
                .containsExactly("base_interval is 0s");
        assertThat(reasons("retry_policy: { retry_back_off: { max_interval: 1s } }"))
                .containsExactly("base_interval is missing");
    }

    @Test
    void reads_every_condition_of_envoy() {
        var all = "5xx,gateway-error,reset,connect-failure,refused-stream,retriable-4xx,retriable-status-codes,"
                + "retriable-headers,envoy-ratelimited,reset-before-request,http3-post-connect-failure,cancelled,"
                + "deadline-exceeded,resource-exhausted,internal,unavailable";
        assertThat(forward("retry_policy: { retry_on: '" + all + "' }", NOTHING)
                        .retry()
                        .conditions())
                .containsExactlyInAnyOrder(Condition.values());
        assertThat(paths("retry_policy: { retry_on: '5xx, 6xx' }", NOTHING))
                .singleElement()
                .asString()
                .endsWith("retry_policy.retry_on");
    }

    @Test
    void reads_pauses_and_what_answers_tell_of_them() {
        var policy = forward(
                "retry_policy: { retry_on: 5xx, num_retries: 4, per_try_timeout: 2s, per_try_idle_timeout: 1s,"
                        + " retry_back_off: { base_interval: 0.1s, max_interval: 3s },"
                        + " rate_limited_retry_back_off: { max_interval: 60s, reset_headers: ["
                        + " { name: Retry-After }, { name: x-reset, format: UNIX_TIMESTAMP } ] } }",
                NOTHING);
        assertThat(policy.retry().retries()).isEqualTo(4);
        assertThat(policy.timeouts().perTry()).isEqualTo(Duration.ofSeconds(2));
        assertThat(policy.timeouts().perTryIdle()).isEqualTo(Duration.ofSeconds(1));
        assertThat(policy.retry().backoff())
                .isEqualTo(new Backoff(
                        Duration.ofMillis(100),
                        Duration.ofSeconds(3),
                        List.of(
                                new Backoff.Told(HeaderName.of("retry-after"), false),
                                new Backoff.Told(HeaderName.of("x-reset"), true)),
                        Duration.ofMinutes(1)));
        assertThat(forward("retry_policy: { retry_on: 5xx }", NOTHING).retry().backoff())
                .isEqualTo(
                        new Backoff(Duration.ofMillis(25), Duration.ofMillis(250), List.of(), Duration.ofMinutes(5)));
        assertThat(paths(
                        "retry_policy: { retry_back_off: { base_interval: 2s, max_interval: 1s },"
                                + " rate_limited_retry_back_off: {} }",
                        NOTHING))
                .extracting(path -> path.substring(path.lastIndexOf("retry_policy")))
                .containsExactly(
                        "retry_policy.retry_back_off.max_interval",
                        "retry_policy.rate_limited_retry_back_off.reset_headers");
    }

    @Test
    void reads_which_hosts_and_priorities_are_passed_over() {
        var type = "type.googleapis.com/envoy.extensions.retry.";
        var hosts = forward(
                        "retry_policy: { retry_host_predicate: ["
                                + " { name: a, typed_config: { '@type': " + type
                                + "host.previous_hosts.v3.PreviousHostsPredicate } },"
                                + " { name: b, typed_config: { '@type': " + type
                                + "host.omit_canary_hosts.v3.OmitCanaryHostsPredicate } },"
                                + " { name: c, typed_config: { '@type': " + type
                                + "host.omit_host_metadata.v3.OmitHostMetadataConfig,"
                                + " metadata_match: { filter_metadata: { envoy.lb: { disk: slow } } } } } ],"
                                + " retry_priority: { name: d, typed_config: { '@type': " + type
                                + "priority.previous_priorities.v3.PreviousPrioritiesConfig, update_frequency: 2 } } }",
                        NOTHING)
                .retry()
                .hosts();
        assertThat(hosts.avoidTried()).isTrue();
        assertThat(hosts.omitCanaries()).isTrue();
        assertThat(hosts.omitted()).hasSize(1);
        assertThat(hosts.priorityEvery()).isEqualTo(2);
        assertThat(forward("retry_policy: { retry_on: 5xx }", NOTHING).retry().hosts())
                .isEqualTo(FurtherHosts.ANY);
    }

    @Test
    void a_virtual_host_says_what_its_routes_do_not() {
        var host =
                "retry_policy: { retry_on: reset, num_retries: 7 }, hedge_policy: { hedge_on_per_try_timeout: true },"
                        + " request_body_buffer_limit: 1000";
        var inherits = forward("timeout: 1s", host);
        assertThat(inherits.retry().retries()).isEqualTo(7);
        assertThat(inherits.retry().hedges()).isTrue();
        assertThat(inherits.options().keptBody()).isEqualTo(1000);
        var own = forward("retry_policy: { retry_on: 5xx }, hedge_policy: {}, priority: HIGH", host);
        assertThat(own.retry().retries()).isEqualTo(1);
        assertThat(own.retry().hedges()).isFalse();
        assertThat(own.options().priority()).isEqualTo(RoutingPriority.HIGH);
    }

    @Test
    void what_envoy_does_not_do_either_is_ignored_and_other_policies_are_refused() {
        var hedge = read("hedge_policy: { initial_requests: 2, additional_request_chance: { numerator: 1 } }", NOTHING);
        assertThat(hedge.problems())
                .hasSize(2)
                .noneMatch(Problem::isError)
                .extracting(problem -> problem.path().substring(problem.path().lastIndexOf('.') + 1))
                .containsExactlyInAnyOrder("initial_requests", "additional_request_chance");
        var other = "retry_policy_typed_config: { '@type': type.googleapis.com/envoy.config.route.v3.RetryPolicy }";
        assertThat(read(other, NOTHING).problems()).singleElement().matches(Problem::isError);
        assertThat(read("timeout: 1s", other).problems()).singleElement().matches(Problem::isError);
    }

    @Test
    void reads_what_becomes_of_the_time_that_clients_of_grpc_give() {
        assertThat(forward("max_grpc_timeout: 5s, grpc_timeout_offset: 0.1s", NOTHING)
                        .timeouts()
                        .grpc())
                .contains(new GrpcTimeouts(Duration.ofSeconds(5), Duration.ofMillis(100), true));
        var byStream = forward(
                        "max_stream_duration: { grpc_timeout_header_max: 0s, grpc_timeout_header_offset: 0.2s }",
                        NOTHING)
                .timeouts();
        assertThat(byStream.grpc()).contains(new GrpcTimeouts(Duration.ZERO, Duration.ofMillis(200), false));
        assertThat(byStream.request()).as("as in Envoy").isZero();
        assertThat(paths("timeout: 0s, max_stream_duration: {}", NOTHING)).isEmpty();
        assertThat(paths("timeout: 1s, max_stream_duration: {}", NOTHING))
                .singleElement()
                .asString()
                .endsWith("route.timeout");
    }

    private static BreakerLimits limits(String breakers) {
        var read = BootstrapReader.read(
                "static_resources: { clusters: [ { name: c, circuit_breakers: { " + breakers + " } } ] }");
        assertThat(read.problems()).isEmpty();
        return Objects.requireNonNull(((Checked.Ok<Bootstrap>) read)
                        .value()
                        .fixed()
                        .clusters()
                        .get("c"))
                .limits();
    }

    @Test
    void reads_breakers_of_both_priorities_budgets_and_limits_of_hosts() {
        assertThat(limits("thresholds: [ { max_requests: 5, retry_budget: { budget_percent: { value: 25 } },"
                        + " track_remaining: true }, { priority: HIGH, max_connections: 6, max_pending_requests: 7,"
                        + " max_retries: 8 } ], per_host_thresholds: [ { max_connections: 2 } ]"))
                .isEqualTo(new BreakerLimits(
                        new Thresholds(1024, 1024, 5, 3, Optional.of(new RetryBudget(25, 3)), true),
                        new Thresholds(6, 7, 1024, 8),
                        2));
        assertThat(limits("thresholds: [ { retry_budget: {} } ]").standard().budget())
                .contains(RetryBudget.DEFAULT);
        assertThat(limits("thresholds: []")).isEqualTo(BreakerLimits.DEFAULT);
    }

    @Test
    void a_budget_beyond_all_requests_and_other_limits_of_hosts_are_refused() {
        var read = BootstrapReader.read("static_resources: { clusters: [ { name: c, circuit_breakers: {"
                + " thresholds: [ { retry_budget: { budget_percent: { value: 101 } } } ],"
                + " per_host_thresholds: [ { max_requests: 2 } ] } } ] }");
        assertThat(read.problems())
                .extracting(
                        Problem::isError,
                        problem -> problem.path().substring(problem.path().indexOf("circuit_breakers")))
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple(
                                true, "circuit_breakers.thresholds[0].retry_budget.budget_percent"),
                        org.assertj.core.api.Assertions.tuple(true, "circuit_breakers.per_host_thresholds[0]"));
    }
}
