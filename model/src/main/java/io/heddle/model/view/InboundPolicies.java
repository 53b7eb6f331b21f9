package io.heddle.model.view;

import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.PeerPolicy.Mode;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Which peer and access policies hold for a workload. Immutable.
final class InboundPolicies {
    private final String rootNamespace;
    private final List<PeerPolicy> peers;
    private final List<AccessPolicy> access;

    /// @param peers the oldest first
    InboundPolicies(MeshSettings settings, List<PeerPolicy> peers, List<AccessPolicy> access) {
        this.rootNamespace = settings.rootNamespace();
        this.peers = List.copyOf(peers);
        this.access = access.stream()
                .sorted(Comparator.comparing(AccessPolicy::object))
                .toList();
    }

    List<PeerPolicy> peerPolicies() {
        return peers;
    }

    List<AccessPolicy> accessPolicies() {
        return access;
    }

    /// What the workload's proxy enforces.
    InboundView viewFor(ProxyNode node) {
        var policies = access.stream()
                .filter(policy -> policy.object().namespace().equals(node.namespace())
                        || policy.object().namespace().equals(rootNamespace))
                .filter(policy -> policy.selector().matches(node.labels()))
                .toList();
        return new InboundView(mode(node), policies);
    }

    /// The narrowest policy that says anything wins: port, workload, namespace, mesh; STRICT when none does. On
    /// each level only the oldest policy counts, as in Istio.
    private Mode mode(ProxyNode node) {
        var own = in(node.namespace());
        var workload = oldest(own.and(
                policy -> !policy.selector().isEmpty() && policy.selector().matches(node.labels())));
        int port = node.ports().application();
        var byPort = workload.map(policy -> policy.portModes().getOrDefault(port, Mode.UNSET));
        return byPort.filter(InboundPolicies::isSet)
                .or(() -> workload.map(PeerPolicy::mode).filter(InboundPolicies::isSet))
                .or(() -> wide(node.namespace()))
                .or(() -> wide(rootNamespace))
                .orElse(Mode.STRICT);
    }

    private Optional<Mode> wide(String namespace) {
        return oldest(in(namespace).and(policy -> policy.selector().isEmpty()))
                .map(PeerPolicy::mode)
                .filter(InboundPolicies::isSet);
    }

    private Optional<PeerPolicy> oldest(Predicate<PeerPolicy> wanted) {
        return peers.stream().filter(wanted).findFirst();
    }

    private static Predicate<PeerPolicy> in(String namespace) {
        return policy -> policy.object().namespace().equals(namespace);
    }

    private static boolean isSet(Mode mode) {
        return mode != Mode.UNSET;
    }
}
