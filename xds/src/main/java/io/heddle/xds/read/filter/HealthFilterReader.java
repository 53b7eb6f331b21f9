package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.heddle.traffic.filter.HealthCheckFilter;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;

/// Reads who asks whether the proxy is well, and what they get.
final class HealthFilterReader {
    private static final Fields<HealthCheck> CHECK = Fields.refusingOthers(HealthCheck.class)
            .reads("pass_through_mode", "headers")
            .limits("cache_time", "with `pass_through_mode` only")
            .limits("cluster_min_healthy_percentages", "without `pass_through_mode` only");

    /// What of the health check filter is read.
    static final List<Fields<?>> FIELDS = List.of(CHECK);

    private static final double ALL = 100;

    private HealthFilterReader() {}

    static HealthCheckFilter.Settings read(HealthCheck message, Scope scope) {
        scope.check(message, CHECK);
        if (!message.hasPassThroughMode()) {
            scope.at("pass_through_mode").error("is missing", "write true or false");
        }
        boolean passes = message.getPassThroughMode().getValue();
        if (!passes && message.hasCacheTime()) {
            scope.at("cache_time").error("does not go without pass_through_mode", "remove it");
        }
        if (passes && message.getClusterMinHealthyPercentagesCount() > 0) {
            scope.at("cluster_min_healthy_percentages").error("does not go with pass_through_mode", "remove it");
        }
        var minimums = new HashMap<String, Double>();
        message.getClusterMinHealthyPercentagesMap().forEach((cluster, percent) -> {
            var here = scope.at("cluster_min_healthy_percentages", cluster);
            here.check(percent, Values.PERCENT);
            if (!(percent.getValue() >= 0 && percent.getValue() <= ALL)) {
                here.at("value").error("is no percentage: " + percent.getValue(), "write 0 to 100");
            }
            minimums.put(cluster, percent.getValue());
        });
        return new HealthCheckFilter.Settings(
                passes,
                Values.duration(message.getCacheTime(), Duration.ZERO, scope.at("cache_time")),
                minimums,
                MatcherReader.headers(message.getHeadersList(), scope, "headers"));
    }
}
