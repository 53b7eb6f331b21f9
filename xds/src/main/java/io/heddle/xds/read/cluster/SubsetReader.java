package io.heddle.xds.read.cluster;

import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbSubsetConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.SubsetRules;
import io.heddle.traffic.balance.SubsetRules.Fallback;
import io.heddle.traffic.balance.SubsetRules.Options;
import io.heddle.traffic.balance.SubsetRules.Selector;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.LabelReader;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads which subsets of a cluster's hosts there are.
final class SubsetReader {
    private static final Fields<LbSubsetConfig> CONFIG = Fields.refusingOthers(LbSubsetConfig.class)
            .reads("fallback_policy", "default_subset", "subset_selectors", "locality_weight_aware")
            .reads("scale_locality_weight", "panic_mode_any", "list_as_any", "metadata_fallback_policy");
    private static final Fields<LbSubsetConfig.LbSubsetSelector> SELECTOR = Fields.refusingOthers(
                    LbSubsetConfig.LbSubsetSelector.class)
            .reads("keys", "single_host_per_subset", "fallback_policy", "fallback_keys_subset");
    private static final Fields<Subset> EXTENSION = Fields.refusingOthers(Subset.class)
            .reads("fallback_policy", "default_subset", "subset_selectors", "allow_redundant_keys")
            .reads("locality_weight_aware", "scale_locality_weight", "panic_mode_any", "list_as_any")
            .reads("metadata_fallback_policy", "subset_lb_policy");
    private static final Fields<Subset.LbSubsetSelector> EXTENSION_SELECTOR = Fields.refusingOthers(
                    Subset.LbSubsetSelector.class)
            .reads("keys", "single_host_per_subset", "fallback_policy", "fallback_keys_subset");

    /// What of subsets is read.
    static final List<Fields<?>> FIELDS = List.of(CONFIG, SELECTOR, EXTENSION, EXTENSION_SELECTOR);

    private static final int KEYS_SUBSET = 4;

    private SubsetReader() {}

    static BalancerPolicy read(LbSubsetConfig message, BalancerPolicy within, Scope scope) {
        scope.check(message, CONFIG);
        var selectors = new ArrayList<Selector>();
        for (int i = 0; i < message.getSubsetSelectorsCount(); i++) {
            var found = message.getSubsetSelectors(i);
            var here = scope.at("subset_selectors", i);
            here.check(found, SELECTOR);
            selectors.add(selector(
                    found.getKeysList(),
                    found.getSingleHostPerSubset(),
                    found.getFallbackPolicyValue(),
                    found.getFallbackKeysSubsetList(),
                    here));
        }
        if (selectors.isEmpty()) {
            return within; // as in Envoy: without selectors there are no subsets
        }
        var options = new Options(
                message.getLocalityWeightAware(),
                message.getScaleLocalityWeight(),
                message.getPanicModeAny(),
                message.getListAsAny(),
                message.getMetadataFallbackPolicy() == LbSubsetConfig.LbSubsetMetadataFallbackPolicy.FALLBACK_LIST,
                false);
        var rules = new SubsetRules(
                fallback(message.getFallbackPolicyValue(), scope),
                LabelReader.labels(message.getDefaultSubset()),
                selectors,
                options);
        return new BalancerPolicy.Subsets(rules, within);
    }

    /// The extension; `within` balances each subset.
    static BalancerPolicy extension(Subset message, BalancerPolicy within, Scope scope) {
        scope.check(message, EXTENSION);
        var selectors = new ArrayList<Selector>();
        for (int i = 0; i < message.getSubsetSelectorsCount(); i++) {
            var found = message.getSubsetSelectors(i);
            var here = scope.at("subset_selectors", i);
            here.check(found, EXTENSION_SELECTOR);
            selectors.add(selector(
                    found.getKeysList(),
                    found.getSingleHostPerSubset(),
                    found.getFallbackPolicyValue(),
                    found.getFallbackKeysSubsetList(),
                    here));
        }
        var options = new Options(
                message.getLocalityWeightAware(),
                message.getScaleLocalityWeight(),
                message.getPanicModeAny(),
                message.getListAsAny(),
                message.getMetadataFallbackPolicy() == Subset.LbSubsetMetadataFallbackPolicy.FALLBACK_LIST,
                message.getAllowRedundantKeys());
        var rules = new SubsetRules(
                fallback(message.getFallbackPolicyValue(), scope),
                LabelReader.labels(message.getDefaultSubset()),
                selectors,
                options);
        return new BalancerPolicy.Subsets(rules, within);
    }

    /// Both enums have the same numbers.
    private static Fallback fallback(int number, Scope scope) {
        return switch (number) {
            case 0 -> Fallback.NO_FALLBACK;
            case 1 -> Fallback.ANY_ENDPOINT;
            case 2 -> Fallback.DEFAULT_SUBSET;
            default -> {
                scope.at("fallback_policy")
                        .error("is not known: " + number, "write NO_FALLBACK, ANY_ENDPOINT or DEFAULT_SUBSET");
                yield Fallback.NO_FALLBACK;
            }
        };
    }

    private static Selector selector(
            List<String> keys, boolean single, int fallback, List<String> fallbackKeys, Scope scope) {
        if (keys.isEmpty()) {
            scope.at("keys").error("is empty", "name at least one label");
        }
        if (fallback != KEYS_SUBSET && !fallbackKeys.isEmpty()) {
            scope.at("fallback_keys_subset").error("goes with KEYS_SUBSET only", "set fallback_policy: KEYS_SUBSET");
        }
        if (fallback == KEYS_SUBSET) {
            boolean fewer =
                    !fallbackKeys.isEmpty() && fallbackKeys.size() < keys.size() && keys.containsAll(fallbackKeys);
            if (!fewer) {
                scope.at("fallback_keys_subset").error("is no smaller part of keys", "name some of the keys, not all");
            }
            return new Selector(Set.copyOf(keys), single, Optional.empty(), Set.copyOf(fallbackKeys));
        }
        return new Selector(
                Set.copyOf(keys),
                single,
                fallback == 0 ? Optional.empty() : Optional.of(fallback(fallback - 1, scope)),
                Set.of());
    }
}
