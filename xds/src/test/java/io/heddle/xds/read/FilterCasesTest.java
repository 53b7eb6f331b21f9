package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.explain.Call;
import io.heddle.traffic.explain.ConfiguredClusters;
import io.heddle.traffic.explain.Explainer;
import io.heddle.traffic.explain.Explanation;
import io.heddle.traffic.explain.Heads;
import io.heddle.traffic.explain.Question;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.filter.FilterReaders;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.schema.Schema;
import io.heddle.xds.schema.TreeMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every HTTP filter does with a request, by cases in `testdata/cases/filters`: `filter` is its settings, `route`
/// those of the route, `request` and `headers` the request. Beside each case stands what comes of it.
///
/// `-Dheddle.golden=write` writes that anew.
final class FilterCasesTest {
    private static final Path CASES = Path.of("..", "testdata", "cases", "filters");
    private static final String NAME = "the-filter";

    /// Steps that are about no filter.
    private static final Set<String> OTHERS = Set.of(
            "listener",
            "filter chain",
            "transport",
            "route configuration",
            "request head",
            "virtual host",
            "route",
            "action",
            "cluster",
            "timeout",
            "retry",
            "circuit breaker",
            "priority",
            "locality",
            "endpoint");

    static Stream<Path> cases() throws IOException {
        try (var files = Files.walk(CASES)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void does_what_the_case_says(Path file) throws IOException {
        var told = told(file);
        var golden = Path.of(file.toString().replaceFirst("\\.yaml$", ".txt"));
        if ("write".equals(System.getProperty("heddle.golden"))) {
            Files.writeString(golden, told);
        }
        assertThat(told).isEqualTo(Files.readString(golden));
    }

    @Test
    void every_filter_has_cases_for_itself_for_a_route_and_for_what_is_refused() throws IOException {
        var all = new HashMap<String, Set<String>>();
        for (var file : cases().toList()) {
            var settings = fields(read(file).get("filter"));
            all.computeIfAbsent(String.valueOf(settings.get("@type")), _ -> new HashSet<>())
                    .add(kind(file));
        }
        for (var type : FilterReaders.types()) {
            assertThat(all.getOrDefault("type.googleapis.com/" + type, Set.of()))
                    .as(type)
                    .contains("default", "route", "refused");
        }
    }

    /// The beginning of its name.
    private static String kind(Path file) {
        return file.getFileName().toString().split("[-.]", 2)[0];
    }

    @Test
    void what_is_called_refused_is_and_nothing_else() throws IOException {
        for (var file : cases().toList()) {
            assertThat(told(file).startsWith("refused\n"))
                    .as(file.toString())
                    .isEqualTo(kind(file).equals("refused"));
        }
    }

    private static Map<?, ?> read(Path file) throws IOException {
        return fields(YamlTree.read(Files.readString(file)).root());
    }

    private static Map<?, ?> fields(@Nullable Object tree) {
        return tree instanceof Map<?, ?> map ? map : Map.of();
    }

    private static String told(Path file) throws IOException {
        var tree = read(file);
        var problems = new ArrayList<Problem>();
        var set = ResourceSet.EMPTY
                .with(
                        ResourceType.LDS,
                        List.of(resource(ResourceType.LDS, Listener.parser(), listener(tree), problems)))
                .with(ResourceType.CDS, List.of(resource(ResourceType.CDS, Cluster.parser(), CLUSTER, problems)));
        var compiled = RuntimeCompiler.compile(set, RuntimeConfig.EMPTY);
        problems.addAll(compiled.problems());
        var text = new StringBuilder();
        boolean good = problems.stream().noneMatch(Problem::isError);
        text.append(good ? "" : "refused\n");
        problems.forEach(problem -> text.append(problem).append('\n'));
        if (good && compiled instanceof Checked.Ok<RuntimeConfig>(var config, var _)) {
            tell(explanation(config, tree), text);
        }
        return text.toString();
    }

    private static void tell(Explanation explanation, StringBuilder text) {
        for (var step : explanation.steps()) {
            if (!OTHERS.contains(step.step())) {
                text.append(step.step()).append(" | ").append(step.subject()).append(" | ");
                text.append(step.verdict()).append('\n');
            }
        }
        if (explanation.outcome() instanceof Explanation.Outcome.Answered(var reply)) {
            text.append("answer | ")
                    .append(reply.status())
                    .append(' ')
                    .append(reply.flag().code());
            text.append(" | ").append(reply.body()).append('\n');
            reply.headers()
                    .forEach(edit -> text.append("answer | ")
                            .append(edit.name())
                            .append(" | ")
                            .append(edit.value())
                            .append('\n'));
        } else {
            text.append("goes on to | ")
                    .append(explanation.cluster().orElse("nowhere"))
                    .append('\n');
        }
    }

    private static Explanation explanation(RuntimeConfig config, Map<?, ?> tree) {
        var explainer = new Explainer(config, new ConfiguredClusters(config.clusters()), new PlainHeads(), 0, 0);
        var lines = new ArrayList<String>();
        if (tree.get("headers") instanceof List<?> headers) {
            headers.forEach(line -> lines.add(String.valueOf(line)));
        }
        var question = new Question(String.valueOf(tree.get("request")), lines, "", "", "", "", "", List.of(), 1);
        var call = question.call(explainer);
        assertThat(call).as("%s", call.problems()).isInstanceOf(Checked.Ok.class);
        return explainer.explain(((Checked.Ok<Call>) call).value());
    }

    private static <M extends Message> NamedResource resource(
            ResourceType type, Parser<M> parser, Map<?, ?> tree, List<Problem> problems) {
        try {
            var name = Schema.fullName(parser.parseFrom(new byte[0]).getClass());
            var bytes = TreeMessage.bytes(
                    Schema.envoy(),
                    name,
                    tree,
                    (path, reason, remedy) -> problems.add(Problem.error("Case", path, reason, remedy)));
            return NamedResource.read(type, "1", Any.pack(parser.parseFrom(bytes)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final Map<?, ?> CLUSTER = fields(YamlTree.read("""
            name: shop
            type: STATIC
            load_assignment:
              cluster_name: shop
              endpoints:
              - lb_endpoints:
                - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 9001}}}
            """).root());

    private static Map<?, ?> listener(Map<?, ?> tree) {
        var route = new HashMap<String, Object>(
                Map.of("match", Map.of("prefix", "/"), "route", Map.of("cluster", "shop"), "name", "shop"));
        if (tree.get("route") instanceof Map<?, ?> settings) {
            route.put("typed_per_filter_config", Map.of(NAME, settings));
        }
        var host = Map.of("name", "shop", "domains", List.of("*"), "routes", List.of(route));
        var router = Map.of("@type", "type.googleapis.com/" + FilterReaders.ROUTER);
        var manager = Map.of(
                "@type",
                "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix",
                "in",
                "route_config",
                Map.of("name", "shop", "virtual_hosts", List.of(host)),
                "http_filters",
                List.of(
                        Map.of("name", NAME, "typed_config", fields(tree.get("filter"))),
                        Map.of("name", "router", "typed_config", router)));
        var address = Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", 10_000));
        var chain = Map.of("filters", List.of(Map.of("name", "manager", "typed_config", manager)));
        return Map.of("name", "in", "address", address, "filter_chains", List.of(chain));
    }

    /// Takes heads as they are.
    private static final class PlainHeads implements Heads {
        @Override
        public Received receive(Call call, NetworkFilter.Http settings, List<HeaderName> internalOnly) {
            return new Received.Taken(
                    new CalledHead(call), call.peer(), call.peer().tls(), false, "");
        }
    }
}
