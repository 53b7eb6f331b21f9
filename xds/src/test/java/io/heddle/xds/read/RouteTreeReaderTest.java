package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.schema.Schema;
import io.heddle.xds.schema.TreeMessage;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a virtual host's matcher may say, and where it is told what it may not.
final class RouteTreeReaderTest {
    private static final int DEEPEST = 32;
    private static final String INPUT = "{name: i, typed_config: {'@type':"
            + " type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput, header_name: x-user}}";
    private static final String ROUTE = "{action: {name: r, typed_config: {'@type':"
            + " type.googleapis.com/envoy.config.route.v3.Route, name: one, match: {prefix: /},"
            + " direct_response: {status: 200}}}}";
    private static final String ROUTES = "{action: {name: r, typed_config: {'@type':"
            + " type.googleapis.com/envoy.config.route.v3.RouteList, routes: [{name: two, match: {prefix: /},"
            + " direct_response: {status: 200}}]}}}";
    private static final String SINGLE = "{single_predicate: {input: " + INPUT + ", value_match: {exact: a}}}";

    private static Checked<RuntimeConfig> read(String matcher, String more) {
        var text = "{name: r, virtual_hosts: [{name: h, domains: ['*'], matcher: " + matcher + more + "}]}";
        var bytes = TreeMessage.bytes(
                Schema.envoy(),
                "envoy.config.route.v3.RouteConfiguration",
                YamlTree.read(text).root(),
                (path, reason, remedy) -> {
                    throw new IllegalArgumentException(path + " " + reason + "; " + remedy);
                });
        try {
            var message = RouteConfiguration.parseFrom(bytes);
            var resource = NamedResource.read(ResourceType.RDS, "1", Any.pack(message));
            return RuntimeCompiler.compile(
                    ResourceSet.EMPTY.with(ResourceType.RDS, List.of(resource)), RuntimeConfig.EMPTY);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<String> routes(String matcher) {
        var read = read(matcher, "");
        assertThat(read).as("%s", read.problems()).isInstanceOf(Checked.Ok.class);
        var table = Objects.requireNonNull(
                ((Checked.Ok<RuntimeConfig>) read).value().routes().get("r"));
        return table.virtualHosts().getFirst().routes().stream()
                .map(Route::name)
                .toList();
    }

    private static List<String> problems(String matcher) {
        return read(matcher, "").problems().stream()
                .filter(Problem::isError)
                .map(Problem::toString)
                .toList();
    }

    private static String list(String predicate, String then) {
        return "{matcher_list: {matchers: [{predicate: " + predicate + ", on_match: " + then + "}]}}";
    }

    @Test
    void reads_lists_and_maps_with_what_is_taken_otherwise() {
        assertThat(routes("{matcher_list: {matchers: [{predicate: " + SINGLE + ", on_match: " + ROUTE
                        + "}]}, on_no_match: " + ROUTES + "}"))
                .containsExactly("one", "two");
        for (var map : List.of("exact_match_map", "prefix_match_map")) {
            assertThat(routes("{matcher_tree: {input: " + INPUT + ", " + map + ": {map: {a: " + ROUTE
                            + ", b: {matcher: " + list(SINGLE, ROUTES) + "}}}}}"))
                    .containsExactly("one", "two");
        }
        assertThat(routes("{}")).isEmpty();
        assertThat(routes("{on_no_match: " + ROUTE + "}")).containsExactly("one");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{single_predicate: {input: INPUT}} | single_predicate: says nothing to match",
                "{single_predicate: {input: INPUT, value_match: {safe_regex: {regex: '('}}}} | value_match.safe_regex:",
                "{single_predicate: {input: INPUT, custom_match: {name: x}}} | custom_match: is not supported",
                "{single_predicate: {input: {name: q}, value_match: {exact: a}}} | input.typed_config: is no input",
                "{and_matcher: {predicate: [SINGLE]}} | and_matcher.predicate: has fewer than two",
                "{or_matcher: {}} | or_matcher.predicate: has fewer than two",
                "{not_matcher: {}} | not_matcher: says nothing to match",
                "{} | predicate: says nothing to match",
            })
    void names_a_predicate_that_cannot_be_honoured(String predicate, String problem) {
        var written = predicate.replace("SINGLE", SINGLE).replace("INPUT", INPUT);
        assertThat(problems(list(written, ROUTE))).singleElement().asString().contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | on_match: leads nowhere",
                "{action: {name: x}} | on_match.action.typed_config: is of an unknown type",
                "{keep_matching: true, matcher: {}} | on_match.keep_matching: is not supported",
            })
    void names_a_branch_that_cannot_be_taken(String then, String problem) {
        assertThat(problems(list(SINGLE, then))).singleElement().asString().contains(problem);
    }

    @Test
    void names_a_wrong_route_within() {
        assertThat(problems(list(SINGLE, ROUTES.replace("status: 200", "status: 99"))))
                .containsExactly("RouteConfiguration r: virtual_hosts[0].matcher.matcher_list.matchers[0].on_match"
                        + ".action.typed_config.routes[0].direct_response.status: is no status: 99;"
                        + " write 200 to 599");
    }

    @Test
    void refuses_routes_beside_it_and_headers_that_are_not_known() {
        assertThat(read(list(SINGLE, ROUTE), ", routes: [{match: {prefix: /}, direct_response: {status: 200}}]")
                        .problems())
                .singleElement()
                .asString()
                .contains("virtual_hosts[0].matcher: stands beside routes");
        assertThat(problems(list(SINGLE.replace("x-user", "':scheme'"), ROUTE)))
                .singleElement()
                .asString()
                .contains("input.typed_config.header_name: is not known of a request here");
    }

    @Test
    void refuses_what_is_nested_too_deep() {
        var predicate = SINGLE;
        for (int i = 0; i < DEEPEST; i++) {
            predicate = "{not_matcher: " + predicate + "}";
        }
        assertThat(problems(list(predicate, ROUTE))).singleElement().asString().contains("is nested more than 32 deep");
        var tree = ROUTE;
        for (int i = 0; i < DEEPEST; i++) {
            tree = "{matcher: {on_no_match: " + tree + "}}";
        }
        assertThat(problems("{on_no_match: " + tree + "}"))
                .singleElement()
                .asString()
                .contains("is nested more than 32 deep");
    }

    @Test
    void reads_the_filter_state() {
        var state = "{name: i, typed_config: {'@type':"
                + " type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.FilterStateInput, key: who}}";
        assertThat(routes(list(SINGLE.replace(INPUT, state), ROUTE))).containsExactly("one");
    }
}
