package io.heddle.xds.read.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.resilience.RetryBudget;
import io.heddle.traffic.resilience.RouteLimits;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.Thresholds;
import io.heddle.traffic.route.RouteTable;
import io.heddle.xds.read.RouteTestReader;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// How much routes may have under way, as it stands in typed metadata.
class RouteBreakerReaderTest {
    private static final int NO = Integer.MAX_VALUE;

    /// Typed metadata with these circuit breakers.
    private static String breakers(String message) {
        return "metadata: { typed_filter_metadata: { heddle.circuit_breakers: { '@type':"
                + " type.googleapis.com/envoy.config.cluster.v3.CircuitBreakers, " + message + " } } }";
    }

    private static String thresholds(String fields) {
        return breakers("thresholds: [ { " + fields + " } ]");
    }

    private static String route(String name, String more) {
        return "{ name: '" + name + "', stat_prefix: counted, match: { prefix: / }, route: { cluster: c }, " + more
                + " }";
    }

    private static Checked<RouteTable> read(String table, String host, String... routes) {
        return RouteTestReader.table("""
                name: table
                %s
                virtual_hosts:
                - name: shop
                  domains: ["*"]
                  %s
                  routes: [ %s ]
                """.formatted(table, host, String.join(", ", routes)));
    }

    private static List<RouteLimits> limits(String table, String host, String... routes) {
        var read = read(table, host, routes);
        assertThat(read.problems()).isEmpty();
        return ((Checked.Ok<RouteTable>) read).value().limits();
    }

    private static List<String> problems(String host, String... routes) {
        return read("", host, routes).problems().stream()
                .map(problem -> (problem.isError() ? "error " : "warning ")
                        + problem.path()
                                .replace("virtual_hosts[0].routes[0].metadata.", "")
                                .replace("typed_filter_metadata[heddle.circuit_breakers]", "breakers")
                        + ": " + problem.reason())
                .toList();
    }

