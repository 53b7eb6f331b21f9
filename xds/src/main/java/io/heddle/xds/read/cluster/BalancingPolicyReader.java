package io.heddle.xds.read.cluster;

import com.github.xds.type.v3.TypedStruct;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost;
import io.envoyproxy.envoy.extensions.load_balancing_policies.pick_first.v3.PickFirst;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.BalancerPolicy.HashFunction;
import io.heddle.traffic.balance.BalancerPolicy.HashKeys;
import io.heddle.traffic.balance.BalancerPolicy.Layered;
import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.BalancerPolicy.SlowStart;
import io.heddle.traffic.layer.RuntimeNumber;
import io.heddle.traffic.request.HeaderName;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HashPolicyReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads `load_balancing_policy`: the first policy of its list that is known here.
final class BalancingPolicyReader {
    private static final Fields<LoadBalancingPolicy> LIST =
            Fields.refusingOthers(LoadBalancingPolicy.class).limits("policies", "the first one that is known counts");
    private static final Fields<LoadBalancingPolicy.Policy> POLICY =
            Fields.refusingOthers(LoadBalancingPolicy.Policy.class).reads("typed_extension_config");
    private static final Fields<TypedExtensionConfig> EXTENSION = Fields.refusingOthers(TypedExtensionConfig.class)
            .accepts("name", "for people")
            .limits("typed_config", "the policies below");
    private static final Fields<RoundRobin> ROUND_ROBIN =
            Fields.refusingOthers(RoundRobin.class).reads("slow_start_config", "locality_lb_config");
    private static final Fields<LeastRequest> LEAST_REQUEST = Fields.refusingOthers(LeastRequest.class)
            .limits("choice_count", "2 or more")
            .limits("active_request_bias", "its default value, 0 or more")
            .reads("slow_start_config", "locality_lb_config", "selection_method", "enable_full_scan");
    private static final Fields<Random> RANDOM =
            Fields.refusingOthers(Random.class).reads("locality_lb_config");
    private static final Fields<PickFirst> PICK_FIRST =
            Fields.refusingOthers(PickFirst.class).reads("shuffle_address_list");
    private static final Fields<RingHash> RING = Fields.refusingOthers(RingHash.class)
            .limits("minimum_ring_size", "1 to 8,388,608")
            .limits("maximum_ring_size", "the minimum to 8,388,608")
            .reads("hash_function", "use_hostname_for_hashing", "hash_balance_factor")
            .reads("consistent_hashing_lb_config", "locality_weighted_lb_config");
    private static final Fields<Maglev> MAGLEV = Fields.refusingOthers(Maglev.class)
            .limits("table_size", "a prime, at most 5,000,011")
            .reads("consistent_hashing_lb_config", "locality_weighted_lb_config");
    private static final Fields<WrrLocality> WRR_LOCALITY =
            Fields.refusingOthers(WrrLocality.class).reads("endpoint_picking_policy");
    private static final Fields<OverrideHost> OVERRIDE =
            Fields.refusingOthers(OverrideHost.class).reads("override_host_sources", "fallback_policy");
    private static final Fields<OverrideHost.OverrideHostSource> SOURCE =
            Fields.refusingOthers(OverrideHost.OverrideHostSource.class).reads("header");
    private static final Fields<ClusterProvided> PROVIDED = Fields.refusingOthers(ClusterProvided.class);
    private static final Fields<LocalityLbConfig> LOCALITY =
            Fields.refusingOthers(LocalityLbConfig.class).reads("zone_aware_lb_config", "locality_weighted_lb_config");
    private static final Fields<LocalityLbConfig.ZoneAwareLbConfig> ZONE_AWARE = Fields.refusingOthers(
                    LocalityLbConfig.ZoneAwareLbConfig.class)
            .reads("routing_enabled", "min_cluster_size", "fail_traffic_on_panic", "force_locality_direct_routing")
            .reads("force_local_zone", "locality_basis");
    private static final Fields<LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone> FORCE = Fields.refusingOthers(
                    LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone.class)
            .reads("min_size");
    private static final Fields<LocalityLbConfig.LocalityWeightedLbConfig> BY_WEIGHT =
            Fields.refusingOthers(LocalityLbConfig.LocalityWeightedLbConfig.class);
    private static final Fields<SlowStartConfig> SLOW_START = Fields.refusingOthers(SlowStartConfig.class)
            .reads("slow_start_window", "min_weight_percent")
            .limits("aggression", "its default value, above 0");
    private static final Fields<ConsistentHashingLbConfig> HASHING = Fields.refusingOthers(
                    ConsistentHashingLbConfig.class)
            .reads("use_hostname_for_hashing", "hash_policy")
            .limits("hash_balance_factor", "100 or more");

