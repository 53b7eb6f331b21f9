package io.heddle.xds.read.cluster;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.HealthStatusSet;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.type.v3.Percent;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.BalancerPolicy.HashFunction;
import io.heddle.traffic.balance.BalancerPolicy.HashKeys;
import io.heddle.traffic.balance.BalancerPolicy.Layered;
import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.BalancerPolicy.SlowStart;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.layer.RuntimeNumber;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.math.BigInteger;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads how a cluster is balanced, where `lb_policy` says so; [BalancingPolicyReader] reads `load_balancing_policy`.
final class BalancerReader {
    private static final Fields<CommonLbConfig> COMMON = Fields.ignoringOthers(CommonLbConfig.class)
            .reads("healthy_panic_threshold", "zone_aware_lb_config", "locality_weighted_lb_config")
            .reads("consistent_hashing_lb_config")
            .limits("override_host_status", "`TIMEOUT` counts as `UNHEALTHY`, and so do hosts that are ejected")
            .accepts("update_merge_window", "updates come merged by the server that sends them")
            .reads("ignore_new_hosts_until_first_hc");
    private static final Fields<CommonLbConfig.ZoneAwareLbConfig> ZONE_AWARE = Fields.refusingOthers(
                    CommonLbConfig.ZoneAwareLbConfig.class)
            .reads("routing_enabled", "min_cluster_size", "fail_traffic_on_panic");
    private static final Fields<CommonLbConfig.LocalityWeightedLbConfig> BY_WEIGHT =
            Fields.refusingOthers(CommonLbConfig.LocalityWeightedLbConfig.class);
    private static final Fields<CommonLbConfig.ConsistentHashingLbConfig> HASHING = Fields.refusingOthers(
                    CommonLbConfig.ConsistentHashingLbConfig.class)
            .reads("use_hostname_for_hashing")
            .limits("hash_balance_factor", "100 or more");
    private static final Fields<Cluster.RoundRobinLbConfig> ROUND_ROBIN =
            Fields.ignoringOthers(Cluster.RoundRobinLbConfig.class).reads("slow_start_config");
    private static final Fields<Cluster.LeastRequestLbConfig> LEAST_REQUEST = Fields.ignoringOthers(
                    Cluster.LeastRequestLbConfig.class)
            .limits("choice_count", "2 or more")
            .limits("active_request_bias", "its default value, 0 or more")
            .reads("slow_start_config");
    private static final Fields<Cluster.SlowStartConfig> SLOW_START = Fields.refusingOthers(
                    Cluster.SlowStartConfig.class)
            .reads("slow_start_window", "min_weight_percent")
            .limits("aggression", "its default value, above 0");
    private static final Fields<Cluster.RingHashLbConfig> RING = Fields.refusingOthers(Cluster.RingHashLbConfig.class)
            .limits("minimum_ring_size", "1 to 8,388,608")
            .limits("maximum_ring_size", "the minimum to 8,388,608")
            .reads("hash_function");
    private static final Fields<Cluster.MaglevLbConfig> MAGLEV =
            Fields.refusingOthers(Cluster.MaglevLbConfig.class).limits("table_size", "a prime, at most 5,000,011");
    private static final Fields<HealthStatusSet> STATUSES =
            Fields.refusingOthers(HealthStatusSet.class).reads("statuses");

    /// What of balancing is read.
    static final List<Fields<?>> FIELDS = List.of(
            COMMON, ZONE_AWARE, BY_WEIGHT, HASHING, ROUND_ROBIN, LEAST_REQUEST, SLOW_START, RING, MAGLEV, STATUSES);

    private static final long LARGEST_RING = 8 * 1024 * 1024;
    private static final long SMALLEST_RING = 1024;
    private static final long LARGEST_TABLE = 5_000_011;
    private static final long TABLE = 65_537;
    private static final double PANIC = 50;
    private static final long ZONE_CLUSTER = 6;

    private BalancerReader() {}

    static BalancerPolicy read(Cluster message, Scope scope) {
        scope.at("round_robin_lb_config").check(message.getRoundRobinLbConfig(), ROUND_ROBIN);
        scope.at("least_request_lb_config").check(message.getLeastRequestLbConfig(), LEAST_REQUEST);
        scope.at("ring_hash_lb_config").check(message.getRingHashLbConfig(), RING);
        scope.at("maglev_lb_config").check(message.getMaglevLbConfig(), MAGLEV);
        var layers = layers(message.getCommonLbConfig(), scope.at("common_lb_config"));
        if (message.hasLoadBalancingPolicy()) {
            return BalancingPolicyReader.read(message, layers, scope.at("load_balancing_policy"));
        }
        var policy = new Layered(layers, policy(message, scope));
        return message.hasLbSubsetConfig()
                ? SubsetReader.read(message.getLbSubsetConfig(), policy, scope.at("lb_subset_config"))
                : policy;
    }

