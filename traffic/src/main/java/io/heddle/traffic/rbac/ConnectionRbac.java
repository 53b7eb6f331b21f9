package io.heddle.traffic.rbac;

import io.heddle.traffic.request.Denial;
import io.heddle.traffic.request.Peer;
import java.util.List;
import java.util.Optional;

/// Who may connect, whatever is spoken then, as Envoy's `envoy.filters.network.rbac`. Its conditions ask for
/// nothing that only a request has.
///
/// @param statPrefix names it in metrics
/// @param rules what holds; empty lets all pass
/// @param shadowRules what is tried and counted, and has no effect; empty tries nothing
public record ConnectionRbac(String statPrefix, Optional<RbacRules> rules, Optional<RbacRules> shadowRules) {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.network.rbac";

    /// Why a connection is refused, and how logs call it.
    ///
    /// @param denial which policies refused it
    /// @param details as Envoy's `%CONNECTION_TERMINATION_DETAILS%`
    public record Refusal(Denial denial, String details) {}

    /// Why the rules refuse a connection from `peer`; empty when it passes.
    public Optional<Refusal> refusal(Peer peer) {
        return rules.flatMap(found -> refusal(found, peer));
    }

    /// Whether the rules that are only tried would let a connection from `peer` pass; empty when there are none.
    public Optional<Boolean> passesShadow(Peer peer) {
        return shadowRules.map(found -> refusal(found, peer).isEmpty());
    }

    private static Optional<Refusal> refusal(RbacRules rules, Peer peer) {
        var request = new ConnectionRequest(peer);
        var matched = rules.policies().stream()
                .filter(policy -> policy.matches(request))
                .findFirst();
        return switch (rules.action()) {
            case ALLOW -> matched.isPresent() ? Optional.empty() : Optional.of(nothingMatched(rules));
            case DENY ->
                matched.map(policy ->
                        refusal(policy.name(), new Denial(Denial.Reason.DENY_MATCHED, List.of(policy.object()))));
        };
    }

    private static Refusal nothingMatched(RbacRules rules) {
        var objects = rules.policies().stream()
                .map(RbacRules.Policy::object)
                .distinct()
                .toList();
        return refusal("none", new Denial(Denial.Reason.NO_ALLOW_MATCHED, objects));
    }

    private static Refusal refusal(String policy, Denial denial) {
        return new Refusal(denial, RbacFilter.DETAILS_PREFIX + policy + "]");
    }
}
