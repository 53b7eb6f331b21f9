package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.config.core.v3.RuntimePercent;
import io.envoyproxy.envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency;
import io.envoyproxy.envoy.extensions.filters.http.adaptive_concurrency.v3.GradientControllerConfig;
import io.envoyproxy.envoy.extensions.filters.http.adaptive_concurrency.v3.GradientControllerConfig.ConcurrencyLimitCalculationParams;
import io.envoyproxy.envoy.extensions.filters.http.adaptive_concurrency.v3.GradientControllerConfig.MinimumRTTCalculationParams;
import io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl;
import io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl.SuccessCriteria;
import io.envoyproxy.envoy.type.v3.Int32Range;
import io.envoyproxy.envoy.type.v3.Percent;
import io.heddle.traffic.filter.AdaptiveConcurrencyFilter;
import io.heddle.traffic.filter.AdmissionControlFilter;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeNumber;
import io.heddle.traffic.resilience.AdmissionSettings;
import io.heddle.traffic.resilience.ConcurrencySettings;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Reads the filters that watch what becomes of requests and let fewer pass when it is nothing good.
final class ControllerReader {
    private static final Fields<AdaptiveConcurrency> ADAPTIVE = Fields.refusingOthers(AdaptiveConcurrency.class)
            .reads("gradient_controller_config", "enabled")
            .limits("concurrency_limit_exceeded_status", "503 for one below 400");
    private static final Fields<GradientControllerConfig> GRADIENT = Fields.refusingOthers(
                    GradientControllerConfig.class)
            .reads("sample_aggregate_percentile", "concurrency_limit_params", "min_rtt_calc_params");
    private static final Fields<ConcurrencyLimitCalculationParams> LIMIT = Fields.refusingOthers(
                    ConcurrencyLimitCalculationParams.class)
            .reads("max_concurrency_limit")
            .limits("concurrency_update_interval", "computed every 10 ms at the most");
    private static final Fields<MinimumRTTCalculationParams> SMALLEST = Fields.refusingOthers(
                    MinimumRTTCalculationParams.class)
            .reads("interval", "fixed_value", "request_count", "jitter", "min_concurrency", "buffer");
    private static final Fields<AdmissionControl> ADMISSION = Fields.refusingOthers(AdmissionControl.class)
            .reads("enabled", "success_criteria", "rps_threshold")
            .limits("sampling_window", "1 s to 1 h, whole seconds")
            .limits("aggression", "1 or more")
            .limits("sr_threshold", "1 to 100")
            .limits("max_rejection_probability", "0 to 100");
    private static final Fields<SuccessCriteria> CRITERIA =
            Fields.refusingOthers(SuccessCriteria.class).reads("http_criteria", "grpc_criteria");
    private static final Fields<SuccessCriteria.HttpCriteria> HTTP =
            Fields.refusingOthers(SuccessCriteria.HttpCriteria.class).limits("http_success_status", "100 to 600");
    private static final Fields<SuccessCriteria.GrpcCriteria> GRPC =
            Fields.refusingOthers(SuccessCriteria.GrpcCriteria.class).limits("grpc_success_status", "0 to 16");
    private static final Fields<RuntimePercent> PERCENT =
            Fields.refusingOthers(RuntimePercent.class).reads("default_value", "runtime_key");

    /// What of these filters is read.
    static final List<Fields<?>> FIELDS =
            List.of(ADAPTIVE, GRADIENT, LIMIT, SMALLEST, ADMISSION, CRITERIA, HTTP, GRPC, PERCENT);

    private static final double ALL = 100;
    private static final long LONGEST_WINDOW = 3600;

    private ControllerReader() {}

    static AdaptiveConcurrencyFilter adaptive(String name, AdaptiveConcurrency message, Scope scope) {
        scope.check(message, ADAPTIVE);
        int status = message.getConcurrencyLimitExceededStatus().getCodeValue();
        if (message.hasConcurrencyLimitExceededStatus()) {
            scope.at("concurrency_limit_exceeded_status")
                    .check(message.getConcurrencyLimitExceededStatus(), LocalRateLimitReader.STATUS);
        }
        if (!message.hasGradientControllerConfig()) {
            scope.error("says no controller", "set gradient_controller_config");
        }
        var enabled = Values.flag(message.getEnabled(), scope.at("enabled"));
        var settings = gradient(message.getGradientControllerConfig(), scope.at("gradient_controller_config"));
        return new AdaptiveConcurrencyFilter(name, enabled, settings, status < 400 || status > 599 ? 503 : status);
    }

    private static ConcurrencySettings gradient(GradientControllerConfig message, Scope scope) {
        scope.check(message, GRADIENT);
        var limit = message.getConcurrencyLimitParams();
        var here = scope.at("concurrency_limit_params");
        here.check(limit, LIMIT);
        return new ConcurrencySettings(
                scope.object() + ": " + scope.path(),
                percent(
                        message.hasSampleAggregatePercentile(),
                        message.getSampleAggregatePercentile(),
                        50,
                        scope.at("sample_aggregate_percentile")),
                count(
                        limit.hasMaxConcurrencyLimit(),
                        limit.getMaxConcurrencyLimit().getValue(),
                        1000,
                        here.at("max_concurrency_limit")),
                positive(limit.getConcurrencyUpdateInterval(), here.at("concurrency_update_interval")),
                smallest(message.getMinRttCalcParams(), scope.at("min_rtt_calc_params")));
    }

