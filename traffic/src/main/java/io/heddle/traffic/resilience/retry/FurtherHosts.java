package io.heddle.traffic.resilience.retry;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.MetadataMatch;
import java.util.List;
import java.util.Map;

/// Which hosts a further try of a request passes over as long as there are others (Envoy's `retry_host_predicate`).
///
/// @param avoidTried those that it was tried at (`previous_hosts`)
/// @param omitCanaries those whose metadata `envoy.lb` says `canary: true` (`omit_canary_hosts`)
/// @param omitted those whose metadata `envoy.lb` has all of one of these (`omit_host_metadata`)
/// @param priorityEvery after how many tries the priorities that these went to are passed over, too, until none is left
///     (`previous_priorities`); 0 for never
public record FurtherHosts(boolean avoidTried, boolean omitCanaries, List<MetadataMatch> omitted, int priorityEvery) {
    /// Any host, by balancing alone.
    public static final FurtherHosts ANY = new FurtherHosts(false, false, List.of(), 0);
    /// Those that it was not tried at.
    public static final FurtherHosts UNTRIED = new FurtherHosts(true, false, List.of(), 0);

    private static final LabelValue TRUE = new LabelValue.Flag(true);

    public FurtherHosts {
        omitted = List.copyOf(omitted);
    }

    /// Whether a further try passes over a host for what it is.
    public boolean omits(Endpoint endpoint) {
        var labels = endpoint.labels();
        if (omitCanaries && TRUE.equals(labels.get("canary"))) {
            return true;
        }
        for (var match : omitted) {
            if (hasAll(labels, match.wanted())) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasAll(Map<String, LabelValue> labels, Map<String, LabelValue> wanted) {
        return wanted.entrySet().stream().allMatch(entry -> entry.getValue().equals(labels.get(entry.getKey())));
    }
}
