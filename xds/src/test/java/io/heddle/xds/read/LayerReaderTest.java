package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.layer.RuntimeValue;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteCondition;
import io.heddle.traffic.runtime.NetworkFilter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The layers of a bootstrap's runtime, and the keys that its resources name.
final class LayerReaderTest {
    private static Checked<Bootstrap> read(String runtime) {
        return BootstrapReader.read("layered_runtime: " + runtime);
    }

    private static List<LayerSource> sources(String runtime) {
        return ((Checked.Ok<Bootstrap>) read(runtime)).value().runtime();
    }

    private static Map<String, RuntimeValue> values(String layer) {
        var source =
                sources("{layers: [{name: s, static_layer: " + layer + "}]}").getFirst();
        return ((LayerSource.Fixed) source).layer().values();
    }

    private static List<String> problems(String runtime) {
        return read(runtime).problems().stream().map(Problem::toString).toList();
    }

    @Test
    void layers_stand_in_their_order() {
        assertThat(sources("""
                        layers:
                        - {name: s, static_layer: {a: 1}}
                        - {name: d, disk_layer: {symlink_root: /srv/runtime, subdirectory: envoy}}
                        - {name: o, disk_layer: {symlink_root: /srv/runtime, append_service_cluster: true}}
                        - {name: admin, admin_layer: {}}
                        """.indent(2).transform(text -> "\n" + text)))
                .containsExactly(
                        new LayerSource.Fixed(new RuntimeLayer("s", Map.of("a", RuntimeValue.of("1", 1)))),
                        new LayerSource.Disk("d", "/srv/runtime", "envoy", false),
                        new LayerSource.Disk("o", "/srv/runtime", "", true),
                        new LayerSource.Admin("admin"));
    }

    @Test
    void a_runtime_without_layers_is_the_admin_interfaces_alone() {
        assertThat(sources("{}")).containsExactly(new LayerSource.Admin(""));
        assertThat(((Checked.Ok<Bootstrap>) BootstrapReader.read("{}")).value().runtime())
                .isEmpty();
    }

