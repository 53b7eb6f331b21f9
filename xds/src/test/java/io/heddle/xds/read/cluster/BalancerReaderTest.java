package io.heddle.xds.read.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.name.Locality;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.BalancerPolicy.HashFunction;
import io.heddle.traffic.balance.BalancerPolicy.HashKeys;
import io.heddle.traffic.balance.BalancerPolicy.Layered;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.BalancerPolicy.SlowStart;
import io.heddle.traffic.balance.SubsetRules.Fallback;
import io.heddle.traffic.balance.host.Endpoint.Health;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.balance.host.WeightRules;
import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeNumber;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Home;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How clusters are balanced, as Envoy's configuration says it in its two ways.
class BalancerReaderTest {
    private static final String TYPE = "\"@type\": type.googleapis.com/envoy.extensions.load_balancing_policies.";

    private static Checked<Bootstrap> read(String fields) {
        return BootstrapReader.read("static_resources: { clusters: [ { name: c, type: STATIC, " + fields + " } ] }");
    }

    private static Cluster cluster(String fields) {
        var read = read(fields);
        assertThat(read.problems()).isEmpty();
        return Objects.requireNonNull(
                ((Checked.Ok<Bootstrap>) read).value().fixed().clusters().get("c"));
    }

    private static BalancerPolicy balancer(String fields) {
        return cluster(fields).balancer();
    }

    private static BalancerPolicy inside(String fields) {
        return ((Layered) balancer(fields)).of();
    }

    private static String policy(String type, String settings) {
        return "load_balancing_policy: { policies: [ { typed_extension_config: { name: p, typed_config: { " + TYPE
                + type + (settings.isEmpty() ? "" : ", " + settings) + " } } } ] }";
    }

    @Test
    void reads_round_robin_and_least_request_with_slow_start() {
        var slow = "slow_start_config: { slow_start_window: 30s, aggression: { default_value: 2, runtime_key: k },"
                + " min_weight_percent: { value: 5 } }";
        var key = RuntimeKey.of("k");
        var expected = Optional.of(new SlowStart(Duration.ofSeconds(30), new RuntimeNumber(key, 2), 5));
        assertThat(inside("round_robin_lb_config: { " + slow + " }"))
                .isEqualTo(new BalancerPolicy.RoundRobin(expected));
        assertThat(inside(policy("round_robin.v3.RoundRobin", slow)))
                .isEqualTo(new BalancerPolicy.RoundRobin(expected));
        var least = "choice_count: 3, active_request_bias: { default_value: 0.5, runtime_key: k }, " + slow;
        assertThat(inside("lb_policy: LEAST_REQUEST, least_request_lb_config: { " + least + " }"))
                .isEqualTo(new BalancerPolicy.LeastRequest(3, new RuntimeNumber(key, 0.5), expected));
        assertThat(inside(policy("least_request.v3.LeastRequest", least)))
                .isEqualTo(new BalancerPolicy.LeastRequest(3, new RuntimeNumber(key, 0.5), expected));
        assertThat(inside(policy("least_request.v3.LeastRequest", "selection_method: FULL_SCAN")))
                .isEqualTo(new BalancerPolicy.LeastRequest(BalancerPolicy.LeastRequest.ALL));
    }

    @Test
    void reads_pick_first() {
        assertThat(inside(policy("pick_first.v3.PickFirst", ""))).isEqualTo(new BalancerPolicy.PickFirst(false));
        assertThat(inside(policy("pick_first.v3.PickFirst", "shuffle_address_list: true")))
                .isEqualTo(new BalancerPolicy.PickFirst(true));
    }

