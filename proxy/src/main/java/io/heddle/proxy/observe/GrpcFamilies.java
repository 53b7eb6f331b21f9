package io.heddle.proxy.observe;

import io.heddle.traffic.grpc.GrpcFigures;
import io.heddle.traffic.grpc.GrpcMethod;
import io.heddle.traffic.grpc.GrpcMethods;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/// The families of gRPC calls by cluster and method, under Envoy's names.
final class GrpcFamilies {
    private static final String PREFIX = "envoy_cluster_grpc_";
    static final Comparator<GrpcMethod> ORDER = Comparator.comparing(GrpcMethod::cluster)
            .thenComparing(GrpcMethod::service)
            .thenComparing(GrpcMethod::method);
    private static final List<Counter> COUNTERS = List.of(
            new Counter("success", "gRPC calls that ended with status 0.", GrpcFigures::success),
            new Counter("failure", "gRPC calls that ended with another status.", GrpcFigures::failure),
            new Counter("total", "gRPC calls that ended.", figures -> figures.success() + figures.failure()),
            new Counter("request_message_count", "Messages to gRPC services.", GrpcFigures::requestMessages),
            new Counter("response_message_count", "Messages from gRPC services.", GrpcFigures::responseMessages));

    private final List<Entry> entries;

    /// One counter of every method.
    private record Counter(String name, String help, ToLongFunction<GrpcFigures> value) {}

    /// A method's figures under its labels.
    private record Entry(String labels, GrpcFigures figures) {}

    GrpcFamilies(GrpcMethods methods) {
        entries = methods.all().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(ORDER))
                .map(entry -> new Entry(labels(entry.getKey()), entry.getValue()))
                .toList();
    }

    private static String labels(GrpcMethod method) {
        var names = new ArrayList<>(List.of("envoy_cluster_name"));
        var values = new ArrayList<>(List.of(method.cluster()));
        if (!method.isAll()) {
            names.addAll(List.of("envoy_grpc_bridge_service", "envoy_grpc_bridge_method"));
            values.addAll(List.of(method.service(), method.method()));
        }
        return MetricsText.labels(names, values);
    }

    void write(MetricsText text) {
        if (entries.isEmpty()) {
            return;
        }
        COUNTERS.forEach(counter -> write(counter, text, true));
        for (int i = 0; i < GrpcFigures.STATUSES; i++) {
            int status = i;
            var help = "gRPC calls that ended with status " + status + ".";
            write(new Counter(Integer.toString(i), help, figures -> figures.status(status)), text, false);
        }
        var name = PREFIX + "upstream_rq_time";
        var timed = entries.stream().filter(entry -> entry.figures().isTimed()).toList();
        if (!timed.isEmpty() && text.family(name, "histogram", "How long gRPC services took.")) {
            double unit = TimeUnit.MILLISECONDS.toNanos(1);
            timed.forEach(entry -> text.histogram(
                    name, entry.labels(), GrpcFigures.bounds(), entry.figures().times(), unit));
        }
    }

    /// Writes a family, `zeros` among its samples or not.
    private void write(Counter counter, MetricsText text, boolean zeros) {
        var shown = entries.stream()
                .filter(entry -> zeros || counter.value().applyAsLong(entry.figures()) > 0)
                .toList();
        var name = PREFIX + counter.name();
        if (!shown.isEmpty() && text.family(name, "counter", counter.help())) {
            shown.forEach(entry ->
                    text.sample(name, entry.labels(), (double) counter.value().applyAsLong(entry.figures())));
        }
    }
}
