package io.heddle.xds.read.cluster;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.OutlierPolicy;
import io.heddle.traffic.resilience.health.OutlierPolicy.Ejections;
import io.heddle.traffic.resilience.health.OutlierPolicy.FailurePercentage;
import io.heddle.traffic.resilience.health.OutlierPolicy.Row;
import io.heddle.traffic.resilience.health.OutlierPolicy.SuccessRate;
import io.heddle.traffic.runtime.Cluster.Discovery;
import io.heddle.traffic.runtime.HealthPolicy;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Reads how a cluster finds out which of its hosts are well.
final class HealthReader {
    private static final Fields<OutlierDetection> OUTLIERS = Fields.ignoringOthers(OutlierDetection.class)
            .limits("consecutive_5xx", "0 for never")
            .limits("interval", "above 0")
            .reads("base_ejection_time", "max_ejection_time", "max_ejection_time_jitter")
            .reads("max_ejection_percent", "always_eject_one_host")
            .reads("enforcing_consecutive_5xx", "consecutive_gateway_failure", "enforcing_consecutive_gateway_failure")
            .reads("split_external_local_origin_errors", "consecutive_local_origin_failure")
            .reads("enforcing_consecutive_local_origin_failure", "enforcing_local_origin_success_rate")
            .reads("enforcing_success_rate", "success_rate_minimum_hosts", "success_rate_request_volume")
            .reads("success_rate_stdev_factor", "failure_percentage_threshold", "enforcing_failure_percentage")
            .reads("enforcing_failure_percentage_local_origin", "failure_percentage_minimum_hosts")
            .reads("failure_percentage_request_volume", "successful_active_health_check_uneject_host");

    /// What of outlier detection is read.
    static final List<Fields<?>> FIELDS = List.of(OUTLIERS);

    private static final int ALL = 100;
    private static final OutlierPolicy STANDARD = OutlierPolicy.DEFAULT;

    private HealthReader() {}

    static HealthPolicy read(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Discovery discovery, Scope scope) {
        var policy = new HealthPolicy(
                message.hasOutlierDetection()
                        ? Optional.of(outliers(message.getOutlierDetection(), scope.at("outlier_detection")))
                        : Optional.empty(),
                check(message, scope.at("health_checks")),
                message.getCommonLbConfig().getIgnoreNewHostsUntilFirstHc());
        return switch (discovery) {
            case Discovery.Static _, Discovery.Eds _, Discovery.Dns _ -> policy;
            case Discovery.OriginalDestination _, Discovery.DynamicForward _, Discovery.Aggregate _ -> {
                policy.outliers().ifPresent(_ -> without(scope.at("outlier_detection")));
                policy.check().ifPresent(_ -> without(scope.at("health_checks")));
                yield HealthPolicy.NONE;
            }
        };
    }

    private static void without(Scope scope) {
        scope.warning("has no effect in this type of cluster", "remove it; set it where hosts are listed");
    }

    private static Optional<HealthCheck> check(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        if (message.getHealthChecksCount() > 1) {
            scope.error("has several checks; one is supported, as in Envoy", "keep one");
        }
        return message.getHealthChecksCount() == 0
                ? Optional.empty()
                : Optional.of(HealthCheckReader.read(message.getHealthChecks(0), scope.at(0)));
    }

    private static OutlierPolicy outliers(OutlierDetection message, Scope scope) {
        scope.check(message, OUTLIERS);
        return new OutlierPolicy(
                interval(message, scope.at("interval")),
                ejections(message, scope),
                new Row(
                        count(message.hasConsecutive5Xx(), message.getConsecutive5Xx(), 5),
                        percent(
                                message.hasEnforcingConsecutive5Xx(),
                                message.getEnforcingConsecutive5Xx(),
                                STANDARD.serverErrors().enforcing(),
                                scope.at("enforcing_consecutive_5xx"))),
                new Row(
                        count(message.hasConsecutiveGatewayFailure(), message.getConsecutiveGatewayFailure(), 5),
                        percent(
                                message.hasEnforcingConsecutiveGatewayFailure(),
                                message.getEnforcingConsecutiveGatewayFailure(),
                                STANDARD.gatewayFailures().enforcing(),
                                scope.at("enforcing_consecutive_gateway_failure"))),
                new Row(
                        count(
                                message.hasConsecutiveLocalOriginFailure(),
                                message.getConsecutiveLocalOriginFailure(),
                                5),
                        percent(
                                message.hasEnforcingConsecutiveLocalOriginFailure(),
                                message.getEnforcingConsecutiveLocalOriginFailure(),
                                STANDARD.localOrigin().enforcing(),
                                scope.at("enforcing_consecutive_local_origin_failure"))),
                message.getSplitExternalLocalOriginErrors(),
                successRate(message, scope),
                failurePercentage(message, scope),
                !message.hasSuccessfulActiveHealthCheckUnejectHost()
                        || message.getSuccessfulActiveHealthCheckUnejectHost().getValue());
    }

