package io.heddle.proxy;

import io.heddle.proxy.observe.LabelledFamily;
import io.heddle.proxy.upstream.ClusterCounts;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.proxy.upstream.name.NameUpdates;
import io.heddle.traffic.balance.host.BalancingFigure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.ToLongFunction;

/// What became of clusters' hosts, of their names, and of choosing among them, as Envoy names it.
final class BalancingFigures {
    private static final String PREFIX = "envoy_cluster_";
    private static final String LABEL = "envoy_cluster_name";

    private BalancingFigures() {}

    /// All of them as they are now. What is counted at requests is told of clusters that have had one: a mesh has many
    /// more.
    static List<LabelledFamily> of(Upstreams upstreams) {
        var all = upstreams.all();
        var used = all.stream().filter(ClusterFigures::isUsed).toList();
        var families = new ArrayList<LabelledFamily>();
        for (var figure : BalancingFigure.values()) {
            families.add(family(
                    figure.stat(),
                    "counter",
                    figure.help(),
                    used,
                    cluster -> cluster.counts().value(figure)));
        }
        var divided = all.stream()
                .filter(cluster -> cluster.counts().subsetsCreated() > 0)
                .toList();
        families.add(counts("lb_subsets_active", "gauge", "Subsets.", divided, ClusterCounts::subsets));
        families.add(counts(
                "lb_subsets_created", "counter", "Subsets that came up.", divided, ClusterCounts::subsetsCreated));
        families.add(counts(
                "lb_subsets_removed", "counter", "Subsets that are no more.", divided, ClusterCounts::subsetsRemoved));
        families.add(counts(
                "membership_change",
                "counter",
                "Times that the hosts were not the same ones any more.",
                all,
                ClusterCounts::changes));
        families.add(family(
                "max_host_weight",
                "gauge",
                "The largest weight of a host.",
                all,
                cluster -> cluster.hosts().values().stream()
                        .mapToLong(host -> host.endpoint().weight())
                        .max()
                        .orElse(0)));
        for (var figure : NameUpdates.Figure.values()) {
            var values = new HashMap<String, Long>();
            upstreams.nameUpdates().forEach((cluster, updates) -> values.put(cluster, updates.value(figure)));
            families.add(new LabelledFamily(PREFIX + figure.stat(), "counter", figure.help(), LABEL, values));
        }
        return families;
    }

    private static LabelledFamily counts(
            String name, String type, String help, List<UpstreamCluster> some, ToLongFunction<ClusterCounts> value) {
        return family(name, type, help, some, cluster -> value.applyAsLong(cluster.counts()));
    }

    private static LabelledFamily family(
            String name, String type, String help, List<UpstreamCluster> some, ToLongFunction<UpstreamCluster> value) {
        var values = new HashMap<String, Long>();
        some.forEach(cluster -> values.put(cluster.cluster().name(), value.applyAsLong(cluster)));
        return new LabelledFamily(PREFIX + name, type, help, LABEL, values);
    }
}