    /// What of balancing policies is read.
    static final List<Fields<?>> FIELDS = List.of(
            LIST,
            POLICY,
            EXTENSION,
            ROUND_ROBIN,
            LEAST_REQUEST,
            RANDOM,
            PICK_FIRST,
            RING,
            MAGLEV,
            WRR_LOCALITY,
            OVERRIDE,
            SOURCE,
            PROVIDED,
            LOCALITY,
            ZONE_AWARE,
            FORCE,
            BY_WEIGHT,
            SLOW_START,
            HASHING);

    private static final String PACKAGE = "envoy.extensions.load_balancing_policies.";
    private static final String TYPED_STRUCT = "xds.type.v3.TypedStruct";
    private static final BalancerPolicy INSTEAD = new BalancerPolicy.RoundRobin();
    private static final int DEEPEST = 8;

    private BalancingPolicyReader() {}

    static BalancerPolicy read(Cluster cluster, Layers layers, Scope scope) {
        if (cluster.hasLbSubsetConfig()) {
            scope.error("does not go with lb_subset_config", "use the subset policy");
        }
        return list(cluster.getLoadBalancingPolicy(), new Place(cluster, layers, 0), scope);
    }

    /// Where a policy stands.
    ///
    /// @param cluster whose it is
    /// @param layers the cluster's
    /// @param depth how many policies it stands in
    private record Place(Cluster cluster, Layers layers, int depth) {
        Place within(Localities localities) {
            return new Place(cluster, new Layers(layers.panicThreshold(), localities, layers.overridable()), depth + 1);
        }

        Place deeper() {
            return new Place(cluster, layers, depth + 1);
        }
    }

    private static BalancerPolicy list(LoadBalancingPolicy message, Place place, Scope scope) {
        scope.check(message, LIST);
        if (place.depth() > DEEPEST) {
            scope.error("stands in too many others", "nest at most " + DEEPEST + " policies");
            return INSTEAD;
        }
        for (int i = 0; i < message.getPoliciesCount(); i++) {
            var policy = message.getPolicies(i);
            var here = scope.at("policies", i);
            here.check(policy, POLICY);
            var extension = policy.getTypedExtensionConfig();
            here.at("typed_extension_config").check(extension, EXTENSION);
            var read = one(extension, place, here.at("typed_extension_config.typed_config"));
            if (read.isPresent()) {
                return read.get();
            }
        }
        scope.error("names no policy that is known here", "add for example a " + PACKAGE + "round_robin.v3.RoundRobin");
        return INSTEAD;
    }

    /// The policy; empty when its type is not known, malformed ones stand as another one.
    private static Optional<BalancerPolicy> one(TypedExtensionConfig message, Place place, Scope scope) {
        var any = message.getTypedConfig();
        var type = Scope.type(any);
        if (type.equals(TYPED_STRUCT)) {
            return scope.unpack(any, TypedStruct.parser())
                    .flatMap(found -> LoadAwareReader.peakEwma(found, scope))
                    .map(policy -> new Layered(place.layers(), policy));
        }
        if (!type.startsWith(PACKAGE)) {
            return Optional.empty();
        }
        var read = switch (type.substring(PACKAGE.length())) {
            case "round_robin.v3.RoundRobin" ->
                scope.unpack(any, RoundRobin.parser()).map(found -> roundRobin(found, place, scope));
            case "least_request.v3.LeastRequest" ->
                scope.unpack(any, LeastRequest.parser()).map(found -> leastRequest(found, place, scope));
            case "random.v3.Random" -> scope.unpack(any, Random.parser()).map(found -> random(found, place, scope));
            case "client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin" ->
                scope.unpack(any, ClientSideWeightedRoundRobin.parser())
                        .map(found -> clientWeighted(found, place, scope));
            case "pick_first.v3.PickFirst" ->
                scope.unpack(any, PickFirst.parser()).map(found -> pickFirst(found, place, scope));
            case "ring_hash.v3.RingHash" ->
                scope.unpack(any, RingHash.parser()).map(found -> ring(found, place, scope));
            case "maglev.v3.Maglev" -> scope.unpack(any, Maglev.parser()).map(found -> maglev(found, place, scope));
            case "wrr_locality.v3.WrrLocality" ->
                scope.unpack(any, WrrLocality.parser()).map(found -> byLocality(found, place, scope));
            case "subset.v3.Subset" -> scope.unpack(any, Subset.parser()).map(found -> subset(found, place, scope));
            case "override_host.v3.OverrideHost" ->
                scope.unpack(any, OverrideHost.parser()).map(found -> override(found, place, scope));
            case "cluster_provided.v3.ClusterProvided" ->
                scope.unpack(any, ClusterProvided.parser()).map(found -> {
                    scope.check(found, PROVIDED);
                    return BalancerReader.provided(place.cluster(), scope);
                });
            default -> null;
        };
        return read == null ? Optional.empty() : Optional.of(read.orElse(INSTEAD));
    }

