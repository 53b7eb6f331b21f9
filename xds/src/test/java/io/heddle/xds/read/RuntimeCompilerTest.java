package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.Upgrades;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a server is told of the mistakes in what it sent: each by its resource and field, all of them at once.
final class RuntimeCompilerTest {
    private static ResourceSet set(ResourceType type, Message.Builder message, String json) {
        return with(ResourceSet.EMPTY, type, message, json);
    }

    private static ResourceSet with(ResourceSet set, ResourceType type, Message.Builder message, String json) {
        try {
            JsonFormat.parser().merge(json.replace('\'', '"'), message);
            return set.with(type, List.of(NamedResource.read(type, "1", Any.pack(message.build()))));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static ResourceSet routes(String virtualHosts) {
        return set(
                ResourceType.RDS,
                RouteConfiguration.newBuilder(),
                "{'name': 'r', 'virtual_hosts': [" + virtualHosts + "]}");
    }

    private static ResourceSet action(String route) {
        return routes("{'name': 'h', 'domains': ['*'], 'routes': [{'match': {'prefix': '/'}, " + route + "}]}");
    }

    private static List<String> errors(ResourceSet set) {
        var compiled = RuntimeCompiler.compile(set, RuntimeConfig.EMPTY);
        assertThat(compiled).isInstanceOf(Checked.Rejected.class);
        return compiled.problems().stream()
                .filter(Problem::isError)
                .map(Problem::toString)
                .toList();
    }

    private static Upgrades upgrades(String configs) {
        var set = action("'route': {'cluster': 'c', 'upgrade_configs': [" + configs + "]}");
        var compiled = RuntimeCompiler.compile(set, RuntimeConfig.EMPTY);
        assertThat(compiled).isInstanceOf(Checked.Ok.class);
        var table = Objects.requireNonNull(
                ((Checked.Ok<RuntimeConfig>) compiled).value().routes().get("r"));
        var route = table.virtualHosts().getFirst().routes().getFirst();
        return ((RouteAction.Forward) route.action()).upgrades();
    }

    @Test
    void reads_which_upgrades_a_route_carries() {
        assertThat(upgrades("")).isEqualTo(Upgrades.NONE);
        assertThat(upgrades("{'upgrade_type': 'WebSocket'}, {'upgrade_type': 'other', 'enabled': false}"))
                .isEqualTo(new Upgrades(Map.of("websocket", true, "other", false), false));
    }

    @Test
    void a_connect_ends_at_a_route_with_connect_config_and_goes_on_at_another() {
        assertThat(upgrades("{'upgrade_type': 'CONNECT'}")).isEqualTo(new Upgrades(Map.of("connect", true), false));
        assertThat(upgrades("{'upgrade_type': 'CONNECT', 'connect_config': {}}"))
                .isEqualTo(new Upgrades(Map.of("connect", true), true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'proxy_protocol_config': {'version': 'V1'}", "'allow_post': true"})
    void refuses_what_a_tunnel_would_not_be_without(String field) {
        assertThat(errors(action("'route': {'cluster': 'c', 'upgrade_configs': [{'upgrade_type': 'CONNECT',"
                        + " 'connect_config': {" + field + "}}]}")))
                .singleElement()
                .asString()
                .contains("route.upgrade_configs[0].connect_config." + field.substring(1, field.indexOf("':")));
    }

    @Test
    void says_of_a_resource_by_itself_what_is_wrong_with_it_and_not_what_is_missing_beside_it() {
        var bad = routes("{'name': 'h', 'domains': []}")
                .with(set(ResourceType.LDS, Listener.newBuilder(), "{'name': 'l'}"))
                .with(set(ResourceType.CDS, Cluster.newBuilder(), "{'name': 'c', 'cluster_type': {'name': 'x'}}"))
                .with(set(
                        ResourceType.EDS,
                        ClusterLoadAssignment.newBuilder(),
                        "{'cluster_name': 'c', 'endpoints': [{'priority': 200}]}"))
                .with(set(
                        ResourceType.SDS,
                        Secret.newBuilder(),
                        "{'name': 's', 'tls_certificate': {'certificate_chain': {'filename': '/a'}, 'private_key':"
                                + " {'filename': '/b'}}}"));
        var host = set(ResourceType.VHDS, VirtualHost.newBuilder(), "{'name': 'r/h', 'domains': []}");
        for (var type : ResourceType.values()) {
            var resource = type == ResourceType.VHDS
                    ? host.resources(type).firstEntry().getValue()
                    : bad.resources(type).firstEntry().getValue();
            assertThat(RuntimeCompiler.check(type, resource).stream().filter(Problem::isError))
                    .as(type.name())
                    .isNotEmpty()
                    .allSatisfy(problem -> assertThat(problem.object()).isEqualTo(type.object(resource.name())));
        }
        var lonely = action("'route': {'cluster': 'elsewhere'}")
                .resource(ResourceType.RDS, "r")
                .orElseThrow();
        var strict = lonely.message(RouteConfiguration.class).toBuilder()
                .setValidateClusters(BoolValue.of(true))
                .build();
        assertThat(errors(ResourceSet.of(strict))).singleElement().asString().contains("there is no cluster");
        assertThat(RuntimeCompiler.check(ResourceType.RDS, NamedResource.of(strict)))
                .noneMatch(Problem::isError);
    }

    /// How large bodies may be, its route configuration says.
    @Test
    void says_nothing_of_a_large_body_in_a_virtual_host_that_came_without_its_route_configuration() {
        var host = set(
                        ResourceType.VHDS,
                        VirtualHost.newBuilder(),
                        "{'name': 'r/h', 'domains': ['*'], 'routes': [{'match': {'prefix': '/'}, 'direct_response':"
                                + " {'status': 200, 'body': {'inline_string': '" + "x".repeat(5000) + "'}}}]}")
                .resource(ResourceType.VHDS, "r/h")
                .orElseThrow();
        assertThat(RuntimeCompiler.check(ResourceType.VHDS, host)).isEmpty();
    }

    @Test
    void names_a_pattern_that_is_none() {
        assertThat(errors(routes("{'name': 'h', 'domains': ['*'], 'routes': [{'match': {'safe_regex': {'regex': '('}},"
                        + " 'direct_response': {'status': 204}}]}")))
                .containsExactly("RouteConfiguration r: virtual_hosts[0].routes[0].match.safe_regex: is no RE2 pattern:"
                        + " error parsing regexp: missing closing ): `(`;"
                        + " see https://github.com/google/re2/wiki/Syntax");
    }

    static Stream<String> monsters() {
        return Stream.of("((a{1000}){1000}){1000}", "(".repeat(5000) + ")*".repeat(5000));
    }

    @ParameterizedTest
    @MethodSource("monsters")
    void refuses_a_pattern_that_would_take_all_memory_or_stack(String pattern) {
        assertThat(errors(routes("{'name': 'h', 'domains': ['*'], 'routes': [{'match': {'safe_regex': {'regex': '"
                        + pattern + "'}}, 'direct_response': {'status': 204}}]}")))
                .singleElement()
                .asString()
                .startsWith("RouteConfiguration r: virtual_hosts[0].routes[0].match.safe_regex: is a pattern w");
    }

    @Test
    void names_weights_without_a_sum() {
        assertThat(errors(action("'route': {'weighted_clusters': {'clusters': [{'name': 'a'}, {'name': 'b'}]}}")))
                .containsExactly("RouteConfiguration r: virtual_hosts[0].routes[0].route.weighted_clusters: weights sum"
                        + " to 0; give at least one cluster a weight, and less than 2^31 in all");
    }

    @Test
    void names_a_cluster_that_must_exist_and_does_not() {
        var set = set(
                ResourceType.RDS,
                RouteConfiguration.newBuilder(),
                "{'name': 'r', 'validate_clusters': true, 'virtual_hosts': [{'name': 'h', 'domains': ['*'],"
                        + " 'routes': [{'match': {'prefix': '/'}, 'route': {'cluster': 'gone'}}]}]}");
        assertThat(errors(set))
                .containsExactly("RouteConfiguration r: virtual_hosts[0].routes[0].route.cluster: there is no cluster"
                        + " gone; add the cluster, or set validate_clusters: false");
    }

    @Test
    void warns_of_a_cluster_that_may_still_come() {
        var compiled = RuntimeCompiler.compile(action("'route': {'cluster': 'gone'}"), RuntimeConfig.EMPTY);
        assertThat(compiled).isInstanceOf(Checked.Ok.class);
        assertThat(compiled.problems())
                .containsExactly(Problem.warning(
                        "RouteConfiguration r",
                        "virtual_hosts[0].routes[0].route.cluster",
                        "there is no cluster gone; what goes there fails until it comes",
                        "add the cluster"));
    }

    @Test
    void finds_a_cluster_wherever_it_comes_from() {
        var dynamic = with(
                action("'route': {'cluster': 'sent', 'request_mirror_policies': [{'cluster': 'fixed'}]}"),
                ResourceType.CDS,
                Cluster.newBuilder(),
                "{'name': 'sent', 'type': 'STATIC'}");
        var fixed = RuntimeCompiler.compile(
                set(ResourceType.CDS, Cluster.newBuilder(), "{'name': 'fixed', 'type': 'STATIC'}"),
                RuntimeConfig.EMPTY);
        var config = ((Checked.Ok<RuntimeConfig>) fixed).value();
        assertThat(RuntimeCompiler.compile(dynamic, config).problems()).isEmpty();
    }

    private static String aggregate(String name, String... parts) {
        return "{'name': '" + name + "', 'lb_policy': 'CLUSTER_PROVIDED', 'cluster_type': {'name':"
                + " 'envoy.clusters.aggregate', 'typed_config': {'@type':"
                + " 'type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig', 'clusters': ['"
                + String.join("', '", parts) + "']}}}";
    }

    @Test
    void names_every_aggregate_cluster_that_leads_back_to_itself() {
        var read = BootstrapReader.read("static_resources: {clusters: ["
                + String.join(
                        ",",
                        aggregate("a", "leaf", "b"),
                        aggregate("b", "c"),
                        aggregate("c", "a"),
                        aggregate("self", "self"),
                        aggregate("outside", "leaf", "b"),
                        "{'name': 'leaf', 'type': 'STATIC'}")
                + "]}");
        assertThat(read.problems())
                .map(Problem::toString)
                .containsExactly(
                        circle("a", "a → b → c → a"),
                        circle("b", "b → c → a → b"),
                        circle("c", "c → a → b → c"),
                        circle("self", "self → self"));
    }

    private static String circle(String cluster, String way) {
        return "Cluster " + cluster + ": cluster_type.typed_config.clusters: leads back to the cluster itself: " + way
                + "; take one of them out";
    }

    @Test
    void names_every_cluster_that_an_aggregate_one_lacks() {
        var read = BootstrapReader.read("static_resources: {clusters: [" + aggregate("a", "gone", "lost") + "]}");
        assertThat(read.problems())
                .filteredOn(Problem::isError)
                .map(Problem::toString)
                .hasSize(2)
                .anyMatch(line ->
                        line.startsWith("Cluster a: cluster_type.typed_config.clusters[0]: there is no cluster gone"))
                .anyMatch(line ->
                        line.startsWith("Cluster a: cluster_type.typed_config.clusters[1]: there is no cluster lost"));
    }

    @Test
    void names_a_domain_that_stands_twice() {
        assertThat(errors(routes("{'name': 'a', 'domains': ['x.org', 'y.org']}, {'name': 'b', 'domains': ['Y.ORG']}")))
                .containsExactly("RouteConfiguration r: virtual_hosts[1].domains[0]: domain Y.ORG stands twice in this"
                        + " route configuration; remove one of them");
    }

    @Test
    void refuses_a_listener_that_is_sent_without_a_name() {
        assertThat(errors(set(
                        ResourceType.LDS,
                        Listener.newBuilder(),
                        "{'address': {'socket_address': {'address': '127.0.0.1', 'port_value': 0}}}")))
                .containsExactly("Listener : name: is empty; name it: updates of a listener go by its name");
    }

    @Test
    void names_a_resource_that_stands_twice() {
        var read = BootstrapReader.read("""
                static_resources:
                  clusters:
                  - { name: one, type: STATIC }
                  - { name: one, type: STATIC }
                """);
        assertThat(read.problems()).hasToString("[Cluster one: stands twice; rename one of them]");
    }

    @Test
    void names_an_empty_host() {
        assertThat(errors(routes("{'name': 'a', 'domains': ['']}, {'name': 'b'}")))
                .containsExactly(
                        "RouteConfiguration r: virtual_hosts[0].domains[0]: is no domain: ; write a host, *.suffix,"
                                + " prefix.* or *",
                        "RouteConfiguration r: virtual_hosts[1].domains: is empty; name at least one domain");
    }

    @Test
    void names_an_endpoint_without_an_address() {
        var set = set(
                ResourceType.CDS,
                Cluster.newBuilder(),
                "{'name': 'c', 'type': 'STATIC', 'load_assignment': {'endpoints': [{'lb_endpoints': [{'endpoint':"
                        + " {'address': {'socket_address': {'address': '', 'port_value': 80}}}}]}]}}");
        assertThat(errors(set))
                .containsExactly("Cluster c: load_assignment.endpoints[0].lb_endpoints[0].endpoint.address"
                        + ".socket_address.address: is missing; write an address");
    }

    @Test
    void names_every_problem_of_every_resource() {
        var set = with(
                with(
                        routes("{'name': 'a', 'domains': ['']}"),
                        ResourceType.CDS,
                        Cluster.newBuilder(),
                        "{'name': 'c', 'type': 'ORIGINAL_DST', 'upstream_config': {'name': 'x'}}"),
                ResourceType.LDS,
                Listener.newBuilder(),
                "{'name': 'l', 'address': {'pipe': {'path': '/x'}}, 'udp_listener_config': {}, 'default_filter_chain': {}}");
        assertThat(errors(set))
                .hasSize(6)
                .anyMatch(line -> line.startsWith("Listener l: default_filter_chain.filters: nothing reads"))
                .anyMatch(line -> line.startsWith("RouteConfiguration r: virtual_hosts[0].domains[0]: is no domain"))
                .anyMatch(line -> line.startsWith("Cluster c: lb_policy: ORIGINAL_DST needs CLUSTER_PROVIDED"))
                .anyMatch(line -> line.startsWith("Cluster c: upstream_config: is not supported"))
                .anyMatch(line -> line.startsWith("Listener l: address.pipe: is not supported"))
                .anyMatch(line -> line.startsWith("Listener l: udp_listener_config: is not supported"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'name': 'c', 'cluster_type': {'name': 'envoy.clusters.redis'}"
                        + "|cluster_type: cluster type envoy.clusters.redis without settings is not supported",
            },
            quoteCharacter = '~')
    void names_a_kind_of_cluster_that_is_not_there(String cluster, String reason) {
        assertThat(errors(set(ResourceType.CDS, Cluster.newBuilder(), "{" + cluster + "}")))
                .containsExactly("Cluster c: " + reason + "; use type STATIC, EDS, STRICT_DNS or LOGICAL_DNS,"
                        + " or a cluster type of the reference");
    }

    @Test
    void refuses_a_substitution_that_names_a_group_which_is_not_there() {
        var wrong = "{'pattern': {'regex': '^/(.*)'}, 'substitution': '\\\\2'}";
        for (var field : List.of("regex_rewrite", "host_rewrite_path_regex")) {
            assertThat(errors(action("'route': {'cluster': 'c', '" + field + "': " + wrong + "}")))
                    .containsExactly("RouteConfiguration r: virtual_hosts[0].routes[0].route." + field
                            + ".substitution: names group 2 of a pattern that has 1; write \\0 for the whole match, or"
                            + " add a group");
        }
        var hash = "'hash_policy': [{'header': {'header_name': 'a', 'regex_rewrite': " + wrong + "}}]";
        assertThat(errors(action("'route': {'cluster': 'c', " + hash + "}")))
                .singleElement()
                .asString()
                .contains("hash_policy[0].header.regex_rewrite.substitution: names group 2");
    }

    @Test
    void refuses_names_that_are_none_and_lines_that_would_frame_a_redirected_request() {
        for (var name : List.of("Host", "content-length", "x-envoy-internal", "X-Forwarded-For")) {
            assertThat(errors(action("'route': {'cluster': 'c', 'internal_redirect_policy':"
                            + " {'response_headers_to_copy': ['" + name + "']}}")))
                    .singleElement()
                    .asString()
                    .contains("internal_redirect_policy.response_headers_to_copy[0]: would let a host say");
        }
        assertThat(errors(
                        action("'route': {'cluster': 'c', 'hash_policy': [{'header': {'header_name': 'a\\r\\nb'}}]}")))
                .singleElement()
                .asString()
                .contains("hash_policy[0].header.header_name: is no name of a header");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'route': {'cluster': 'c', 'host_rewrite_literal': 'a\\r\\nb'}|route.host_rewrite_literal|U+000D",
                "'route': {'cluster': 'c', 'host_rewrite_literal': 'a/b'}|route.host_rewrite_literal|'/'",
                "'route': {'cluster': 'c', 'prefix_rewrite': '/a b'}|route.prefix_rewrite|U+0020",
                "'route': {'cluster': 'c', 'regex_rewrite': {'pattern': {'regex': 'x'}, 'substitution': '\\n'}}"
                        + "|route.regex_rewrite.substitution|U+000A",
                "'route': {'weighted_clusters': {'clusters': [{'name': 'c', 'weight': 1, 'host_rewrite_literal':"
                        + " '\\u0000'}]}}|route.weighted_clusters.clusters[0].host_rewrite_literal|U+0000",
                "'redirect': {'host_redirect': 'a\\nb'}|redirect.host_redirect|U+000A",
                "'redirect': {'path_redirect': '/\\u007f'}|redirect.path_redirect|U+007F",
                "'redirect': {'prefix_rewrite': '/\\r'}|redirect.prefix_rewrite|U+000D",
                "'redirect': {'scheme_redirect': 'ht tp'}|redirect.scheme_redirect|U+0020",
                "'direct_response': {'status': 204}, 'request_headers_to_add': [{'header': {'key': 'a', 'value':"
                        + " 'b\\r\\nc'}}]|request_headers_to_add[0].header.value|U+000D",
                "'direct_response': {'status': 204}, 'response_headers_to_add': [{'header': {'key': 'a', 'value':"
                        + " '\\u0000'}}]|response_headers_to_add[0].header.value|U+0000",
            })
    void refuses_what_would_break_a_head(String text) {
        var parts = text.split("\\|", -1);
        assertThat(errors(action(parts[0])))
                .containsExactly("RouteConfiguration r: virtual_hosts[0].routes[0]." + parts[1]
                        + ": holds a character that must not stand there: " + parts[2] + "; remove it");
    }
}