    @Test
    void reads_weights_by_reports_of_load() {
        var type = "client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin";
        assertThat(inside(policy(type, "")))
                .isEqualTo(new BalancerPolicy.ClientWeighted(WeightRules.DEFAULT, Optional.empty(), Optional.empty()));
        var all = "blackout_period: 1s, weight_expiration_period: 20s, weight_update_period: 0.01s,"
                + " error_utilization_penalty: 0.5, metric_names_for_computing_utilization: [named_metrics.queue]";
        var rules = new WeightRules(
                Duration.ofSeconds(1),
                Duration.ofSeconds(20),
                Duration.ofMillis(100),
                0.5,
                List.of("named_metrics.queue"));
        assertThat(inside(policy(type, all)))
                .isEqualTo(new BalancerPolicy.ClientWeighted(rules, Optional.empty(), Optional.empty()));
        var own = ", enable_oob_load_report: true, oob_reporting_period: 3s";
        var http2 = "typed_extension_protocol_options: { envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {"
                + " \"@type\": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions,"
                + " explicit_http_config: { http2_protocol_options: {} } } }, ";
        assertThat(inside(http2 + policy(type, all + own)))
                .isEqualTo(
                        new BalancerPolicy.ClientWeighted(rules, Optional.of(Duration.ofSeconds(3)), Optional.empty()));
        assertThat(read(policy(type, "error_utilization_penalty: -1, metric_names_for_computing_utilization: [queue]"))
                        .problems())
                .extracting(Problem::path)
                .containsExactly(
                        "load_balancing_policy.policies[0].typed_extension_config.typed_config"
                                + ".error_utilization_penalty",
                        "load_balancing_policy.policies[0].typed_extension_config.typed_config"
                                + ".metric_names_for_computing_utilization[0]");
        assertThat(read(policy(type, "enable_oob_load_report: true")).problems())
                .extracting(Problem::reason)
                .containsExactly("needs a cluster that speaks HTTP/2, and this one speaks HTTP/1.1");
    }

    private static String peakEwma(String fields) {
        return "load_balancing_policy: { policies: [ { typed_extension_config: { name: p, typed_config: {"
                + " \"@type\": type.googleapis.com/xds.type.v3.TypedStruct, type_url:"
                + " type.googleapis.com/envoy.extensions.load_balancing_policies.peak_ewma.v3alpha.PeakEwma, value: { "
                + fields + " } } } } ] }";
    }