    private static BalancerPolicy roundRobin(RoundRobin message, Place place, Scope scope) {
        scope.check(message, ROUND_ROBIN);
        var slowStart = message.hasSlowStartConfig()
                ? slowStart(message.getSlowStartConfig(), scope.at("slow_start_config"))
                : Optional.<SlowStart>empty();
        return layered(
                new BalancerPolicy.RoundRobin(slowStart),
                message.hasLocalityLbConfig() ? Optional.of(message.getLocalityLbConfig()) : Optional.empty(),
                place,
                scope);
    }

    @SuppressWarnings("deprecation") // older configurations set such fields
    private static BalancerPolicy leastRequest(LeastRequest message, Place place, Scope scope) {
        scope.check(message, LEAST_REQUEST);
        boolean all = message.getSelectionMethod() == LeastRequest.SelectionMethod.FULL_SCAN
                || message.getEnableFullScan().getValue();
        int choices = BalancerReader.choices(
                message.hasChoiceCount() ? Optional.of(message.getChoiceCount()) : Optional.empty(), scope);
        var policy = new BalancerPolicy.LeastRequest(
                all ? BalancerPolicy.LeastRequest.ALL : choices,
                message.hasActiveRequestBias()
                        ? BalancerReader.bias(message.getActiveRequestBias(), scope.at("active_request_bias"))
                        : RuntimeNumber.of(1),
                message.hasSlowStartConfig()
                        ? slowStart(message.getSlowStartConfig(), scope.at("slow_start_config"))
                        : Optional.empty());
        return layered(
                policy,
                message.hasLocalityLbConfig() ? Optional.of(message.getLocalityLbConfig()) : Optional.empty(),
                place,
                scope);
    }

    private static BalancerPolicy random(Random message, Place place, Scope scope) {
        scope.check(message, RANDOM);
        return layered(
                new BalancerPolicy.Random(),
                message.hasLocalityLbConfig() ? Optional.of(message.getLocalityLbConfig()) : Optional.empty(),
                place,
                scope);
    }

    private static BalancerPolicy clientWeighted(ClientSideWeightedRoundRobin message, Place place, Scope scope) {
        return new Layered(place.layers(), LoadAwareReader.clientWeighted(message, scope));
    }

    private static BalancerPolicy pickFirst(PickFirst message, Place place, Scope scope) {
        scope.check(message, PICK_FIRST);
        return new Layered(place.layers(), new BalancerPolicy.PickFirst(message.getShuffleAddressList()));
    }

    @SuppressWarnings("deprecation") // older configurations set such fields
    private static BalancerPolicy ring(RingHash message, Place place, Scope scope) {
        scope.check(message, RING);
        var function = switch (message.getHashFunction()) {
            case DEFAULT_HASH, XX_HASH -> HashFunction.XX_HASH;
            case MURMUR_HASH_2 -> HashFunction.MURMUR_HASH_2;
            case UNRECOGNIZED -> {
                scope.at("hash_function").error("is not known", "write XX_HASH or MURMUR_HASH_2");
                yield HashFunction.XX_HASH;
            }
        };
        int older = message.hasHashBalanceFactor() ? BalancerReader.balance(message.getHashBalanceFactor(), scope) : 0;
        var keys = message.hasConsistentHashingLbConfig()
                ? keys(message.getConsistentHashingLbConfig(), scope.at("consistent_hashing_lb_config"))
                : new HashKeys(message.getUseHostnameForHashing(), older, List.of());
        var policy = BalancerReader.ring(
                function,
                message.hasMinimumRingSize() ? message.getMinimumRingSize().getValue() : 1024,
                message.hasMaximumRingSize() ? message.getMaximumRingSize().getValue() : 8 * 1024 * 1024,
                keys,
                scope);
        return hashed(policy, message.hasLocalityWeightedLbConfig(), place);
    }

    private static BalancerPolicy maglev(Maglev message, Place place, Scope scope) {
        scope.check(message, MAGLEV);
        var keys = message.hasConsistentHashingLbConfig()
                ? keys(message.getConsistentHashingLbConfig(), scope.at("consistent_hashing_lb_config"))
                : HashKeys.DEFAULT;
        var policy = BalancerReader.maglev(
                message.hasTableSize() ? message.getTableSize().getValue() : 65_537, keys, scope);
        return hashed(policy, message.hasLocalityWeightedLbConfig(), place);
    }