    private static BalancerPolicy policy(Cluster message, Scope scope) {
        return switch (message.getLbPolicy()) {
            case ROUND_ROBIN -> {
                var config = message.getRoundRobinLbConfig();
                var here = scope.at("round_robin_lb_config");
                yield new BalancerPolicy.RoundRobin(
                        config.hasSlowStartConfig()
                                ? slowStart(config.getSlowStartConfig(), here.at("slow_start_config"))
                                : Optional.empty());
            }
            case RANDOM -> new BalancerPolicy.Random();
            case LEAST_REQUEST -> leastRequest(message.getLeastRequestLbConfig(), scope.at("least_request_lb_config"));
            case RING_HASH -> {
                var config = message.getRingHashLbConfig();
                var here = scope.at("ring_hash_lb_config");
                yield ring(
                        function(config.getHashFunction(), here.at("hash_function")),
                        config.hasMinimumRingSize()
                                ? config.getMinimumRingSize().getValue()
                                : SMALLEST_RING,
                        config.hasMaximumRingSize()
                                ? config.getMaximumRingSize().getValue()
                                : LARGEST_RING,
                        keys(message, scope),
                        here);
            }
            case MAGLEV -> {
                var config = message.getMaglevLbConfig();
                var here = scope.at("maglev_lb_config");
                yield maglev(
                        config.hasTableSize() ? config.getTableSize().getValue() : TABLE, keys(message, scope), here);
            }
            case CLUSTER_PROVIDED -> provided(message, scope.at("lb_policy"));
            case LOAD_BALANCING_POLICY_CONFIG, UNRECOGNIZED -> {
                scope.at("lb_policy")
                        .error("needs load_balancing_policy", "set it, or name a policy such as ROUND_ROBIN");
                yield new BalancerPolicy.RoundRobin();
            }
        };
    }

    /// The type of cluster says which host is taken; refused where it does not.
    static BalancerPolicy provided(Cluster message, Scope scope) {
        boolean provides = message.hasClusterType() || message.getType() == Cluster.DiscoveryType.ORIGINAL_DST;
        if (!provides) {
            scope.error("CLUSTER_PROVIDED does not go with this type of cluster", "use ROUND_ROBIN");
        }
        return new BalancerPolicy.RoundRobin();
    }

    private static Layers layers(CommonLbConfig message, Scope scope) {
        scope.check(message, COMMON);
        scope.at("consistent_hashing_lb_config").check(message.getConsistentHashingLbConfig(), HASHING);
        scope.at("override_host_status").check(message.getOverrideHostStatus(), STATUSES);
        double panic = message.hasHealthyPanicThreshold()
                ? Values.percent(message.getHealthyPanicThreshold(), PANIC, scope.at("healthy_panic_threshold"))
                : PANIC;
        var localities = switch (message.getLocalityConfigSpecifierCase()) {
            case ZONE_AWARE_LB_CONFIG -> zoneAware(message.getZoneAwareLbConfig(), scope.at("zone_aware_lb_config"));
            case LOCALITY_WEIGHTED_LB_CONFIG -> {
                scope.at("locality_weighted_lb_config").check(message.getLocalityWeightedLbConfig(), BY_WEIGHT);
                yield new Localities.ByWeight();
            }
            case LOCALITYCONFIGSPECIFIER_NOT_SET ->
                new Localities.ZoneAware(100, ZONE_CLUSTER, false, Optional.empty(), false);
        };
        return new Layers(
                panic,
                localities,
                message.hasOverrideHostStatus()
                        ? healths(message.getOverrideHostStatus())
                        : Layers.DEFAULT.overridable());
    }

    private static Localities zoneAware(CommonLbConfig.ZoneAwareLbConfig message, Scope scope) {
        scope.check(message, ZONE_AWARE);
        return new Localities.ZoneAware(
                message.hasRoutingEnabled()
                        ? Values.percent(message.getRoutingEnabled(), 100, scope.at("routing_enabled"))
                        : 100,
                message.hasMinClusterSize() ? message.getMinClusterSize().getValue() : ZONE_CLUSTER,
                message.getFailTrafficOnPanic(),
                Optional.empty(),
                false);
    }

    private static Set<Endpoint.Health> healths(HealthStatusSet message) {
        var healths = EnumSet.noneOf(Endpoint.Health.class);
        for (HealthStatus status : message.getStatusesList()) {
            healths.add(EndpointReader.health(status));
        }
        return healths;
    }

