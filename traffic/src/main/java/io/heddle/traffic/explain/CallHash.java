package io.heddle.traffic.explain;

import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.hash.RequestHash;
import io.heddle.traffic.request.Trace;
import java.util.List;
import java.util.Optional;

/// The hash of a call, by what its route says or by what the cluster does that is asked.
final class CallHash {
    private final Optional<Heads.Received.Taken> taken;
    private final List<HashPolicy> ofRoute;
    private final Trace trace;
    private final RequestHash hash = new RequestHash();
    private List<HashPolicy> policies = List.of();

    private CallHash(Optional<Heads.Received.Taken> taken, List<HashPolicy> ofRoute, Trace trace) {
        this.taken = taken;
        this.ofRoute = ofRoute;
        this.trace = trace;
    }

    /// That of a connection: none.
    static CallHash none() {
        return new CallHash(Optional.empty(), List.of(), Trace.OFF);
    }

    /// That of a request, by `ofRoute` where clusters say nothing.
    static CallHash of(Heads.Received.Taken taken, List<HashPolicy> ofRoute, Trace trace) {
        return new CallHash(Optional.of(taken), ofRoute, trace);
    }

    /// From now on it is by `ofCluster`, or by the route's where those are empty.
    void by(List<HashPolicy> ofCluster) {
        var next = ofCluster.isEmpty() ? ofRoute : ofCluster;
        if (taken.isEmpty() || next.equals(policies)) {
            return;
        }
        policies = next;
        hash.compute(next, taken.get().head(), taken.get().peer());
        if (hash.isPresent()) {
            trace.decided("hash", "request", Long.toHexString(hash.value()));
        }
    }

    boolean isPresent() {
        return hash.isPresent();
    }

    long value() {
        return hash.value();
    }
}