    private static BalancerPolicy hashed(BalancerPolicy policy, boolean byWeight, Place place) {
        var within = byWeight ? place.within(new Localities.ByWeight()) : place;
        return new Layered(within.layers(), policy);
    }

    private static HashKeys keys(ConsistentHashingLbConfig message, Scope scope) {
        scope.check(message, HASHING);
        return new HashKeys(
                message.getUseHostnameForHashing(),
                message.hasHashBalanceFactor() ? BalancerReader.balance(message.getHashBalanceFactor(), scope) : 0,
                HashPolicyReader.read(message.getHashPolicyList(), scope.at("hash_policy")));
    }

    private static BalancerPolicy byLocality(WrrLocality message, Place place, Scope scope) {
        scope.check(message, WRR_LOCALITY);
        return list(
                message.getEndpointPickingPolicy(),
                place.within(new Localities.ByWeight()),
                scope.at("endpoint_picking_policy"));
    }

    private static BalancerPolicy subset(Subset message, Place place, Scope scope) {
        var within = list(message.getSubsetLbPolicy(), place.deeper(), scope.at("subset_lb_policy"));
        return SubsetReader.extension(message, within, scope);
    }

    private static BalancerPolicy override(OverrideHost message, Place place, Scope scope) {
        scope.check(message, OVERRIDE);
        var headers = new ArrayList<HeaderName>();
        for (int i = 0; i < message.getOverrideHostSourcesCount(); i++) {
            var source = message.getOverrideHostSources(i);
            var here = scope.at("override_host_sources", i);
            here.check(source, SOURCE);
            if (source.getHeader().isEmpty()) {
                here.at("header").error("is missing", "name a header");
            } else {
                headers.add(HeaderName.of(source.getHeader()));
            }
        }
        if (message.getOverrideHostSourcesCount() == 0) {
            scope.at("override_host_sources").error("is empty", "name at least one header");
        }
        var fallback = list(message.getFallbackPolicy(), place.deeper(), scope.at("fallback_policy"));
        return new BalancerPolicy.OverrideHost(headers, fallback);
    }

    private static BalancerPolicy layered(
            BalancerPolicy policy, Optional<LocalityLbConfig> localities, Place place, Scope scope) {
        var within = localities.isPresent()
                ? place.within(localities(localities.get(), scope.at("locality_lb_config")))
                : place;
        return new Layered(within.layers(), policy);
    }

    private static Localities localities(LocalityLbConfig message, Scope scope) {
        scope.check(message, LOCALITY);
        return switch (message.getLocalityConfigSpecifierCase()) {
            case ZONE_AWARE_LB_CONFIG -> zoneAware(message.getZoneAwareLbConfig(), scope.at("zone_aware_lb_config"));
            case LOCALITY_WEIGHTED_LB_CONFIG -> {
                scope.at("locality_weighted_lb_config").check(message.getLocalityWeightedLbConfig(), BY_WEIGHT);
                yield new Localities.ByWeight();
            }
            case LOCALITYCONFIGSPECIFIER_NOT_SET -> {
                scope.error("says nothing", "set zone_aware_lb_config or locality_weighted_lb_config");
                yield new Localities.Anywhere();
            }
        };
    }

    @SuppressWarnings("deprecation") // older configurations set such fields
    private static Localities zoneAware(LocalityLbConfig.ZoneAwareLbConfig message, Scope scope) {
        scope.check(message, ZONE_AWARE);
        var force = message.getForceLocalZone();
        scope.at("force_local_zone").check(force, FORCE);
        var forced = message.hasForceLocalZone()
                ? Optional.of(
                        force.hasMinSize() ? Math.max(1, force.getMinSize().getValue()) : 1)
                : Optional.<Integer>empty();
        return new Localities.ZoneAware(
                message.hasRoutingEnabled()
                        ? Values.percent(message.getRoutingEnabled(), 100, scope.at("routing_enabled"))
                        : 100,
                message.hasMinClusterSize() ? message.getMinClusterSize().getValue() : 6,
                message.getFailTrafficOnPanic(),
                forced.isEmpty() && message.getForceLocalityDirectRouting() ? Optional.of(1) : forced,
                message.getLocalityBasis() == LocalityLbConfig.ZoneAwareLbConfig.LocalityBasis.HEALTHY_HOSTS_WEIGHT);
    }

    static Optional<SlowStart> slowStart(SlowStartConfig message, Scope scope) {
        scope.check(message, SLOW_START);
        return BalancerReader.slowStart(
                Values.duration(message.getSlowStartWindow(), Duration.ZERO, scope.at("slow_start_window")),
                message.hasAggression() ? Optional.of(message.getAggression()) : Optional.empty(),
                message.hasMinWeightPercent() ? Optional.of(message.getMinWeightPercent()) : Optional.empty(),
                scope);
    }
}