    @Test
    void reads_peak_ewma_though_its_message_is_not_in_the_api() {
        assertThat(inside(peakEwma("")))
                .isEqualTo(new BalancerPolicy.PeakEwma(Duration.ofSeconds(10), Duration.ofMillis(10)));
        assertThat(inside(peakEwma("decay_time: 2.5s, default_rtt: 0.03s")))
                .isEqualTo(new BalancerPolicy.PeakEwma(Duration.ofMillis(2_500), Duration.ofMillis(30)));
        assertThat(read(peakEwma("decay_time: 0s, default_rtt: soon, colour: red"))
                        .problems())
                .hasSize(3)
                .allSatisfy(problem -> assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR));
    }

    @Test
    void reads_rings_and_tables() {
        assertThat(inside("lb_policy: RING_HASH"))
                .isEqualTo(new BalancerPolicy.RingHash(HashFunction.XX_HASH, 1024, 8_388_608, HashKeys.DEFAULT));
        assertThat(inside("lb_policy: MAGLEV")).isEqualTo(new BalancerPolicy.Maglev(65_537, HashKeys.DEFAULT));
        var keys = new HashKeys(true, 150, List.of());
        var common = "consistent_hashing_lb_config: { use_hostname_for_hashing: true, hash_balance_factor: 150 }";
        assertThat(inside("lb_policy: RING_HASH, common_lb_config: { " + common + " }, ring_hash_lb_config: {"
                        + " minimum_ring_size: 10, maximum_ring_size: 20, hash_function: MURMUR_HASH_2 }"))
                .isEqualTo(new BalancerPolicy.RingHash(HashFunction.MURMUR_HASH_2, 10, 20, keys));
        assertThat(inside(policy("maglev.v3.Maglev", "table_size: 5003, " + common)))
                .isEqualTo(new BalancerPolicy.Maglev(5003, keys));
        var own = inside(policy(
                "ring_hash.v3.RingHash",
                "consistent_hashing_lb_config: { hash_policy: [ { header: { header_name: x-user } } ] }"));
        assertThat(own.hashPolicies())
                .containsExactly(new HashPolicy.Header(HeaderName.of("x-user"), Optional.empty(), false));
    }

    @Test
    void reads_how_localities_are_chosen() {
        assertThat(balancer("").layers())
                .isEqualTo(new BalancerPolicy.Layers(
                        50,
                        new Localities.ZoneAware(100, 6, false, Optional.empty(), false),
                        Set.of(Health.UNKNOWN, Health.HEALTHY, Health.DEGRADED)));
        var weighted = balancer("common_lb_config: { healthy_panic_threshold: { value: 20 },"
                + " locality_weighted_lb_config: {}, override_host_status: { statuses: [HEALTHY, DRAINING] } }");
        assertThat(weighted.layers())
                .isEqualTo(new BalancerPolicy.Layers(
                        20, new Localities.ByWeight(), Set.of(Health.HEALTHY, Health.DRAINING)));
        assertThat(balancer(
                                policy(
                                        "random.v3.Random",
                                        "locality_lb_config: { zone_aware_lb_config: { routing_enabled: { value: 40 },"
                                                + " min_cluster_size: 2, fail_traffic_on_panic: true,"
                                                + " force_local_zone: { min_size: 3 }, locality_basis: HEALTHY_HOSTS_WEIGHT } }"))
                        .layers()
                        .localities())
                .isEqualTo(new Localities.ZoneAware(40, 2, true, Optional.of(3), true));
        assertThat(balancer(policy(
                                "wrr_locality.v3.WrrLocality",
                                "endpoint_picking_policy: { policies: [ { typed_extension_config: { name: p,"
                                        + " typed_config: { " + TYPE + "random.v3.Random } } } ] }"))
                        .layers()
                        .localities())
                .isEqualTo(new Localities.ByWeight());
    }

    @Test
    void reads_how_many_requests_are_expected_and_says_where_that_has_no_effect() {
        var opening = cluster(
                        "preconnect_policy: { predictive_preconnect_ratio: 1.5, per_upstream_preconnect_ratio: 2 }")
                .opening();
        assertThat(opening.predictive()).isEqualTo(1.5);
        assertThat(opening.ahead()).isEqualTo(2);
        assertThat(read("lb_policy: RING_HASH, preconnect_policy: { predictive_preconnect_ratio: 2 }")
                        .problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.isError()).isFalse();
                    assertThat(problem.path()).isEqualTo("preconnect_policy.predictive_preconnect_ratio");
                });
        assertThat(read("preconnect_policy: { predictive_preconnect_ratio: 3.5 }")
                        .problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.isError()).isTrue());
    }

    @Test
    void reads_subsets() {
        var selectors = "fallback_policy: DEFAULT_SUBSET, default_subset: { stage: prod }, list_as_any: true,"
                + " subset_selectors: [ { keys: [version, stage], fallback_policy: KEYS_SUBSET,"
                + " fallback_keys_subset: [stage] }, { keys: [stage], fallback_policy: ANY_ENDPOINT } ]";
        var old = (BalancerPolicy.Subsets) balancer("lb_policy: RANDOM, lb_subset_config: { " + selectors + " }");
        assertThat(old.rules().fallback()).isEqualTo(Fallback.DEFAULT_SUBSET);
        assertThat(old.rules().defaultSubset()).isEqualTo(Map.of("stage", new LabelValue.Text("prod")));
        assertThat(old.rules().selectors().get(0).fallbackKeys()).containsExactly("stage");
        assertThat(old.rules().selectors().get(1).fallback()).contains(Fallback.ANY_ENDPOINT);
        assertThat(old.rules().options().listAsAny()).isTrue();
        assertThat(((Layered) old.of()).of()).isEqualTo(new BalancerPolicy.Random());
        var extension = (BalancerPolicy.Subsets) balancer(policy(
                "subset.v3.Subset",
                selectors + ", allow_redundant_keys: true, subset_lb_policy: { policies: [ { typed_extension_config: {"
                        + " name: p, typed_config: { " + TYPE + "maglev.v3.Maglev } } } ] }"));
        assertThat(extension.rules().selectors()).isEqualTo(old.rules().selectors());
        assertThat(extension.rules().options().redundantKeys()).isTrue();
        assertThat(((Layered) extension.of()).of()).isInstanceOf(BalancerPolicy.Maglev.class);
    }

    @Test
    void reads_which_headers_name_a_host() {
        var read = (BalancerPolicy.OverrideHost) balancer(policy(
                "override_host.v3.OverrideHost",
                "override_host_sources: [ { header: x-host } ], fallback_policy: { policies: [ {"
                        + " typed_extension_config: { name: p, typed_config: { " + TYPE
                        + "round_robin.v3.RoundRobin } } } ] }"));
        assertThat(read.headers()).containsExactly(HeaderName.of("x-host"));
        assertThat(((Layered) read.fallback()).of()).isEqualTo(new BalancerPolicy.RoundRobin());
    }

    @Test
    void the_first_policy_that_is_known_counts() {
        var policies = "load_balancing_policy: { policies: [ { typed_extension_config: { name: a, typed_config: { "
                + "\"@type\": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer } } }, {"
                + " typed_extension_config: { name: b, typed_config: { " + TYPE + "random.v3.Random } } } ] }";
        assertThat(inside(policies)).isEqualTo(new BalancerPolicy.Random());
    }

    @Test
    void reads_localities_weights_priorities_health_and_labels_of_endpoints() {
        var endpoints = cluster("load_assignment: { cluster_name: c, policy: { overprovisioning_factor: 200,"
                        + " weighted_priority_health: true }, endpoints: [ { locality: { region: r, zone: z },"
                        + " priority: 1, load_balancing_weight: 7, lb_endpoints: [ { health_status: DEGRADED,"
                        + " load_balancing_weight: 3, metadata: { filter_metadata: { envoy.lb: { stage: prod,"
                        + " shards: [1, true] } } }, endpoint: { hostname: a.test, address: { socket_address: {"
                        + " address: 10.0.0.1, port_value: 80 } } } } ] } ] }")
                .endpoints();
        var zone = new Locality("r", "z", "");
        assertThat(endpoints.spread()).isEqualTo(new Spread(200, true, Map.of(new Spread.Place(1, zone), 7)));
        var endpoint = endpoints.endpoints().getFirst();
        assertThat(endpoint.health()).isEqualTo(Health.DEGRADED);
        assertThat(endpoint.hostname()).isEqualTo("a.test");
        assertThat(endpoint.locality()).isEqualTo(zone);
        assertThat(endpoint.labels())
                .isEqualTo(Map.of(
                        "stage",
                        new LabelValue.Text("prod"),
                        "shards",
                        new LabelValue.Items(List.of(new LabelValue.Numeric(1), new LabelValue.Flag(true)))));
    }

    @Test
    void reads_where_the_proxy_runs() {
        var read = BootstrapReader.read("{ node: { id: n, locality: { region: r, zone: z } }, cluster_manager: {"
                + " local_cluster_name: c }, static_resources: { clusters: [ { name: c } ] } }");
        assertThat(((Checked.Ok<Bootstrap>) read).value().home()).isEqualTo(new Home(new Locality("r", "z", ""), "c"));
        assertThat(((Checked.Ok<Bootstrap>) BootstrapReader.read(
                                "{ cluster_manager: { outlier_detection: { event_log_path: /var/log/ejections } } }"))
                        .value()
                        .ejections())
                .contains("/var/log/ejections");
        assertThat(BootstrapReader.read("{ cluster_manager: { local_cluster_name: none } }")
                        .problems())
                .extracting(Problem::toString)
                .singleElement()
                .asString()
                .contains("there is no cluster none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "lb_policy: MAGLEV, maglev_lb_config: { table_size: 100 }|maglev_lb_config.table_size: is no prime",
                "lb_policy: RING_HASH, ring_hash_lb_config: { minimum_ring_size: 9, maximum_ring_size: 8 }"
                        + "|ring_hash_lb_config: has a minimum above its maximum",
                "lb_policy: RING_HASH, ring_hash_lb_config: { maximum_ring_size: 9000000 }"
                        + "|ring_hash_lb_config: has a ring that is too small or too large",
                "lb_policy: LEAST_REQUEST, least_request_lb_config: { choice_count: 1 }"
                        + "|least_request_lb_config.choice_count: is below 2",
                "common_lb_config: { healthy_panic_threshold: { value: 101 } }"
                        + "|common_lb_config.healthy_panic_threshold: is no percentage",
                "lb_policy: MAGLEV, common_lb_config: { consistent_hashing_lb_config: { hash_balance_factor: 99 } }"
                        + "|consistent_hashing_lb_config.hash_balance_factor: is below 100",
                "round_robin_lb_config: { slow_start_config: { aggression: { default_value: 0, runtime_key: k } } }"
                        + "|aggression: is not above 0",
                "lb_policy: CLUSTER_PROVIDED|lb_policy: CLUSTER_PROVIDED does not go with this type of cluster",
                "lb_policy: LOAD_BALANCING_POLICY_CONFIG|lb_policy: needs load_balancing_policy",
                "load_balancing_policy: {}|load_balancing_policy: names no policy that is known here",
                "lb_subset_config: { subset_selectors: [ { keys: [] } ] }|subset_selectors[0].keys: is empty",
                "lb_subset_config: { subset_selectors: [ { keys: [a], fallback_policy: KEYS_SUBSET,"
                        + " fallback_keys_subset: [a] } ] }|fallback_keys_subset: is no smaller part of keys",
                "load_assignment: { cluster_name: c, policy: { overprovisioning_factor: 0 } }"
                        + "|overprovisioning_factor: is 0",
                "load_assignment: { cluster_name: c, endpoints: [ { priority: 129 } ] }|priority: is no priority: 129"
            })
    void refuses_what_cannot_be_done_as_written(String fields, String reason) {
        assertThat(read(fields).problems())
                .filteredOn(Problem::isError)
                .extracting(Problem::toString)
                .anyMatch(line -> line.contains(reason));
    }
}
