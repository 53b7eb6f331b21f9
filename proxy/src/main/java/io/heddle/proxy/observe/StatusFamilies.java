package io.heddle.proxy.observe;

import io.heddle.proxy.observe.StatusCount.Total;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.ToLongFunction;

/// Finished requests by connection manager, by cluster and by status, under the names that Envoy gives them.
///
/// @param totals what was counted
record StatusFamilies(StatusTable.Totals totals) {
    private static final String MANAGER = "envoy_http_conn_manager_prefix";
    private static final String CLUSTER = "envoy_cluster_name";

    /// By what the requests of one name are told apart: a label and its value for each status.
    private record Division(String label, IntFunction<String> value) {
        static final Division NONE = new Division("", _ -> "");
        static final Division CLASS = new Division("envoy_response_code_class", code -> Integer.toString(code / 100));
        static final Division CODE = new Division("envoy_response_code", Integer::toString);

        String labels(String nameLabel, String name, int status) {
            return label.isEmpty()
                    ? MetricsText.labels(List.of(nameLabel), List.of(name))
                    : MetricsText.labels(List.of(label, nameLabel), List.of(value.apply(status), name));
        }
    }

    /// Requests of all names of a kind.
    private record Kind(String label, Map<String, SortedMap<Integer, Total>> totals) {
        SortedMap<String, Long> sums(IntPredicate wanted, Division division, ToLongFunction<Total> what) {
            var sums = new TreeMap<String, Long>();
            totals.forEach((name, byStatus) -> byStatus.forEach((status, total) -> {
                if (wanted.test(status)) {
                    sums.merge(division.labels(label, name, status), what.applyAsLong(total), Long::sum);
                }
            }));
            return sums;
        }

        SortedMap<String, Long> requests(IntPredicate wanted, Division division) {
            return sums(wanted, division, Total::requests);
        }
    }

    void write(MetricsText text) {
        var managers = new Kind(MANAGER, totals.managers());
        var clusters = new Kind(CLUSTER, totals.clusters());
        write(
                text,
                "envoy_http_downstream_rq_total",
                "Requests that have ended.",
                managers.requests(_ -> true, Division.NONE));
        write(
                text,
                "envoy_http_downstream_rq_completed",
                "Of these, answered.",
                managers.requests(StatusFamilies::isAnswered, Division.NONE));
        write(
                text,
                "envoy_http_downstream_rq_xx",
                "Of these, by the class of their status.",
                managers.requests(StatusFamilies::isAnswered, Division.CLASS));
        for (var figure : RequestFigure.values()) {
            var sums = new TreeMap<String, Long>();
            totals.figures()
                    .forEach(
                            (name, counts) -> sums.put(Division.NONE.labels(MANAGER, name, 0), counts[figure.place()]));
            write(text, "envoy_http_" + figure.stat(), figure.help(), sums);
        }
        write(
                text,
                "envoy_cluster_upstream_rq_total",
                "Tries at hosts of the cluster, of requests that have ended.",
                clusters.sums(_ -> true, Division.NONE, Total::tries));
        write(
                text,
                "envoy_cluster_upstream_rq_completed",
                "Requests for the cluster that were answered, by a host or for it.",
                clusters.requests(StatusFamilies::isAnswered, Division.NONE));
        write(
                text,
                "envoy_cluster_upstream_rq_xx",
                "Of these, by the class of their status.",
                clusters.requests(StatusFamilies::isAnswered, Division.CLASS));
        write(
                text,
                "envoy_cluster_upstream_rq",
                "Of these, by their status.",
                clusters.requests(StatusFamilies::isAnswered, Division.CODE));
    }

    private static boolean isAnswered(int status) {
        return status > 0;
    }

    private static void write(MetricsText text, String name, String help, SortedMap<String, Long> sums) {
        if (!sums.isEmpty() && text.family(name, "counter", help)) {
            sums.forEach((labels, sum) -> text.sample(name, labels, (double) sum));
        }
    }
}
