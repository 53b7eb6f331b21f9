package io.heddle.traffic.filter;

import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.ratelimit.LimitBuckets;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.TokenBuckets;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.resilience.Controllers;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.RouteDecision;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A request as filters see it, and what they did to it.
final class Request implements FilterRequest {
    RequestHead head = TextRequest.get("h", "/a");
    Optional<String> principal = Optional.empty();
    final Map<String, FilterOverride> overrides = new HashMap<>();
    boolean internal;
    final List<ResponseFlag> flags = new ArrayList<>();
    final List<String> counted = new ArrayList<>();
    final List<HeaderChange> requestChanges = new ArrayList<>();
    final List<HeaderChange> responseChanges = new ArrayList<>();
    final HeaderEdits responseEdits = new HeaderEdits();
    RouteDecision decision = RouteDecision.NOT_FOUND;
    LimitBuckets buckets = new LimitBuckets();
    final List<BodyChange> bodyChanges = new ArrayList<>();
    final List<AnswerFilter> answerFilters = new ArrayList<>();
    boolean bodiless;
    final RequestState state = new RequestState();
    boolean rerouted;
    Controllers controllers = new Controllers(_ -> {}, Duration.ofMinutes(1));
    final List<FilterEnd> ends = new ArrayList<>();
    final Map<String, HostCount> hosts = new HashMap<>();
    ProxyHealth health = ProxyHealth.WELL;
    final List<Integer> marks = new ArrayList<>();
    final List<String> namedHosts = new ArrayList<>();
    long entered;
    long chance;
    RuntimeSnapshot runtime = RuntimeSnapshot.EMPTY;
    long now;
    Optional<StatefulSessionFilter.Settings> kept = Optional.empty();

    /// What changes in the answer's head, as `name: value`.
    List<String> answer() {
        var lines = new ArrayList<String>();
        for (int i = 0; i < responseEdits.size(); i++) {
            lines.add(line(responseEdits.edit(i)));
        }
        return lines;
    }

    private static String line(HeaderEdit edit) {
        return edit.name() + ": " + edit.value();
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public boolean internal() {
        return internal;
    }

    @Override
    public Peer peer() {
        return new Peer(
                new InetSocketAddress("10.1.2.3", 5000),
                new InetSocketAddress("10.9.9.9", 15006),
                principal.isPresent(),
                principal,
                Optional.empty());
    }

    @Override
    public HeaderEdits requestEdits() {
        return new HeaderEdits();
    }

    @Override
    public HeaderEdits responseEdits() {
        return responseEdits;
    }

    @Override
    public RouteDecision decision() {
        return decision;
    }

    @Override
    public Optional<FilterOverride> override(String name) {
        return Optional.ofNullable(overrides.get(name));
    }

    @Override
    public void keepSession(StatefulSessionFilter.Settings session) {
        kept = Optional.of(session);
    }

    @Override
    public void fromClient(int mark) {
        marks.add(mark);
    }

    @Override
    public void toHost(String host) {
        namedHosts.add(host);
    }

    @Override
    public String cluster() {
        return "app";
    }

    @Override
    public void changeRequest(List<HeaderChange> changes) {
        requestChanges.addAll(changes);
    }

    @Override
    public void changeResponse(List<HeaderChange> changes) {
        responseChanges.addAll(changes);
    }

    @Override
    public boolean bodiless() {
        return bodiless;
    }

    @Override
    public void changeBody(BodyChange change) {
        bodyChanges.add(change);
    }

    @Override
    public void onAnswer(AnswerFilter filter) {
        answerFilters.add(filter);
    }

    @Override
    public TokenBuckets buckets(LocalLimits limits) {
        return buckets.of(limits, now);
    }

    @Override
    public RequestState state() {
        return state;
    }

    @Override
    public void reroute() {
        rerouted = true;
    }

    @Override
    public void count(FilterCounter counter) {
        counted.add(counter.family());
    }

    @Override
    public boolean enter(FilterCounter gauge, long most) {
        return entered < most;
    }

    @Override
    public void atEnd(FilterEnd end) {
        ends.add(end);
    }

    @Override
    public String statPrefix() {
        return "in";
    }

    @Override
    public Controllers controllers() {
        return controllers;
    }

    @Override
    public ProxyHealth health() {
        return health;
    }

    @Override
    public boolean knows(String cluster) {
        return hosts.containsKey(cluster);
    }

    @Override
    public Optional<HostCount> hosts(String cluster) {
        return Optional.ofNullable(hosts.get(cluster));
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public RuntimeSnapshot runtime() {
        return runtime;
    }

    @Override
    public long chance() {
        return chance;
    }

    @Override
    public void flag(ResponseFlag flag) {
        flags.add(flag);
    }

    @Override
    public Trace trace() {
        return Trace.OFF;
    }
}