    @Test
    void values_are_numbers_flags_and_shares() {
        var values = values("{a: 30, b.c: 2.5, n: {o: {p: -4}}, on: true, number: '40', "
                + "share: {numerator: 7, denominator: TEN_THOUSAND}, none: {}, huge: 1e300}");
        assertThat(values.keySet())
                .containsExactlyInAnyOrder("a", "b.c", "n.o.p", "on", "number", "share", "none", "huge");
        assertThat(values)
                .containsEntry("a", RuntimeValue.of("30", 30))
                .containsEntry("b.c", RuntimeValue.of("2.5", 2.5));
        assertThat(values).containsEntry("n.o.p", RuntimeValue.of("-4", -4));
        assertThat(Objects.requireNonNull(values.get("n.o.p")).whole()).isEmpty();
        assertThat(values).containsEntry("on", RuntimeValue.of("true", true));
        assertThat(values).containsEntry("number", RuntimeValue.of("40", 40));
        assertThat(values)
                .containsEntry(
                        "share",
                        RuntimeValue.of("{numerator: 7, denominator: TEN_THOUSAND}", RuntimeShare.of(7, 10_000)));
        assertThat(values).containsEntry("none", RuntimeValue.of("{}", RuntimeShare.NONE));
        assertThat(Objects.requireNonNull(values.get("huge")).number()).isEqualTo(OptionalDouble.of(1e300));
        assertThat(Objects.requireNonNull(values.get("huge")).share()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hello | is a text that is no number, so it has no effect
            'true' | is a text that is no number, so it has no effect
            {numerator: 5, denominator: NOPE} | is no share of requests, so it has no effect
            {numerator: 5, more: 1} | is no share of requests, so it has no effect
            {numerator: -5} | is no share of requests, so it has no effect
            {numerator: 1.5} | is no share of requests, so it has no effect
            {numerator: '5'} | is no share of requests, so it has no effect
            .nan | is no finite number, so it has no effect
            """, quoteCharacter = '^')
    void what_says_nothing_is_told_and_kept(String value, String reason) {
        var read = read("{layers: [{name: s, static_layer: {k: " + value + "}}]}");
        assertThat(read.problems()).hasSize(1).allMatch(problem -> !problem.isError());
        assertThat(read.problems().getFirst().toString())
                .startsWith("Bootstrap: layered_runtime.layers[0].static_layer.k: " + reason);
        var source = ((Checked.Ok<Bootstrap>) read).value().runtime().getFirst();
        assertThat(Objects.requireNonNull(
                                ((LayerSource.Fixed) source).layer().values().get("k"))
                        .isText())
                .isTrue();
    }

    @Test
    void of_a_key_that_stands_twice_the_last_one_counts_and_it_is_told() {
        var runtime = "{layers: [{name: s, static_layer: {a.b: 1, a: {b: 2}}}]}";
        assertThat(problems(runtime))
                .containsExactly(
                        "Bootstrap: layered_runtime.layers[0].static_layer.a.b: stands twice, of which the last "
                                + "one counts; remove one of them");
        assertThat(values("{a.b: 1, a: {b: 2}}")).containsEntry("a.b", RuntimeValue.of("2", 2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {name: s, static_layer: {k: [1]}} | layers[0].static_layer.k: is no value of a runtime
            {name: s, static_layer: {k: null}} | layers[0].static_layer.k: is no value of a runtime
            {name: s} | layers[0]: says nothing
            {static_layer: {}} | layers[0].name: is missing
            {name: s, static_layer: {}}, {name: s, admin_layer: {}} | layers[1].name: stands twice: s
            {name: s, admin_layer: {}}, {name: t, admin_layer: {}} | layers[1].admin_layer: stands twice
            {name: s, disk_layer: {}} | layers[0].disk_layer.symlink_root: is missing
            """, quoteCharacter = '^')
    void layers_that_no_proxy_could_honour_are_refused(String layers, String reason) {
        assertThat(read("{layers: [" + layers + "]}")).isInstanceOf(Checked.Rejected.class);
        assertThat(problems("{layers: [" + layers + "]}"))
                .singleElement()
                .asString()
                .startsWith("Bootstrap: layered_runtime." + reason);
    }

    private static List<Route> routes() {
        var read = BootstrapReader.read("""
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
                                  request_mirror_policies:
                                  - {cluster: x, runtime_fraction: {runtime_key: m, default_value: {numerator: 2}}}
                  clusters: [{name: x, type: STATIC}, {name: y, type: STATIC}]
                """);
        var bootstrap = ((Checked.Ok<Bootstrap>) read).value();
        var chain = Objects.requireNonNull(bootstrap.fixed().listeners().get("in"))
                .chains()
                .getFirst();
        var source = (NetworkFilter.RouteSource.Inline) ((NetworkFilter.Http) chain.filter()).routes();
        return source.table().virtualHosts().getFirst().routes();
    }

    @Test
    void shares_mirrors_and_weights_have_their_keys() {
        var share = new RuntimeShare(RuntimeKey.of("a.b"), 1, 100);
        assertThat(routes().getFirst().match().conditions()).containsExactly(new RouteCondition.Fraction(share));
        var forward = (RouteAction.Forward) routes().getLast().action();
        assertThat(((ClusterChoice.Weighted) forward.cluster()).keys())
                .containsExactly(RuntimeKey.of("w.x"), RuntimeKey.of("w.y"));
        assertThat(forward.mirrors().getFirst().share()).isEqualTo(new RuntimeShare(RuntimeKey.of("m"), 2, 100));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ~100~ | 100.0 | 100 | true | 100 of 100
            ~99.5~ | 99.5 | 99 | | 99 of 100
            ~-1~ | -1.0 | | true |
            ~0~ | 0.0 | 0 | false | 0 of 100
            ~ 100 ~ | 100.0 | 100 | true | 100 of 100
            ~+100~ | 100.0 | 100 | true | 100 of 100
            ~0x64~ | 100.0 | 100 | true | 100 of 100
            ~1e2~ | 100.0 | 100 | true | 100 of 100
            ~1e999~ | | | |
            ~inf~ | | | |
            ~nan~ | | | |
            ~TRUE~ | | | true |
            ~false~ | | | false |
            ~{numerator: 3, denominator: MILLION}~ | | | | 3 of 1000000
            ~numerator: 100~ | | | | 100 of 100
            ~{"numerator":1}~ | | | | 1 of 100
            ~{numerator: 100, extra: 1}~ | | | |
            ~{numerator: 300}~ | | | | 100 of 100
            ~{~ | | | |
            ~hello~ | | | |
            ~~ | | | |
            """, quoteCharacter = '~')
    void texts_say_what_they_say_to_envoy(
            String text,
            @Nullable Double number,
            @Nullable Long whole,
            @Nullable Boolean flag,
            @Nullable String share) {
        var value = RuntimeText.value(text);
        assertThat(value.text()).isEqualTo(text);
        assertThat(value.number().isPresent() ? value.number().getAsDouble() : null)
                .isEqualTo(number);
        assertThat(value.whole().isPresent() ? value.whole().getAsLong() : null).isEqualTo(whole);
        assertThat(value.flag()).isEqualTo(Optional.ofNullable(flag));
        assertThat(value.share().map(found -> found.numerator() + " of " + found.denominator()))
                .isEqualTo(Optional.ofNullable(share));
    }
}
