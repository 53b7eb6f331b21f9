package io.heddle.xds.read.cluster;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.WeightRules;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads the policies that learn from what hosts do: from their reports of their load, or from their latency.
final class LoadAwareReader {
    private static final Fields<ClientSideWeightedRoundRobin> CLIENT_WEIGHTED = Fields.refusingOthers(
                    ClientSideWeightedRoundRobin.class)
            .limits("enable_oob_load_report", "the cluster speaks HTTP/2")
            .limits("oob_reporting_period", "above 0")
            .reads("blackout_period")
            .limits("weight_expiration_period", "above 0")
            .limits("weight_update_period", "below 100 ms counts as 100 ms")
            .limits("error_utilization_penalty", "0 or more")
            .limits(
                    "metric_names_for_computing_utilization",
                    "`cpu_utilization`, `mem_utilization`, and values of `named_metrics`, `utilization` and"
                            + " `request_cost`, such as `named_metrics.queue`")
            .reads("slow_start_config");
    private static final Fields<TypedStruct> TYPED_STRUCT = Fields.refusingOthers(TypedStruct.class)
            .limits(
                    "type_url",
                    "`envoy.extensions.load_balancing_policies.peak_ewma.v3alpha.PeakEwma`, in a list of balancing"
                            + " policies")
            .limits("value", "of that: `decay_time` and `default_rtt`, above 0, as texts such as `10s`");

    /// What of these policies is read.
    static final List<Fields<?>> FIELDS = List.of(CLIENT_WEIGHTED, TYPED_STRUCT);

    private static final String PEAK_EWMA = "envoy.extensions.load_balancing_policies.peak_ewma.v3alpha.PeakEwma";
    private static final String PREFIX = "type.googleapis.com/";
    private static final Duration OWN_REPORTS = Duration.ofSeconds(10);
    private static final Duration SHORTEST_UPDATE = Duration.ofMillis(100);
    private static final Duration DECAY = Duration.ofSeconds(10);
    private static final Duration DEFAULT_LATENCY = Duration.ofMillis(10);
    private static final Set<String> PEAK_FIELDS = Set.of("decay_time", "default_rtt");
    private static final Set<String> PARTS = Set.of("cpu_utilization", "mem_utilization", "application_utilization");
    private static final Pattern METRIC = Pattern.compile("(named_metrics|utilization|request_cost)\\..+");
    private static final Pattern SECONDS = Pattern.compile("(\\d{1,9})(?:\\.(\\d{1,9}))?s");

    private LoadAwareReader() {}

    static BalancerPolicy clientWeighted(ClientSideWeightedRoundRobin message, Scope scope) {
        scope.check(message, CLIENT_WEIGHTED);
        var standard = WeightRules.DEFAULT;
        var update = message.hasWeightUpdatePeriod()
                ? Values.duration(message.getWeightUpdatePeriod(), standard.update(), scope.at("weight_update_period"))
                : standard.update();
        var rules = new WeightRules(
                message.hasBlackoutPeriod()
                        ? Values.duration(message.getBlackoutPeriod(), standard.blackout(), scope.at("blackout_period"))
                        : standard.blackout(),
                message.hasWeightExpirationPeriod()
                        ? above(
                                message.getWeightExpirationPeriod(),
                                standard.expiration(),
                                scope.at("weight_expiration_period"))
                        : standard.expiration(),
                update.compareTo(SHORTEST_UPDATE) < 0 ? SHORTEST_UPDATE : update,
                penalty(message, scope.at("error_utilization_penalty")),
                metrics(message.getMetricNamesForComputingUtilizationList(), scope));
        var slowStart = message.hasSlowStartConfig()
                ? BalancingPolicyReader.slowStart(message.getSlowStartConfig(), scope.at("slow_start_config"))
                : Optional.<BalancerPolicy.SlowStart>empty();
        return new BalancerPolicy.ClientWeighted(rules, asksEvery(message, scope), slowStart);
    }

    private static Optional<Duration> asksEvery(ClientSideWeightedRoundRobin message, Scope scope) {
        if (!message.getEnableOobLoadReport().getValue()) {
            return Optional.empty();
        }
        return Optional.of(
                message.hasOobReportingPeriod()
                        ? above(message.getOobReportingPeriod(), OWN_REPORTS, scope.at("oob_reporting_period"))
                        : OWN_REPORTS);
    }

    private static Duration above(com.google.protobuf.Duration message, Duration otherwise, Scope scope) {
        var duration = Values.duration(message, otherwise, scope);
        if (duration.isZero()) {
            scope.error("is not above 0", "write for example 10s");
            return otherwise;
        }
        return duration;
    }

    private static double penalty(ClientSideWeightedRoundRobin message, Scope scope) {
        if (!message.hasErrorUtilizationPenalty()) {
            return WeightRules.DEFAULT.errorPenalty();
        }
        double penalty = message.getErrorUtilizationPenalty().getValue();
        if (penalty >= 0 && Double.isFinite(penalty)) {
            return penalty;
        }
        scope.error("is no penalty of 0 or more: " + penalty, "write for example 1.0");
        return WeightRules.DEFAULT.errorPenalty();
    }

    private static List<String> metrics(List<String> names, Scope scope) {
        var known = new ArrayList<String>();
        for (int i = 0; i < names.size(); i++) {
            var name = names.get(i);
            if (PARTS.contains(name) || METRIC.matcher(name).matches()) {
                known.add(name);
            } else {
                scope.at("metric_names_for_computing_utilization", i)
                        .error("is no value of a load report: " + name, "write for example named_metrics.queue");
            }
        }
        return known;
    }

    /// Peak EWMA, whose message is not in the API that is generated here; empty for another type.
    static Optional<BalancerPolicy> peakEwma(TypedStruct message, Scope scope) {
        var url = message.getTypeUrl();
        if (!(url.startsWith(PREFIX) ? url.substring(PREFIX.length()) : url).equals(PEAK_EWMA)) {
            return Optional.empty();
        }
        scope.check(message, TYPED_STRUCT);
        var fields = message.getValue().getFieldsMap();
        fields.keySet().stream()
                .filter(name -> !PEAK_FIELDS.contains(name))
                .sorted()
                .forEach(name -> scope.at("value." + name).error(Scope.NOT_SUPPORTED, "remove it"));
        return Optional.of(new BalancerPolicy.PeakEwma(
                duration(fields, "decay_time", DECAY, scope.at("value.decay_time")),
                duration(fields, "default_rtt", DEFAULT_LATENCY, scope.at("value.default_rtt"))));
    }

    /// As JSON writes a duration.
    private static Duration duration(Map<String, Value> fields, String name, Duration otherwise, Scope scope) {
        var value = fields.get(name);
        if (value == null) {
            return otherwise;
        }
        var parts = SECONDS.matcher(value.getStringValue());
        if (parts.matches()) {
            var fraction = parts.group(2) == null ? "" : parts.group(2);
            var found = Duration.ofSeconds(
                    Long.parseLong(parts.group(1)), Long.parseLong((fraction + "000000000").substring(0, 9)));
            if (!found.isZero()) {
                return found;
            }
        }
        scope.error("is no duration above 0", "write for example 10s");
        return otherwise;
    }
}
