package io.heddle.traffic.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.explain.Explanation.Outcome;
import io.heddle.traffic.filter.FilterStep;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An explanation says what the decisions say when nobody listens: routes by their index, filters one after the
/// other, a balancer without a trace.
final class ExplainerAgreesTest {
    private static final int CONFIGURATIONS = 100;
    private static final int CALLS = 40;

    /// What kinds of ends there were, so that the test shows that it met them all.
    private enum End {
        FORWARDED,
        DENIED,
        REDIRECTED,
        DIRECT,
        NOT_FOUND,
        NO_CLUSTER,
        NO_HOST
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void with_what_happens_untraced(long seed) {
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        var ends = new EnumMap<End, Integer>(End.class);
        for (int i = 0; i < CONFIGURATIONS; i++) {
            var config = GeneratedConfig.of(random);
            for (int j = 0; j < CALLS; j++) {
                var call = GeneratedConfig.call(random);
                // Balancers remember turns, so that each side has fresh ones.
                var explained = explainer(config).explain(call);
                var plain = plain(config, call);
                assertThat(explained.outcome()).as("seed %d, %s", seed, call).isEqualTo(plain);
                ends.merge(end(plain), 1, Integer::sum);
            }
        }
        assertThat(ends).containsOnlyKeys(End.values());
        assertThat(ends.values()).as("%s", ends).allMatch(count -> count > 10);
    }

    @Test
    void and_tells_each_route_up_to_the_one_taken() {
        var random = new SplittableRandom(4);
        for (int i = 0; i < CONFIGURATIONS; i++) {
            var config = GeneratedConfig.of(random);
            var call = GeneratedConfig.call(random);
            var table = table(config);
            var decision =
                    table.route(GeneratedConfig.HEADS.head(call), facts(call, new Chances(call.seed())), Trace.OFF);
            var tried = explainer(config).explain(call).steps().stream()
                    .filter(step -> step.step().equals("route"))
                    .toList();
            if (decision.equals(RouteDecision.NOT_FOUND)) {
                assertThat(tried).isEmpty();
                continue;
            }
            var host = table.virtualHosts().stream()
                    .filter(found -> found.name().equals(decision.virtualHost()))
                    .findFirst()
                    .orElseThrow();
            int taken = host.routes().indexOf(decision.route());
            var names = host.routes().stream().map(route -> route.name()).toList();
            if (taken < 0) {
                assertThat(tried.getLast().verdict()).isEqualTo("no route fits");
                assertThat(tried).hasSize(names.size() + 1);
            } else {
                assertThat(tried.stream().map(Step::subject)).containsExactlyElementsOf(names.subList(0, taken + 1));
                assertThat(tried.getLast().verdict()).isEqualTo("fits");
                assertThat(tried.subList(0, taken))
                        .noneMatch(step -> step.verdict().equals("fits"));
            }
        }
    }

    private static Explainer explainer(RuntimeConfig config) {
        return new Explainer(config, new ConfiguredClusters(config.clusters()), GeneratedConfig.HEADS, 0, 0);
    }

    private static NetworkFilter.Http http(RuntimeConfig config) {
        return (NetworkFilter.Http) Objects.requireNonNull(config.listeners().get("l"))
                .chains()
                .getFirst()
                .filter();
    }

    private static RouteTable table(RuntimeConfig config) {
        return Objects.requireNonNull(config.routes().get("table"));
    }

    private static CallFacts facts(Call call, Chances chances) {
        var taken = GeneratedConfig.HEADS.taken(call);
        return new CallFacts(taken, call.peer().principal().isPresent(), chances.next(), RuntimeSnapshot.EMPTY);
    }

    /// What a proxy does, with nobody to listen.
    private static Outcome plain(RuntimeConfig config, Call call) {
        var chances = new Chances(call.seed());
        var taken = GeneratedConfig.HEADS.taken(call);
        var facts = facts(call, chances);
        var decision = table(config).route(taken.head(), facts, Trace.OFF);
        var target = decision.action() instanceof RouteAction.Forward forward
                ? Optional.of(forward.cluster().target(chances.next(), taken.head(), RuntimeSnapshot.EMPTY))
                : Optional.<io.heddle.traffic.route.ClusterChoice.Target>empty();
        var request = new FilterFold(
                taken, new FilterFold.Routed(decision, target), chances, RuntimeSnapshot.EMPTY, Trace.OFF);
        for (var filter : http(config).filters().filters()) {
            if (filter.onRequest(request) instanceof FilterStep.Reply(var reply)) {
                return new Outcome.Answered(reply);
            }
        }
        return switch (decision.action()) {
            case RouteAction.Forward forward -> {
                var name = target.orElseThrow().cluster();
                var known = new ConfiguredClusters(config.clusters()).cluster(name);
                if (known.isEmpty()) {
                    yield GeneratedConfig.noCluster();
                }
                var hash = CallHash.of(taken, forward.placement().hash(), Trace.OFF);
                hash.by(List.of());
                PickRequest pick = new CallPick(
                        taken.head(),
                        hash,
                        target.orElseThrow().match(),
                        Optional.empty(),
                        new CallPick.Source(chances, 0, RuntimeSnapshot.EMPTY, Trace.OFF));
                yield known.get()
                        .pick()
                        .apply(pick)
                        .<Outcome>map(host -> new Outcome.Forwarded(name, host.endpoint()))
                        .orElseGet(GeneratedConfig::noHost);
            }
            case RouteAction.Redirect redirect -> GeneratedConfig.redirected(redirect, taken);
            case RouteAction.DirectResponse direct -> GeneratedConfig.direct(direct);
            case RouteAction.Reject(var reply) -> new Outcome.Answered(reply);
        };
    }

    private static End end(Outcome outcome) {
        if (outcome instanceof Outcome.Forwarded) {
            return End.FORWARDED;
        }
        var reply = ((Outcome.Answered) outcome).reply();
        var byDetails = new TreeMap<String, End>();
        byDetails.put("route_not_found", End.NOT_FOUND);
        byDetails.put("cluster_not_found", End.NO_CLUSTER);
        byDetails.put("no_healthy_upstream", End.NO_HOST);
        byDetails.put("direct_response", reply.status() == 200 ? End.DIRECT : End.REDIRECTED);
        return byDetails.getOrDefault(reply.details(), End.DENIED);
    }
}
