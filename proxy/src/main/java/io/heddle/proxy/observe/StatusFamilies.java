package io.heddle.proxy.observe;

import io.heddle.proxy.observe.StatusCount.StatusKey;
import io.heddle.proxy.observe.StatusCount.Total;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// Finished requests by connection manager, by cluster and by status, under the names that Envoy gives them.
///
/// @param totals what was counted
record StatusFamilies(Map<StatusKey, Total> totals) {
    private static final String MANAGER = "envoy_http_conn_manager_prefix";
    private static final String CLUSTER = "envoy_cluster_name";

    /// Labels with their values, in order.
    private record Labelled(List<String> names, List<String> values) {
        static Labelled of(String name, String value) {
            return new Labelled(List.of(name), List.of(value));
        }

        Labelled after(String name, String value) {
            return new Labelled(List.of(name, names.getFirst()), List.of(value, values.getFirst()));
        }
    }

    void write(MetricsText text) {
        write(text, "envoy_http_downstream_rq_total", "Requests that have ended.", _ -> true, StatusFamilies::manager);
        write(
                text,
                "envoy_http_downstream_rq_completed",
                "Of these, answered.",
                StatusKey::isAnswered,
                StatusFamilies::manager);
        write(
                text,
                "envoy_http_downstream_rq_xx",
                "Of these, by the class of their status.",
                StatusKey::isAnswered,
                key -> manager(key).after("envoy_response_code_class", key.statusClass()));
        tries(text);
        write(
                text,
                "envoy_cluster_upstream_rq_completed",
                "Requests for the cluster that were answered, by a host or for it.",
                StatusKey::isClusters,
                StatusFamilies::cluster);
        write(
                text,
                "envoy_cluster_upstream_rq_xx",
                "Of these, by the class of their status.",
                StatusKey::isClusters,
                key -> cluster(key).after("envoy_response_code_class", key.statusClass()));
        write(
                text,
                "envoy_cluster_upstream_rq",
                "Of these, by their status.",
                StatusKey::isClusters,
                key -> cluster(key).after("envoy_response_code", Integer.toString(key.status())));
    }

    private void tries(MetricsText text) {
        var help = "Tries at hosts of the cluster, of requests that have ended.";
        write(
                text,
                "envoy_cluster_upstream_rq_total",
                help,
                sums(StatusKey::hasCluster, StatusFamilies::cluster, Total::tries));
    }

    private void write(
            MetricsText text,
            String name,
            String help,
            Predicate<StatusKey> wanted,
            Function<StatusKey, Labelled> labels) {
        write(text, name, help, sums(wanted, labels, Total::requests));
    }

    private static void write(MetricsText text, String name, String help, SortedMap<String, Long> sums) {
        if (!sums.isEmpty() && text.family(name, "counter", help)) {
            sums.forEach((labels, sum) -> text.sample(name, labels, (double) sum));
        }
    }

    private SortedMap<String, Long> sums(
            Predicate<StatusKey> wanted, Function<StatusKey, Labelled> labels, ToLongFunction<Total> what) {
        var sums = new TreeMap<String, Long>();
        totals.forEach((key, total) -> {
            if (wanted.test(key)) {
                var labelled = labels.apply(key);
                sums.merge(MetricsText.labels(labelled.names(), labelled.values()), what.applyAsLong(total), Long::sum);
            }
        });
        return sums;
    }

    private static Labelled manager(StatusKey key) {
        return Labelled.of(MANAGER, key.statPrefix());
    }

    private static Labelled cluster(StatusKey key) {
        return Labelled.of(CLUSTER, key.cluster());
    }
}