    private static Optional<SlowStart> slowStart(Cluster.SlowStartConfig message, Scope scope) {
        scope.check(message, SLOW_START);
        return slowStart(
                Values.duration(message.getSlowStartWindow(), Duration.ZERO, scope.at("slow_start_window")),
                message.hasAggression() ? Optional.of(message.getAggression()) : Optional.empty(),
                message.hasMinWeightPercent() ? Optional.of(message.getMinWeightPercent()) : Optional.empty(),
                scope);
    }

    static Optional<SlowStart> slowStart(
            Duration window, Optional<RuntimeDouble> aggression, Optional<Percent> minimum, Scope scope) {
        var speed = aggression
                .map(found -> Values.number(found, scope.at("aggression")))
                .orElse(RuntimeNumber.of(1));
        if (!(speed.standard() > 0)) {
            scope.at("aggression").error("is not above 0: " + speed.standard(), "write for example default_value: 1.0");
            speed = RuntimeNumber.of(1);
        }
        double percent = minimum.map(found -> Values.percent(found, 10, scope.at("min_weight_percent")))
                .orElse(10.0);
        return window.isZero() ? Optional.empty() : Optional.of(new SlowStart(window, speed, percent));
    }

    private static BalancerPolicy leastRequest(Cluster.LeastRequestLbConfig message, Scope scope) {
        return new BalancerPolicy.LeastRequest(
                choices(message.hasChoiceCount() ? Optional.of(message.getChoiceCount()) : Optional.empty(), scope),
                message.hasActiveRequestBias()
                        ? bias(message.getActiveRequestBias(), scope.at("active_request_bias"))
                        : RuntimeNumber.of(1),
                message.hasSlowStartConfig()
                        ? slowStart(message.getSlowStartConfig(), scope.at("slow_start_config"))
                        : Optional.empty());
    }

    static int choices(Optional<UInt32Value> message, Scope scope) {
        long choices =
                message.map(found -> Integer.toUnsignedLong(found.getValue())).orElse(2L);
        if (choices < 2) {
            scope.at("choice_count").error("is below 2: " + choices, "write 2 or more");
        }
        return Math.clamp(choices, 2, Integer.MAX_VALUE);
    }

    static RuntimeNumber bias(RuntimeDouble message, Scope scope) {
        var bias = Values.number(message, scope);
        if (bias.standard() >= 0 && bias.standard() <= 1000) {
            return bias;
        }
        scope.error("is no bias: " + bias.standard(), "write 0 or more");
        return RuntimeNumber.of(1);
    }

    private static HashFunction function(Cluster.RingHashLbConfig.HashFunction message, Scope scope) {
        return switch (message) {
            case XX_HASH -> HashFunction.XX_HASH;
            case MURMUR_HASH_2 -> HashFunction.MURMUR_HASH_2;
            case UNRECOGNIZED -> {
                scope.error("is not known", "write XX_HASH or MURMUR_HASH_2");
                yield HashFunction.XX_HASH;
            }
        };
    }

    private static HashKeys keys(Cluster message, Scope scope) {
        var config = message.getCommonLbConfig().getConsistentHashingLbConfig();
        var here = scope.at("common_lb_config.consistent_hashing_lb_config");
        int percent = config.hasHashBalanceFactor() ? balance(config.getHashBalanceFactor(), here) : 0;
        return new HashKeys(config.getUseHostnameForHashing(), percent, List.of());
    }

    static int balance(UInt32Value message, Scope scope) {
        long percent = Integer.toUnsignedLong(message.getValue());
        if (percent < 100) {
            scope.at("hash_balance_factor").error("is below 100: " + percent, "write 100 or more");
            return 0;
        }
        return (int) Math.min(percent, Integer.MAX_VALUE);
    }

    static BalancerPolicy ring(HashFunction function, long minimum, long maximum, HashKeys keys, Scope scope) {
        if (minimum < 1 || minimum > LARGEST_RING || maximum < 1 || maximum > LARGEST_RING) {
            scope.error("has a ring that is too small or too large", "write sizes from 1 to 8388608");
            return new BalancerPolicy.RingHash(function, SMALLEST_RING, LARGEST_RING, keys);
        }
        if (minimum > maximum) {
            scope.error("has a minimum above its maximum", "write minimum_ring_size at most as maximum_ring_size");
        }
        return new BalancerPolicy.RingHash(function, minimum, maximum, keys);
    }

    static BalancerPolicy maglev(long size, HashKeys keys, Scope scope) {
        if (size < 2 || size > LARGEST_TABLE || !BigInteger.valueOf(size).isProbablePrime(50)) {
            scope.at("table_size").error("is no prime of at most 5000011: " + size, "write for example 65537");
            return new BalancerPolicy.Maglev((int) TABLE, keys);
        }
        return new BalancerPolicy.Maglev((int) size, keys);
    }
}