    private static ConcurrencySettings.Smallest smallest(MinimumRTTCalculationParams message, Scope scope) {
        scope.check(message, SMALLEST);
        Optional<Duration> fixed = message.hasFixedValue()
                ? Optional.of(positive(message.getFixedValue(), scope.at("fixed_value")))
                : Optional.empty();
        if (fixed.isPresent() && message.hasInterval()) {
            scope.at("interval").error("does not go with fixed_value", "remove one of them");
        }
        return new ConcurrencySettings.Smallest(
                fixed,
                fixed.isPresent() ? Duration.ZERO : positive(message.getInterval(), scope.at("interval")),
                count(message.hasRequestCount(), message.getRequestCount().getValue(), 50, scope.at("request_count")),
                percent(message.hasJitter(), message.getJitter(), 15, scope.at("jitter")),
                count(
                        message.hasMinConcurrency(),
                        message.getMinConcurrency().getValue(),
                        3,
                        scope.at("min_concurrency")),
                percent(message.hasBuffer(), message.getBuffer(), 25, scope.at("buffer")));
    }

    static AdmissionControlFilter admission(String name, AdmissionControl message, Scope scope) {
        scope.check(message, ADMISSION);
        var enabled = Values.flag(message.getEnabled(), scope.at("enabled"));
        if (!message.hasSuccessCriteria()) {
            scope.error("does not say what a success is", "write success_criteria: {} for what is usual");
        }
        var aggression = RuntimeNumber.of(1);
        if (message.hasAggression()) {
            aggression = Values.number(message.getAggression(), scope.at("aggression"));
            if (!(aggression.standard() >= 1)) {
                scope.at("aggression").error("is below 1: " + aggression.standard(), "write 1 or more");
            }
        }
        var threshold = percent(message.hasSrThreshold(), message.getSrThreshold(), 95, scope.at("sr_threshold"));
        if (threshold.standard() < 1) {
            scope.at("sr_threshold").error("is below 1: " + threshold.standard(), "write 1 to 100");
        }
        return new AdmissionControlFilter(
                name,
                enabled,
                new AdmissionSettings(
                        scope.object() + ": " + scope.path(),
                        window(message, scope.at("sampling_window")),
                        aggression,
                        threshold,
                        Values.count(message.getRpsThreshold(), scope.at("rps_threshold")),
                        percent(
                                message.hasMaxRejectionProbability(),
                                message.getMaxRejectionProbability(),
                                80,
                                scope.at("max_rejection_probability")),
                        success(message.getSuccessCriteria(), scope.at("success_criteria"))));
    }

    private static Duration window(AdmissionControl message, Scope scope) {
        if (!message.hasSamplingWindow()) {
            return Duration.ofSeconds(30);
        }
        var window = Values.duration(message.getSamplingWindow(), Duration.ofSeconds(30), scope);
        if (window.toSeconds() < 1 || window.toSeconds() > LONGEST_WINDOW) {
            scope.error("is out of range: " + window.toSeconds() + "s", "write 1s to 3600s");
        }
        return window;
    }

    private static AdmissionSettings.Success success(SuccessCriteria message, Scope scope) {
        scope.check(message, CRITERIA);
        var standard = AdmissionSettings.Success.DEFAULT;
        var http = standard.http();
        var grpc = standard.grpc();
        if (message.hasHttpCriteria()) {
            var here = scope.at("http_criteria");
            here.check(message.getHttpCriteria(), HTTP);
            http = statuses(message.getHttpCriteria().getHttpSuccessStatusList(), here);
        }
        if (message.hasGrpcCriteria()) {
            var here = scope.at("grpc_criteria");
            here.check(message.getGrpcCriteria(), GRPC);
            grpc = new HashSet<>(message.getGrpcCriteria().getGrpcSuccessStatusList());
            if (grpc.isEmpty() || grpc.stream().anyMatch(status -> status < 0 || status > 16)) {
                here.at("grpc_success_status").error("are no statuses: " + grpc, "write some of 0 to 16");
            }
        }
        return new AdmissionSettings.Success(http, grpc);
    }

    private static List<AdmissionSettings.Statuses> statuses(List<Int32Range> messages, Scope scope) {
        var statuses = new ArrayList<AdmissionSettings.Statuses>();
        for (int i = 0; i < messages.size(); i++) {
            int start = messages.get(i).getStart();
            int end = messages.get(i).getEnd();
            if (start < 100 || end > 600 || start >= end) {
                scope.at("http_success_status", i)
                        .error("is no range of statuses: " + start + " to " + end, "write for example 100 to 500");
            }
            statuses.add(new AdmissionSettings.Statuses(start, end));
        }
        if (messages.isEmpty()) {
            scope.at("http_success_status").error("is empty", "write at least one range");
        }
        return statuses;
    }

    private static RuntimeNumber percent(boolean given, RuntimePercent message, double standard, Scope scope) {
        scope.check(message, PERCENT);
        return new RuntimeNumber(
                RuntimeKey.of(message.getRuntimeKey()),
                percent(given && message.hasDefaultValue(), message.getDefaultValue(), standard, scope));
    }

    private static double percent(boolean given, Percent message, double standard, Scope scope) {
        scope.check(message, Values.PERCENT);
        if (!given) {
            return standard;
        }
        if (!(message.getValue() >= 0 && message.getValue() <= ALL)) {
            scope.error("is no percentage: " + message.getValue(), "write 0 to 100");
            return standard;
        }
        return message.getValue();
    }

    private static int count(boolean given, int value, int standard, Scope scope) {
        if (given && value < 1) {
            scope.error("is out of range: " + Integer.toUnsignedString(value), "write 1 or more");
            return standard;
        }
        return given ? value : standard;
    }

    private static Duration positive(com.google.protobuf.Duration message, Scope scope) {
        var duration = Values.duration(message, Duration.ofSeconds(1), scope);
        if (duration.compareTo(Duration.ofMillis(1)) < 0) {
            scope.error("is missing, or below a millisecond", "write for example 0.1s");
            return Duration.ofSeconds(1);
        }
        return duration;
    }
}
