package io.heddle.proxy.observe;

import io.heddle.traffic.grpc.GrpcFigures;
import io.heddle.traffic.grpc.GrpcMethod;
import io.heddle.traffic.grpc.GrpcMethods;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/// The families of the gRPC calls that the proxy makes itself, by cluster and method, under the names that clients of
/// gRPC give them (`grpc_client_…`).
///
/// @param calls what became of them
/// @param statuses the names of gRPC's statuses, by their numbers
record GrpcCallFamilies(GrpcMethods calls, List<String> statuses) {
    private static final List<String> LABELS = List.of("envoy_cluster_name", "grpc_service", "grpc_method");
    private static final List<String> LABELS_WITH_STATUS =
            List.of("envoy_cluster_name", "grpc_service", "grpc_method", "grpc_code");

    GrpcCallFamilies {
        statuses = List.copyOf(statuses);
    }

    void write(MetricsText text) {
        var all = new TreeMap<GrpcMethod, GrpcFigures>(GrpcFamilies.ORDER);
        all.putAll(calls.all());
        if (all.isEmpty()) {
            return;
        }
        write("grpc_client_started_total", "Calls that the proxy began.", GrpcFigures::started, all, text);
        writeStatuses(all, text);
        write("grpc_client_msg_sent_total", "Messages that it sent.", GrpcFigures::requestMessages, all, text);
        write("grpc_client_msg_received_total", "Messages it got.", GrpcFigures::responseMessages, all, text);
    }

    private static void write(
            String name,
            String help,
            ToLongFunction<GrpcFigures> value,
            Map<GrpcMethod, GrpcFigures> all,
            MetricsText text) {
        if (text.family(name, "counter", help)) {
            all.forEach((method, figures) ->
                    text.sample(name, MetricsText.labels(LABELS, values(method)), (double) value.applyAsLong(figures)));
        }
    }

    private static List<String> values(GrpcMethod method) {
        return List.of(method.cluster(), method.service(), method.method());
    }

    private void writeStatuses(Map<GrpcMethod, GrpcFigures> all, MetricsText text) {
        var name = "grpc_client_handled_total";
        boolean any = all.values().stream().anyMatch(figures -> figures.success() + figures.failure() > 0);
        if (!any || !text.family(name, "counter", "Calls that ended, by status.")) {
            return;
        }
        all.forEach((method, figures) -> {
            for (int status = 0; status < statuses.size(); status++) {
                if (figures.status(status) > 0) {
                    var values = List.of(method.cluster(), method.service(), method.method(), statuses.get(status));
                    var labels = MetricsText.labels(LABELS_WITH_STATUS, values);
                    text.sample(name, labels, (double) figures.status(status));
                }
            }
        });
    }
}
