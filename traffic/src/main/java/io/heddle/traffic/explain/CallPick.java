package io.heddle.traffic.explain;

import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.RequestedHost;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.Trace;
import java.util.List;
import java.util.Optional;

/// What a balancer may ask about a call: its first try.
record CallPick(
        HeaderFields head,
        CallHash computed,
        MetadataMatch metadataMatch,
        Optional<RequestedHost> requestedHost,
        Source source)
        implements PickRequest {
    /// Where chance and time come from, and who listens.
    record Source(Chances chances, long now, RuntimeSnapshot runtime, Trace trace) {}

    @Override
    public long chance() {
        return source.chances().next();
    }

    @Override
    public long now() {
        return source.now();
    }

    /// No request is made.
    @Override
    public boolean counts() {
        return false;
    }

    @Override
    public RuntimeSnapshot runtime() {
        return source.runtime();
    }

    @Override
    public boolean tried(Host host) {
        return false;
    }

    @Override
    public boolean isHashed() {
        return computed.isPresent();
    }

    @Override
    public long hash() {
        return computed.value();
    }

    @Override
    public void hashBy(List<HashPolicy> policies) {
        computed.by(policies);
    }

    @Override
    public Optional<String> header(HeaderName name) {
        long value = head.header(name);
        return Span.isPresent(value) ? Optional.of(Span.text(head.bytes(), value)) : Optional.empty();
    }

    @Override
    public Trace trace() {
        return source.trace();
    }
}
