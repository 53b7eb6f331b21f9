package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Trace;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// What a balancer may ask while it picks.
public interface PickRequest {
    /// A number drawn evenly; each call draws anew.
    long chance();

    /// The time of a monotonic clock, in nanoseconds.
    long now();

    /// What overrides numbers of the policy now.
    default RuntimeSnapshot runtime() {
        return RuntimeSnapshot.EMPTY;
    }

    /// Whether this request was tried there already and should go elsewhere if it can.
    boolean tried(Host host);

    /// The priorities that the request should not go to as long as there are others that can take it, a bit for each; 0
    /// for none.
    default long triedPriorities() {
        return 0;
    }

    /// No priority is left that [#triedPriorities] does not name: all count again, and the request may forget them.
    default void allPrioritiesTried() {}

    /// Where the client wanted to go, when its connection was intercepted; only a cluster of original destinations
    /// asks.
    default Optional<InetSocketAddress> destination() {
        return Optional.empty();
    }

    /// Whether the request has a hash that says where it belongs ([#hash]).
    default boolean isHashed() {
        return false;
    }

    /// The hash by which consistent hashing places the request; the same on every call. Meaningless unless
    /// [#isHashed].
    default long hash() {
        return 0;
    }

    /// From now on the hash is that by `policies`, or by what the route says where they are empty.
    default void hashBy(List<HashPolicy> policies) {}

    /// Which subset of the hosts the request should go to.
    default MetadataMatch metadataMatch() {
        return MetadataMatch.NONE;
    }

    /// The host that the request should go to, for example by its session.
    default Optional<RequestedHost> requestedHost() {
        return Optional.empty();
    }

    /// The first value of a header of the request; empty without.
    default Optional<String> header(HeaderName name) {
        return Optional.empty();
    }

    /// Whether what is decided counts in figures; not where it is only explained.
    default boolean counts() {
        return true;
    }

    /// The first value of a header of the request as it is sent, with what filters and its route change; empty without.
    default Optional<String> sentHeader(HeaderName name) {
        return header(name);
    }

    /// What filters have found out about the request at `path` in the metadata of `namespace`; empty
    /// for nothing.
    default Optional<LabelValue> metadata(String namespace, List<String> path) {
        return Optional.empty();
    }

    /// Listens to decisions.
    default Trace trace() {
        return Trace.OFF;
    }
}