    private static String problem(String more) {
        var found = problems("", route("a", more));
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void reads_what_stands_at_a_route_and_limits_nothing_else() {
        var limits = limits("", "", route("a", thresholds("max_requests: 7, track_remaining: true")), route("b", ""));
        assertThat(limits).singleElement().satisfies(found -> {
            assertThat(found.names()).isEqualTo(new RouteLimits.Names("shop", "a", "counted"));
            assertThat(found.priority()).isEqualTo(RoutingPriority.DEFAULT);
            assertThat(found.thresholds()).isEqualTo(new Thresholds(NO, NO, 7, NO, Optional.empty(), true));
        });
        assertThat(limits("", "", route("a", thresholds("max_pending_requests: 0, max_retries: 4")))
                        .getFirst()
                        .thresholds())
                .isEqualTo(new Thresholds(NO, 0, NO, 4));
        assertThat(limits("", "", route("a", thresholds("retry_budget: { budget_percent: { value: 50 } }")))
                        .getFirst()
                        .thresholds()
                        .budget())
                .contains(new RetryBudget(50, 3));
    }

    @Test
    void takes_the_thresholds_of_the_priority_of_the_route_and_the_first_of_several() {
        var both = breakers("thresholds: [ { priority: HIGH, max_requests: 1 }, { max_requests: 2 },"
                + " { priority: HIGH, max_requests: 3 } ]");
        var high = "{ match: { prefix: / }, route: { cluster: c, priority: HIGH }, " + both + " }";
        assertThat(limits("", "", high, route("a", both)))
                .extracting(found -> found.priority() + " " + found.thresholds().requests())
                .containsExactly("HIGH 1", "DEFAULT 2");
    }

    @Test
    void what_stands_nearer_takes_the_place_of_what_is_handed_down_as_a_whole() {
        var limits = limits(
                thresholds("max_requests: 1, max_retries: 1"),
                "",
                route("a", ""),
                route("b", thresholds("max_requests: 3")),
                route("c", breakers("thresholds: []")));
        assertThat(limits)
                .extracting(found ->
                        found.names().route() + " " + found.thresholds().requests() + " "
                                + found.thresholds().retries())
                .containsExactly("a 1 1", "b 3 " + NO);
        assertThat(limits(thresholds("max_requests: 1"), thresholds("max_requests: 2"), route("a", "")))
                .extracting(found -> found.thresholds().requests())
                .containsExactly(2);
        assertThat(limits(thresholds("max_requests: 1"), breakers("thresholds: []"), route("a", "")))
                .isEmpty();
    }

    @Test
    void every_route_has_a_place_of_its_own_that_stays_whatever_comes_and_goes_beside_it() {
        var own = thresholds("max_requests: 7");
        var other = "{ match: { path: /other }, route: { cluster: c } }";
        var unnamed = "{ match: { path: /unnamed }, route: { cluster: c, timeout: 1s } }";
        var before = places(limits(own, "", route("a", ""), route("a", ""), unnamed));
        var after = places(limits(
                thresholds("max_requests: 8"),
                "",
                other,
                route("a", "response_headers_to_remove: [ x ]"),
                unnamed.replace("1s", "2s"),
                route("a", "")));
        assertThat(before).doesNotHaveDuplicates().hasSize(3);
        assertThat(after).doesNotHaveDuplicates().hasSize(4).containsAll(before);
    }

    private static List<String> places(List<RouteLimits> limits) {
        return limits.stream().map(RouteLimits::place).collect(Collectors.toList());
    }

    @Test
    void refuses_what_means_nothing_for_a_route() {
        assertThat(problem(thresholds("max_connections: 7")))
                .isEqualTo("error breakers.thresholds[0].max_connections: means nothing for a route, which has no"
                        + " connections");
        assertThat(problem(thresholds("max_connection_pools: 7")))
                .startsWith("error breakers.thresholds[0].max_connection_pools: means nothing");
        assertThat(problem(breakers("per_host_thresholds: [ { max_connections: 1 } ]")))
                .startsWith("error breakers.per_host_thresholds: means nothing for a route, which has no hosts");
        assertThat(problem(thresholds("retry_budget: { budget_percent: { value: 200 } }")))
                .startsWith("error breakers.thresholds[0].retry_budget.budget_percent: is no percentage");
        assertThat(problem(thresholds("priority: 7")))
                .startsWith("error breakers.thresholds[0].priority: is not known");
        assertThat(problems("", route("a", thresholds("max_connections: 1, max_connection_pools: 1, priority: 7"))))
                .as("all at once")
                .hasSize(3);
    }

    @Test
    void says_so_where_nothing_comes_of_it() {
        assertThat(problem(thresholds("priority: HIGH, max_requests: 7")))
                .isEqualTo("warning breakers.thresholds: has none for the route's priority, which is DEFAULT");
        assertThat(problem(breakers("thresholds: []").replace("breakers: {", "breaker: {")))
                .startsWith("warning typed_filter_metadata[heddle.circuit_breaker]: is not known");
        assertThat(problem("metadata: { filter_metadata: { heddle.circuit_breakers: { max_requests: 7 } } }"))
                .startsWith("error filter_metadata[heddle.circuit_breakers]: has no effect");
        assertThat(problem(breakers("").replace("envoy.config.cluster.v3.CircuitBreakers", "google.protobuf.Empty")))
                .isEqualTo("error breakers: is no envoy.config.cluster.v3.CircuitBreakers");
        var redirect =
                "{ match: { prefix: / }, redirect: { https_redirect: true }, " + thresholds("max_requests: 7") + " }";
        assertThat(problems("", redirect))
                .containsExactly("warning breakers: has no effect: the route forwards nothing");
        assertThat(problems(thresholds("max_requests: 7"), redirect.replace(thresholds("max_requests: 7"), "")))
                .as("what is handed down may be for others")
                .isEmpty();
    }

    @Test
    void metadata_of_others_is_none_of_its_business() {
        assertThat(limits(
                        "",
                        "",
                        route(
                                "a",
                                "metadata: { filter_metadata: { istio: { config: x } }, typed_filter_metadata: {"
                                        + " other: { '@type': type.googleapis.com/google.protobuf.Empty } } }")))
                .isEmpty();
    }
}