    private static Duration interval(OutlierDetection message, Scope scope) {
        if (!message.hasInterval()) {
            return STANDARD.interval();
        }
        var interval = Values.duration(message.getInterval(), STANDARD.interval(), scope);
        if (interval.isZero()) {
            scope.error("is zero", "write for example 10s");
            return STANDARD.interval();
        }
        return interval;
    }

    private static Ejections ejections(OutlierDetection message, Scope scope) {
        var standard = Ejections.DEFAULT;
        var base = message.hasBaseEjectionTime()
                ? positive(message.getBaseEjectionTime(), standard.base(), scope.at("base_ejection_time"))
                : standard.base();
        var usual = standard.longest().compareTo(base) > 0 ? standard.longest() : base;
        var longest = message.hasMaxEjectionTime()
                ? positive(message.getMaxEjectionTime(), usual, scope.at("max_ejection_time"))
                : usual;
        if (longest.compareTo(base) < 0) {
            scope.at("max_ejection_time").error("is below base_ejection_time", "make it at least as long");
            longest = base;
        }
        return new Ejections(
                base,
                longest,
                message.hasMaxEjectionTimeJitter()
                        ? Values.duration(
                                message.getMaxEjectionTimeJitter(),
                                standard.jitter(),
                                scope.at("max_ejection_time_jitter"))
                        : standard.jitter(),
                percent(
                        message.hasMaxEjectionPercent(),
                        message.getMaxEjectionPercent(),
                        standard.mostPercent(),
                        scope.at("max_ejection_percent")),
                message.getAlwaysEjectOneHost().getValue());
    }

    private static Duration positive(com.google.protobuf.Duration message, Duration fallback, Scope scope) {
        var duration = Values.duration(message, fallback, scope);
        if (duration.isZero()) {
            scope.error("is zero", "write for example 30s");
            return fallback;
        }
        return duration;
    }

    private static SuccessRate successRate(OutlierDetection message, Scope scope) {
        var standard = SuccessRate.DEFAULT;
        return new SuccessRate(
                count(
                        message.hasSuccessRateMinimumHosts(),
                        message.getSuccessRateMinimumHosts(),
                        standard.minimumHosts()),
                count(
                        message.hasSuccessRateRequestVolume(),
                        message.getSuccessRateRequestVolume(),
                        standard.requestVolume()),
                count(message.hasSuccessRateStdevFactor(), message.getSuccessRateStdevFactor(), 1900) / 1000.0,
                percent(
                        message.hasEnforcingSuccessRate(),
                        message.getEnforcingSuccessRate(),
                        standard.enforcing(),
                        scope.at("enforcing_success_rate")),
                percent(
                        message.hasEnforcingLocalOriginSuccessRate(),
                        message.getEnforcingLocalOriginSuccessRate(),
                        standard.enforcingLocalOrigin(),
                        scope.at("enforcing_local_origin_success_rate")));
    }

    private static FailurePercentage failurePercentage(OutlierDetection message, Scope scope) {
        var standard = FailurePercentage.DEFAULT;
        return new FailurePercentage(
                percent(
                        message.hasFailurePercentageThreshold(),
                        message.getFailurePercentageThreshold(),
                        standard.threshold(),
                        scope.at("failure_percentage_threshold")),
                count(
                        message.hasFailurePercentageMinimumHosts(),
                        message.getFailurePercentageMinimumHosts(),
                        standard.minimumHosts()),
                count(
                        message.hasFailurePercentageRequestVolume(),
                        message.getFailurePercentageRequestVolume(),
                        standard.requestVolume()),
                percent(
                        message.hasEnforcingFailurePercentage(),
                        message.getEnforcingFailurePercentage(),
                        standard.enforcing(),
                        scope.at("enforcing_failure_percentage")),
                percent(
                        message.hasEnforcingFailurePercentageLocalOrigin(),
                        message.getEnforcingFailurePercentageLocalOrigin(),
                        standard.enforcingLocalOrigin(),
                        scope.at("enforcing_failure_percentage_local_origin")));
    }

    private static int count(boolean given, UInt32Value message, int standard) {
        if (!given) {
            return standard;
        }
        return message.getValue() < 0 ? Integer.MAX_VALUE : message.getValue();
    }

    private static int percent(boolean given, UInt32Value message, int standard, Scope scope) {
        int value = count(given, message, standard);
        if (value > ALL) {
            scope.error("is no percentage: " + value, "write 0 to 100");
            return standard;
        }
        return value;
    }
}
