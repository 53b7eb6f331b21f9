package io.heddle.proxy.upstream.health;

import io.heddle.proxy.observe.EventFiles;
import io.heddle.traffic.resilience.health.OutlierEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Writes an event of outlier detection as Envoy's `data.cluster.v3.OutlierDetectionEvent`, in JSON.
final class OutlierLine {
    private OutlierLine() {}

    /// The line of an event in the cluster of this name.
    static String json(String cluster, OutlierEvent event) {
        var members = new ArrayList<String>();
        if (event instanceof OutlierEvent.Ejected ejected) {
            members.add("\"type\":\"" + ejected.type() + "\"");
        }
        event.since().ifPresent(since -> members.add("\"secs_since_last_action\":\"" + since.toSeconds() + "\""));
        members.add("\"cluster_name\":" + EventFiles.quoted(cluster));
        members.add("\"upstream_url\":" + EventFiles.quoted(event.host()));
        members.add("\"action\":\"" + (event instanceof OutlierEvent.Ejected ? "EJECT" : "UNEJECT") + "\"");
        members.add("\"num_ejections\":" + event.ejections());
        switch (event) {
            case OutlierEvent.Readmitted _ -> members.add("\"enforced\":false");
            case OutlierEvent.Ejected ejected -> {
                members.add("\"enforced\":" + ejected.enforced());
                members.add(cause(ejected));
            }
        }
        members.add("\"timestamp\":\"" + Instant.now() + "\"");
        return "{" + String.join(",", members) + "}";
    }

    private static String cause(OutlierEvent.Ejected ejected) {
        var rates = ejected.rates();
        return switch (ejected.type()) {
            case CONSECUTIVE_5XX, CONSECUTIVE_GATEWAY_FAILURE, CONSECUTIVE_LOCAL_ORIGIN_FAILURE ->
                "\"eject_consecutive_event\":{}";
            case SUCCESS_RATE, SUCCESS_RATE_LOCAL_ORIGIN ->
                "\"eject_success_rate_event\":"
                        + rates(List.of(
                                rate("host_success_rate", rates.host()),
                                rate("cluster_average_success_rate", rates.average()),
                                rate("cluster_success_rate_ejection_threshold", rates.threshold())));
            case FAILURE_PERCENTAGE, FAILURE_PERCENTAGE_LOCAL_ORIGIN ->
                "\"eject_failure_percentage_event\":" + rates(List.of(rate("host_success_rate", rates.host())));
        };
    }

    private static String rates(List<Optional<String>> rates) {
        return "{" + String.join(",", rates.stream().flatMap(Optional::stream).toList()) + "}";
    }

    /// In whole percents, as Envoy has it.
    private static Optional<String> rate(String name, Optional<Double> value) {
        return value.map(percent -> "\"" + name + "\":" + Math.round(percent));
    }
}
