package io.heddle.xds.read.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.rbac.RbacRules;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.ListenerFilter;
import io.heddle.traffic.runtime.ListenerFilter.PortPredicate;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerReaderTest {
    private static final String TYPE = "\"@type\": type.googleapis.com/envoy.extensions.filters.";
    private static final String TCP = "filters: [ { name: tcp, typed_config: { " + TYPE
            + "network.tcp_proxy.v3.TcpProxy, stat_prefix: t, cluster: c } } ]";
    private static final String CHAINS = "filter_chains: [ { " + TCP + " } ]";
    private static final String ADDRESS = "address: { socket_address: { address: 127.0.0.1, port_value: 80 } }";

    private static Checked<Bootstrap> read(String... fields) {
        return BootstrapReader.read(
                "static_resources: { listeners: [ { name: l, " + String.join(", ", fields) + " } ], clusters: ["
                        + " { name: a, type: STATIC }, { name: b, type: STATIC }, { name: c, type: STATIC } ] }");
    }

    private static Listener good(String... fields) {
        var read = read(fields);
        assertThat(read.problems()).isEmpty();
        return listener(read);
    }

    private static Listener listener(Checked<Bootstrap> read) {
        var fixed = ((Checked.Ok<Bootstrap>) read).value().fixed();
        return Objects.requireNonNull(fixed.listeners().get("l"));
    }

    private static String filter(String type, String fields) {
        return "{ name: f, typed_config: { " + TYPE + "listener." + type + fields + " } }";
    }

    @Test
    void the_defaults_are_envoys_but_for_the_accepts() {
        var listener = good(ADDRESS, CHAINS);
        assertThat(listener.sockets()).isEqualTo(Listener.Sockets.DEFAULT);
        assertThat(listener.inspection()).isEqualTo(Listener.Inspection.NONE);
        assertThat(listener.inspection().timeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(listener.handsOff()).isFalse();
        assertThat(listener.direction()).isEqualTo(Listener.Direction.UNSPECIFIED);
        assertThat(listener.otherwise()).isEmpty();
    }

    @Test
    void reads_all_criteria_of_a_match() {
        var listener = good(
                ADDRESS,
                "listener_filters: [ " + filter("tls_inspector.v3.TlsInspector", "") + " ]",
                "filter_chains: [ { name: all, " + TCP
                        + ", filter_chain_match: { destination_port: 443, server_names: [A.example, \"*.b.example\"],"
                        + " prefix_ranges: [ { address_prefix: 10.1.2.3, prefix_len: 8 } ], transport_protocol: tls,"
                        + " application_protocols: [h2], source_type: EXTERNAL, source_ports: [7, 7],"
                        + " direct_source_prefix_ranges: [ { address_prefix: \"2001:db8::\", prefix_len: 32 } ],"
                        + " source_prefix_ranges: [ { address_prefix: 192.168.0.0, prefix_len: 16 } ] } } ]");
        var match = listener.chains().getFirst().match();
        assertThat(match.destinationPort()).isEqualTo(443);
        assertThat(match.serverNames()).containsExactly("a.example", "*.b.example");
        assertThat(match.destinations()).hasToString("[10.0.0.0/8]");
        assertThat(match.transport()).isEqualTo("tls");
        assertThat(match.applicationProtocols()).containsExactly("h2");
        assertThat(match.sourceType()).isEqualTo(ListenerChain.SourceType.EXTERNAL);
        assertThat(match.sourcePorts()).containsExactly(7);
        assertThat(match.directSources()).hasToString("[2001:db8::/32]");
        assertThat(match.sources()).hasToString("[192.168.0.0/16]");
    }

    @Test
    void a_default_chain_takes_what_is_left_whatever_it_matches() {
        var listener = good(
                ADDRESS,
                CHAINS,
                "default_filter_chain: { name: rest, filter_chain_match: { source_ports: [1] }, " + TCP + " }");
        assertThat(listener.chains()).hasSize(1);
        assertThat(listener.otherwise().orElseThrow().match()).isEqualTo(ListenerChain.Match.ANY);
    }

    @Test
    void two_chains_that_match_the_same_are_refused_by_both_names() {
        var match = "filter_chain_match: { destination_port: 80 }";
        var read = read(
                ADDRESS,
                "filter_chains: [ { name: one, " + match + ", " + TCP + " }, { " + match + ", " + TCP + " } ]");
        assertThat(read).isInstanceOf(Checked.Rejected.class);
        assertThat(read.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("filter_chains[1].filter_chain_match");
            assertThat(problem.reason()).isEqualTo("chain filter_chains[1] matches the same as chain one");
        });
    }

    @Test
    void reads_listener_filters_in_their_order() {
        var listener = good(
                ADDRESS,
                CHAINS,
                "listener_filters_timeout: 2s, continue_on_listener_filters_timeout: false",
                "listener_filters: [ "
                        + filter("original_dst.v3.OriginalDst", "") + ", "
                        + filter(
                                "proxy_protocol.v3.ProxyProtocol",
                                ", allow_requests_without_proxy_protocol: true, disallowed_versions: [V1]")
                        + ", "
                        + filter(
                                "tls_inspector.v3.TlsInspector",
                                ", close_connection_on_client_hello_parsing_errors: true")
                        + ", " + filter("http_inspector.v3.HttpInspector", "") + ", "
                        + filter("original_src.v3.OriginalSrc", ", mark: 1337") + " ]");
        assertThat(listener.inspection().timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(listener.inspection().steps())
                .extracting(ListenerFilter.Step::filter)
                .containsExactly(
                        new ListenerFilter.OriginalDestination(),
                        new ListenerFilter.ProxyProtocol(true, Set.of(2)),
                        new ListenerFilter.TlsInspector(true),
                        new ListenerFilter.HttpInspector(),
                        new ListenerFilter.OriginalSource(1337));
    }

    @Test
    void reads_for_which_ports_a_filter_is_disabled() {
        var range = "{ destination_port_range: { start: 3306, end: 3307 } }";
        var listener = good(
                ADDRESS,
                CHAINS,
                "listener_filters: [ { name: f, typed_config: { " + TYPE
                        + "listener.http_inspector.v3.HttpInspector }, filter_disabled: { or_match: { rules: [ " + range
                        + ", { not_match: { any_match: true } } ] } } } ]");
        var disabled = listener.inspection().steps().getFirst().disabled();
        assertThat(disabled)
                .isEqualTo(new PortPredicate.Any(List.of(
                        new PortPredicate.Range(3306, 3307), new PortPredicate.Not(new PortPredicate.Always()))));
        assertThat(disabled.test(3306)).isTrue();
        assertThat(disabled.test(3307)).isFalse();
    }

    @Test
    void inspects_tls_when_a_chain_asks_for_it_and_says_so() {
        var read =
                read(ADDRESS, "filter_chains: [ { filter_chain_match: { server_names: [a.example] }, " + TCP + " } ]");
        assertThat(read.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.path()).isEqualTo("listener_filters");
        });
        assertThat(listener(read).inspection().steps())
                .extracting(ListenerFilter.Step::filter)
                .containsExactly(new ListenerFilter.TlsInspector(false));
    }

    @Test
    void use_original_dst_brings_its_filter() {
        var listener = good(ADDRESS, CHAINS, "use_original_dst: true", "bind_to_port: false");
        assertThat(listener.handsOff()).isTrue();
        assertThat(listener.sockets().bound()).isFalse();
        assertThat(listener.inspection().steps())
                .extracting(ListenerFilter.Step::filter)
                .containsExactly(new ListenerFilter.OriginalDestination());
    }

    @Test
    void reads_addresses_and_sockets() {
        var listener = good(
                "address: { socket_address: { address: \"::\", port_value: 80, ipv4_compat: true } }",
                CHAINS,
                "socket_options: [ { level: 1, name: 9, int_value: 1 }, { level: 6, name: 4, int_value: 30, state: STATE_LISTENING } ]",
                "additional_addresses: [ { address: { socket_address: { address: 127.0.0.1, port_value: 81 } },"
                        + " socket_options: { socket_options: [] } } ]",
                "transparent: true, freebind: true, enable_reuse_port: false, tcp_backlog_size: 7,"
                        + " max_connections_to_accept_per_socket_event: 3, per_connection_buffer_limit_bytes: 32768,"
                        + " ignore_global_conn_limit: true, bypass_overload_manager: true, stat_prefix: s, traffic_direction: OUTBOUND");
        assertThat(listener.addresses())
                .containsExactly(
                        new Listener.Address(
                                "::",
                                80,
                                true,
                                List.of(
                                        new Listener.SocketOption(1, 9, 1, false),
                                        new Listener.SocketOption(6, 4, 30, true))),
                        Listener.Address.of("127.0.0.1", 81));
        assertThat(listener.sockets())
                .isEqualTo(new Listener.Sockets(true, true, true, false, 7, 3, 32768, true, true));
        assertThat(listener.statPrefix()).isEqualTo("s");
        assertThat(listener.direction()).isEqualTo(Listener.Direction.OUTBOUND);
    }

    @Test
    void reads_a_connection_limit_before_what_reads_the_connection() {
        var limit = "{ name: limit, typed_config: { " + TYPE
                + "network.connection_limit.v3.ConnectionLimit, stat_prefix: s, max_connections: 5, delay: 0.1s } }";
        var listener = good(
                ADDRESS,
                "filter_chains: [ { " + TCP.replace("[ {", "[ " + limit + ", {")
                        + ", transport_socket_connect_timeout: 3s } ]");
        var chain = listener.chains().getFirst();
        assertThat(chain.limit()).contains(new ListenerChain.ConnectionLimit("s", 5, Duration.ofMillis(100)));
        assertThat(chain.handshakeTimeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void reads_weighted_clusters_of_a_relay() {
        var listener = good(
                ADDRESS,
                CHAINS.replace(
                        "cluster: c",
                        "weighted_clusters: { clusters: [ { name: a, weight: 3 }, { name: b, weight: 1 } ] }"));
        assertThat(listener.chains().getFirst().filter())
                .isEqualTo(new NetworkFilter.Tcp(
                        "t",
                        ClusterChoice.Weighted.ofTargets(
                                List.of(ClusterChoice.Target.of("a"), ClusterChoice.Target.of("b")), List.of(3, 4)),
                        Duration.ofHours(1),
                        List.of()));
    }

    private static String rbac(String rules) {
        return CHAINS.replace(
                "filters: [",
                "filters: [ { name: rbac, typed_config: { \"@type\":"
                        + " type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC, stat_prefix: p, "
                        + rules + " } },");
    }

    @Test
    void reads_who_may_connect() {
        var listener = good(
                ADDRESS,
                rbac("shadow_rules: { action: DENY, policies: { x: { permissions: [ { any: true } ],"
                        + " principals: [ { any: true } ] } } }, rules: { policies: { y: {"
                        + " permissions: [ { destination_port: 9 } ], principals: [ { any: true } ] } } }"));
        var access = listener.chains().getFirst().access();
        assertThat(access).singleElement().satisfies(rbac -> {
            assertThat(rbac.statPrefix()).isEqualTo("p");
            assertThat(rbac.rules().orElseThrow().action()).isEqualTo(RbacRules.Action.ALLOW);
            assertThat(rbac.shadowRules().orElseThrow().action()).isEqualTo(RbacRules.Action.DENY);
        });
        assertThat(listener.chains().getFirst().filter()).isInstanceOf(NetworkFilter.Tcp.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permissions: [ { any: true } ], principals: [ { not_id: { header: { name: a, present_match: true } } } ]",
                "permissions: [ { and_rules: { rules: [ { url_path: { path: { exact: /a } } } ] } } ],"
                        + " principals: [ { any: true } ]"
            })
    void refuses_to_ask_a_connection_for_what_only_a_request_has(String policy) {
        for (var rules : List.of("rules", "shadow_rules")) {
            var read = read(ADDRESS, rbac(rules + ": { action: DENY, policies: { y: { " + policy + " } } }"));
            assertThat(read).isInstanceOf(Checked.Rejected.class);
            assertThat(read.problems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.path())
                            .isEqualTo("filter_chains[0].filters[0].typed_config." + rules + ".policies[y]"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permissions: [], principals: [ { any: true } ] | permissions",
                "permissions: [ { any: true } ] | principals",
                "permissions: [ { and_rules: {} } ], principals: [ { any: true } ] | permissions[0].and_rules.rules",
                "permissions: [ { or_rules: {} } ], principals: [ { any: true } ] | permissions[0].or_rules.rules",
                "permissions: [ { any: true } ], principals: [ { and_ids: {} } ] | principals[0].and_ids.ids",
                "permissions: [ { any: true } ], principals: [ { not_id: { or_ids: {} } } ]"
                        + " | principals[0].not_id.or_ids.ids"
            })
    void refuses_access_rules_of_nothing(String policy, String path) {
        for (var action : List.of("ALLOW", "DENY")) {
            var read = read(ADDRESS, rbac("rules: { action: " + action + ", policies: { y: { " + policy + " } } }"));
            assertThat(read).isInstanceOf(Checked.Rejected.class);
            assertThat(read.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.path())
                        .isEqualTo("filter_chains[0].filters[0].typed_config.rules.policies[y]." + path);
                assertThat(problem.reason()).isEqualTo("is empty");
            });
        }
    }

    @Test
    void reads_the_limit_of_connections_over_all_listeners() {
        var read = BootstrapReader.read("overload_manager: { resource_monitors: [ { name: m, typed_config: {"
                + " \"@type\": type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3"
                + ".DownstreamConnectionsConfig, max_active_downstream_connections: 1000 } } ] }");
        assertThat(read.problems()).isEmpty();
        assertThat(((Checked.Ok<Bootstrap>) read).value().overload().connections())
                .isEqualTo(Optional.of(1000L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "address: { pipe: { path: /x } }|address.pipe|is not supported",
                "address: { socket_address: { address: localhost, port_value: 1 } }"
                        + "|address.socket_address.address|is no IP address: localhost",
                "filter_chains: [ { FILTERS, filter_chain_match: { address_suffix: x } } ]"
                        + "|filter_chains[0].filter_chain_match.address_suffix|is not supported",
                "filter_chains: [ { FILTERS, filter_chain_match: { server_names: [\"*\"] } } ]"
                        + "|filter_chains[0].filter_chain_match.server_names[0]|would match every name",
                "filter_chains: [ { FILTERS, filter_chain_match: { server_names: [\"*w.example\"] } } ]"
                        + "|filter_chains[0].filter_chain_match.server_names[0]"
                        + "|partial wildcards are not supported: *w.example",
                "filter_chains: [ { FILTERS, filter_chain_match: { source_ports: [70000] } } ]"
                        + "|filter_chains[0].filter_chain_match.source_ports[0]|is no port: 70000",
                "filter_chains: [ { FILTERS, use_proxy_proto: true } ]|filter_chains[0].use_proxy_proto|is not supported",
                "filter_chains: [ { FILTERS, transport_socket: { name: starttls } } ]"
                        + "|filter_chains[0].transport_socket|transport socket starttls is not supported",
                "filter_chains: [ { filters: [] } ]|filter_chains[0].filters|nothing reads the connection",
                "filter_chains: []|filter_chains|is empty: every connection would be closed",
                "listener_filters: [ { name: odd } ]|listener_filters[0]|listener filter odd is not supported",
                "udp_listener_config: {}|udp_listener_config|is not supported",
                "internal_listener: {}|internal_listener|is not supported",
                "fcds_config: { name: x }|fcds_config|is not supported",
                "socket_options: [ { level: 1, name: 2, buf_value: AA== } ]"
                        + "|socket_options[0]|has no int_value, which alone is supported",
                "socket_options: [ { level: 1, name: 2, int_value: 1, state: STATE_BOUND } ]"
                        + "|socket_options[0].state|STATE_BOUND is not supported"
            })
    void refuses_what_it_cannot_honour(String field, String path, String reason) {
        var name = field.substring(0, field.indexOf(':'));
        var others = List.of(ADDRESS, CHAINS).stream()
                .filter(other -> !other.startsWith(name + ":"))
                .toList();
        var read = read(String.join(", ", others), field.replace("FILTERS", TCP));
        assertThat(read.problems()).filteredOn(Problem::isError).anySatisfy(problem -> {
            assertThat(problem.object()).isEqualTo("Listener l");
            assertThat(problem.path()).isEqualTo(path);
            assertThat(problem.reason()).isEqualTo(reason);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "tcp_fast_open_queue_length: 5, tcp_fast_open_queue_length",
        "enable_mptcp: true, enable_mptcp",
        "metadata: {filter_metadata: {a: {}}}, metadata",
        "connection_balance_config: {exact_balance: {}}, connection_balance_config"
    })
    void warns_of_what_has_no_effect(String field, String path) {
        assertThat(read(ADDRESS, CHAINS, field).problems()).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.path()).isEqualTo(path);
        });
    }

    @Test
    void a_slow_client_may_not_pass_by_the_proxy_protocol() {
        var read = read(
                ADDRESS,
                CHAINS,
                "continue_on_listener_filters_timeout: true",
                "listener_filters: [ " + filter("proxy_protocol.v3.ProxyProtocol", "") + " ]");
        assertThat(read.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.path()).isEqualTo("continue_on_listener_filters_timeout"));
    }
}
