package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.LabelValue;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which subsets of a cluster's hosts there are, and where a request goes whose subset there is not (Envoy's
/// `lb_subset_config`).
///
/// @param fallback where it goes
/// @param defaultSubset the labels of the hosts of [Fallback#DEFAULT_SUBSET]
/// @param selectors which labels make subsets
/// @param options the rest
public record SubsetRules(
        Fallback fallback, Map<String, LabelValue> defaultSubset, List<Selector> selectors, Options options) {
    public SubsetRules {
        defaultSubset = Map.copyOf(defaultSubset);
        selectors = List.copyOf(selectors);
    }

    /// The subsets that there are among `hosts`: the labels that the hosts of each have in common, by which it is asked
    /// for.
    public Set<Map<String, LabelValue>> subsets(Collection<Host> hosts) {
        var subsets = new HashSet<Map<String, LabelValue>>();
        for (var selector : selectors) {
            for (var host : hosts) {
                subsets.addAll(combinations(host.endpoint().labels(), List.copyOf(selector.keys())));
            }
        }
        return subsets;
    }

    /// The subsets that a host with `labels` is in by `keys`: one, but where a label with several values fits each of
    /// them; none where it lacks a label.
    private List<Map<String, LabelValue>> combinations(Map<String, LabelValue> labels, List<String> keys) {
        var combined = List.of(Map.<String, LabelValue>of());
        for (var key : keys) {
            var value = labels.get(key);
            var values = value == null
                    ? List.<LabelValue>of()
                    : options.listAsAny() && value instanceof LabelValue.Items(var items) ? items : List.of(value);
            combined = combined.stream()
                    .flatMap(some -> values.stream().map(one -> with(some, key, one)))
                    .toList();
        }
        return combined;
    }

    private static Map<String, LabelValue> with(Map<String, LabelValue> some, String key, LabelValue value) {
        var more = new HashMap<>(some);
        more.put(key, value);
        return Map.copyOf(more);
    }

    /// Where a request goes whose subset there is not.
    public enum Fallback {
        /// Nowhere: it fails.
        NO_FALLBACK,
        ANY_ENDPOINT,
        DEFAULT_SUBSET
    }

    /// Labels that make subsets: one for all values of them that there are.
    ///
    /// @param keys their names
    /// @param singleHost whether a subset has one host only, the first
    /// @param fallback where a request goes that asks for these labels with values that there are not; empty for as
    ///     the rules say
    /// @param fallbackKeys for a subset by fewer labels instead; empty for none
    public record Selector(
            Set<String> keys, boolean singleHost, Optional<Fallback> fallback, Set<String> fallbackKeys) {
        public Selector {
            keys = Set.copyOf(keys);
            fallbackKeys = Set.copyOf(fallbackKeys);
        }
    }

    /// Smaller decisions.
    ///
    /// @param localityWeights whether the weights of localities count in subsets
    /// @param scaledWeights whether they count as much as the locality's share of hosts in the subset
    /// @param panicAny whether a request goes anywhere when its default subset has no host
    /// @param listAsAny whether a label with several values fits each of them
    /// @param fallbackList whether a request's labels may name others to try, in turn (`fallback_list`)
    /// @param redundantKeys whether a request may ask for more labels than a selector has
    public record Options(
            boolean localityWeights,
            boolean scaledWeights,
            boolean panicAny,
            boolean listAsAny,
            boolean fallbackList,
            boolean redundantKeys) {
        public static final Options DEFAULT = new Options(false, false, false, false, false, false);
    }
}
