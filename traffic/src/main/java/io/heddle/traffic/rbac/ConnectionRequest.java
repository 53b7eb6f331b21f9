package io.heddle.traffic.rbac;

import io.heddle.traffic.filter.AnswerFilter;
import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.filter.FilterCounter;
import io.heddle.traffic.filter.FilterEnd;
import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.filter.HostCount;
import io.heddle.traffic.filter.ProxyHealth;
import io.heddle.traffic.filter.StatefulSessionFilter;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.TokenBuckets;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.resilience.Controllers;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.RouteDecision;
import java.util.List;
import java.util.Optional;

/// A connection as access rules see it: only who sent it can be asked for. Whatever belongs to a request is a bug
/// to ask for, and the asking fails loudly.
///
/// @param peer who connects
record ConnectionRequest(Peer peer) implements FilterRequest {
    private static IllegalStateException none() {
        return new IllegalStateException("a connection is no request");
    }

    @Override
    public RequestHead head() {
        throw none();
    }

    @Override
    public boolean internal() {
        throw none();
    }

    @Override
    public HeaderEdits requestEdits() {
        throw none();
    }

    @Override
    public HeaderEdits responseEdits() {
        throw none();
    }

    @Override
    public RouteDecision decision() {
        throw none();
    }

    @Override
    public Optional<FilterOverride> override(String name) {
        return Optional.empty();
    }

    @Override
    public void keepSession(StatefulSessionFilter.Settings session) {
        throw none();
    }

    @Override
    public void fromClient(int mark) {
        throw none();
    }

    @Override
    public void toHost(String host) {
        throw none();
    }

    @Override
    public String cluster() {
        throw none();
    }

    @Override
    public void changeRequest(List<HeaderChange> changes) {
        throw none();
    }

    @Override
    public void changeResponse(List<HeaderChange> changes) {
        throw none();
    }

    @Override
    public boolean bodiless() {
        throw none();
    }

    @Override
    public void changeBody(BodyChange change) {
        throw none();
    }

    @Override
    public void onAnswer(AnswerFilter filter) {
        throw none();
    }

    @Override
    public TokenBuckets buckets(LocalLimits limits) {
        throw none();
    }

    @Override
    public RequestState state() {
        throw none();
    }

    @Override
    public void reroute() {
        throw none();
    }

    @Override
    public void count(FilterCounter counter) {
        throw none();
    }

    @Override
    public boolean enter(FilterCounter gauge, long most) {
        throw none();
    }

    @Override
    public void atEnd(FilterEnd end) {
        throw none();
    }

    @Override
    public String statPrefix() {
        throw none();
    }

    @Override
    public Controllers controllers() {
        throw none();
    }

    @Override
    public ProxyHealth health() {
        throw none();
    }

    @Override
    public boolean knows(String cluster) {
        throw none();
    }

    @Override
    public Optional<HostCount> hosts(String cluster) {
        throw none();
    }

    @Override
    public long now() {
        throw none();
    }

    @Override
    public RuntimeSnapshot runtime() {
        throw none();
    }

    @Override
    public long chance() {
        throw none();
    }

    @Override
    public void flag(ResponseFlag flag) {
        throw none();
    }

    @Override
    public Trace trace() {
        return Trace.OFF;
    }
}
