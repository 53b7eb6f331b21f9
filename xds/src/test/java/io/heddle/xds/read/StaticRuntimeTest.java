package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteCondition;
import io.heddle.traffic.runtime.NetworkFilter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What static layers of a bootstrap's runtime change in its static resources.
final class StaticRuntimeTest {
    private static Checked<Bootstrap> read(String layers) {
        return BootstrapReader.read("""
                layered_runtime: {layers: [%s]}
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          http_filters:
                          - name: router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                              - match: {prefix: /, runtime_fraction: {runtime_key: a.b, default_value: {numerator: 1}}}
                                direct_response: {status: 200}
                              - match: {prefix: /}
                                route:
                                  weighted_clusters:
                                    runtime_key_prefix: w
                                    clusters: [{name: x, weight: 1}, {name: y, weight: 3}]
                  clusters: [{name: x, type: STATIC}, {name: y, type: STATIC}]
                """.formatted(layers));
    }

    private static List<Route> routes(String layers) {
        var bootstrap = ((Checked.Ok<Bootstrap>) read(layers)).value();
        var chain = Objects.requireNonNull(bootstrap.fixed().listeners().get("in"))
                .chains()
                .getFirst();
        var source = (NetworkFilter.RouteSource.Inline) ((NetworkFilter.Http) chain.filter()).routes();
        return source.table().virtualHosts().getFirst().routes();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            | 1 | 100
            {name: s, static_layer: {a.b: 30}} | 30 | 100
            {name: s, static_layer: {a: {b: 30}}} | 30 | 100
            {name: s, static_layer: {a.b: 300}} | 100 | 100
            {name: s, static_layer: {a.b: {numerator: 7, denominator: TEN_THOUSAND}}} | 7 | 10000
            {name: s, static_layer: {a.b: 30}}, {name: t, staticLayer: {a.b: 40}} | 40 | 100
            {name: s, static_layer: {a.b: text, a.c: 5}} | 1 | 100
            """)
    void the_last_layer_that_has_a_key_says_how_large_a_share_is(
            @Nullable String layers, int numerator, int denominator) {
        assertThat(routes(layers == null ? "" : layers).getFirst().match().conditions())
                .containsExactly(new RouteCondition.Fraction("a.b", numerator, denominator));
    }

    @Test
    void weights_have_keys_of_their_own() {
        var forward = (RouteAction.Forward)
                routes("{name: s, static_layer: {w.y: 9}}").getLast().action();
        assertThat(((ClusterChoice.Weighted) forward.cluster()).bounds()).containsExactly(1, 10);
    }

    @Test
    void layers_that_come_from_elsewhere_are_told_to_have_no_effect() {
        assertThat(read("{name: s, static_layer: {}}, {name: admin, admin_layer: {}}")
                        .problems())
                .extracting(Problem::toString)
                .containsExactly(
                        "Bootstrap: layered_runtime.layers[1].admin_layer: is not supported; remove it; it has no effect");
    }

    @Test
    void a_value_stands_in_only_for_one_of_its_kind() {
        var root = YamlTree.read("""
                        layered_runtime: {layers: [{name: s, static_layer: {flag: false, number: 2.5, words: x}}]}
                        static_resources:
                          on: {runtime_key: flag, default_value: true}
                          wide: {runtimeKey: number, defaultValue: 1}
                          percent: {runtime_key: number, default_value: {value: 10}}
                          kept: {runtime_key: words, default_value: true}
                          other: {runtime_key: nobody, default_value: 3}
                        """).root();
        var found = (Map<?, ?>) Objects.requireNonNull(StaticRuntime.applied(root));
        assertThat(found.get("static_resources"))
                .isEqualTo(Map.of(
                        "on", Map.of("runtime_key", "flag", "default_value", false),
                        "wide", Map.of("runtimeKey", "number", "defaultValue", 2.5),
                        "percent", Map.of("runtime_key", "number", "default_value", Map.of("value", 2.5)),
                        "kept", Map.of("runtime_key", "words", "default_value", true),
                        "other", Map.of("runtime_key", "nobody", "default_value", 3)));
    }
}
