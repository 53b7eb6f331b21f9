package io.heddle.traffic.explain;

import io.heddle.traffic.filter.AnswerFilter;
import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.filter.FilterCounter;
import io.heddle.traffic.filter.FilterEnd;
import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.filter.FilterStep;
import io.heddle.traffic.filter.HostCount;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.filter.ProxyHealth;
import io.heddle.traffic.filter.ReceivedBody;
import io.heddle.traffic.filter.StatefulSessionFilter;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.ratelimit.LimitBuckets;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.TokenBuckets;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.resilience.Controllers;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.RouteDecision;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Folds a call through the filters of a chain, and is the call as they see it. What they wait for is there
/// at once: time has passed, the control plane has nothing more, and services outside have nothing against
/// the call. Confined to a thread.
final class FilterFold implements FilterRequest {
    /// A call is a head; what is decided about its body is decided about none.
    private static final ReceivedBody NO_BODY = new ReceivedBody() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public boolean whole() {
            return true;
        }

        @Override
        public byte[] copy() {
            return new byte[0];
        }
    };

    private final Heads.Received.Taken taken;
    private final RouteDecision decision;
    private final Optional<ClusterChoice.Target> target;
    private final Chances chances;
    private final RuntimeSnapshot runtime;
    private final Trace trace;
    private final HeaderEdits requestEdits = new HeaderEdits();
    private final HeaderEdits responseEdits = new HeaderEdits();
    private final RequestState state = new RequestState();
    private final LimitBuckets untouched = new LimitBuckets();
    private FilterChain chain = FilterChain.NONE;
    private Optional<StatefulSessionFilter.Settings> session = Optional.empty();

    /// Where a call goes.
    record Routed(RouteDecision decision, Optional<ClusterChoice.Target> target) {}

    FilterFold(Heads.Received.Taken taken, Routed routed, Chances chances, RuntimeSnapshot runtime, Trace trace) {
        this.taken = taken;
        this.decision = routed.decision();
        this.target = routed.target();
        this.chances = chances;
        this.runtime = runtime;
        this.trace = trace;
    }

    /// The answer of the first filter that has one.
    Optional<LocalReply> run(FilterChain filters) {
        chain = filters;
        for (int i = 0; i < chain.filters().size(); i++) {
            var filter = chain.filters().get(i);
            int ofRequest = requestEdits.size();
            int ofAnswer = responseEdits.size();
            var reply = act(filter);
            HeadWords.tell("request", requestEdits, ofRequest, trace);
            HeadWords.tell("answer", responseEdits, ofAnswer, trace);
            if (reply.isPresent()) {
                chain.filters().subList(i + 1, chain.filters().size()).forEach(later -> later.onUnreached(this));
                return reply;
            }
        }
        return Optional.empty();
    }

    private Optional<LocalReply> act(HttpFilter filter) {
        if (override(filter.name())
                .filter(FilterOverride.Disabled.class::isInstance)
                .isPresent()) {
            trace.decided("filter", filter.name(), "is disabled for this route");
        }
        var step = filter.onRequest(this);
        while (true) {
            switch (step) {
                case FilterStep.Continue() -> {
                    trace.decided("filter", filter.name(), "continues");
                    return Optional.empty();
                }
                case FilterStep.Reply(LocalReply reply) -> {
                    trace.decided("filter", filter.name(), "answers " + reply.status() + " " + reply.details());
                    return Optional.of(reply);
                }
                case FilterStep.Ask(FilterStep.Question.Pause(var duration)) -> {
                    trace.decided("filter", filter.name(), "waits " + duration.toMillis() + " ms");
                    step = filter.onAnswer(this, new FilterStep.Answer.Paused());
                }
                case FilterStep.Ask(FilterStep.Question.Body(long limit, boolean _)) -> {
                    trace.decided("filter", filter.name(), "holds a body of at most " + limit + " bytes");
                    step = filter.onAnswer(this, new FilterStep.Answer.Body(NO_BODY));
                }
                case FilterStep.Ask(FilterStep.Question.KnownCluster _) -> {
                    trace.decided("filter", filter.name(), "asks for the cluster where it is not known");
                    step = filter.onAnswer(this, new FilterStep.Answer.ClusterSought());
                }
                case FilterStep.Ask(FilterStep.Question.Outside(var call)) -> {
                    trace.decided("filter", filter.name(), "would ask " + call.description());
                    step = filter.onAnswer(this, new FilterStep.Answer.Outside(call.granted()));
                }
                case FilterStep.Ask(FilterStep.Question.VirtualHost _) -> {
                    trace.decided("filter", filter.name(), "asks for a virtual host where there may be more");
                    return Optional.empty();
                }
            }
        }
    }

    /// How the call's session is kept, if it has one.
    Optional<StatefulSessionFilter.Settings> session() {
        return session;
    }

    @Override
    public RequestHead head() {
        return taken.head();
    }

    @Override
    public Peer peer() {
        return taken.peer();
    }

    @Override
    public boolean internal() {
        return taken.internal();
    }

    @Override
    public HeaderEdits requestEdits() {
        return requestEdits;
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
        var ofTarget = target.map(found -> found.overrides().get(name));
        var found = ofTarget.isPresent()
                ? ofTarget
                : Optional.ofNullable(decision.route().overrides().get(name));
        return chain.settled(name, found);
    }

    @Override
    public void keepSession(StatefulSessionFilter.Settings kept) {
        session = Optional.of(kept);
    }

    @Override
    public void fromClient(int mark) {
        trace.decided("filter", "the request", "would come from the client's address");
    }

    @Override
    public void toHost(String host) {
        trace.decided("filter", "the request", "would go to the host " + host + " by a dynamic forward proxy");
    }

    @Override
    public String cluster() {
        return target.map(ClusterChoice.Target::cluster).orElse("");
    }

    @Override
    public void changeRequest(List<HeaderChange> changes) {
        HeadWords.tell("request", changes, trace);
    }

    @Override
    public void changeResponse(List<HeaderChange> changes) {
        HeadWords.tell("answer", changes, trace);
    }

    @Override
    public boolean bodiless() {
        return !taken.upgrade().isEmpty();
    }

    @Override
    public void changeBody(BodyChange change) {
        trace.decided("filter", "the request's body", "would be changed");
    }

    @Override
    public void onAnswer(AnswerFilter filter) {
        // There is no answer.
    }

    /// Full ones: an explanation takes nothing from those of a proxy, and says what becomes of a first
    /// request.
    @Override
    public TokenBuckets buckets(LocalLimits limits) {
        return untouched.of(limits, now());
    }

    @Override
    public RequestState state() {
        return state;
    }

    @Override
    public void reroute() {
        trace.decided("filter", "route", "would be found anew by what was set");
    }

    @Override
    public void count(FilterCounter counter) {
        // An explanation is no request.
    }

    /// There is no other request.
    @Override
    public boolean enter(FilterCounter gauge, long most) {
        return most > 0;
    }

    @Override
    public void atEnd(FilterEnd end) {
        // It does not end.
    }

    /// An explanation counts nothing.
    @Override
    public String statPrefix() {
        return "";
    }

    /// Fresh ones: nothing has become of any request yet.
    @Override
    public Controllers controllers() {
        return new Controllers(_ -> {}, Duration.ZERO);
    }

    /// Configuration does not say how a proxy is.
    @Override
    public ProxyHealth health() {
        return ProxyHealth.WELL;
    }

    @Override
    public boolean knows(String cluster) {
        return true;
    }

    /// Nor how hosts are: an explanation takes them as well.
    @Override
    public Optional<HostCount> hosts(String cluster) {
        return Optional.of(new HostCount(1, 1));
    }

    /// A moment like any other: nothing was taken from the buckets before.
    @Override
    public long now() {
        return 0;
    }

    @Override
    public RuntimeSnapshot runtime() {
        return runtime;
    }

    @Override
    public long chance() {
        return chances.next();
    }

    @Override
    public void flag(ResponseFlag flag) {
        trace.decided("filter", "response flag", flag.toString());
    }

    @Override
    public Trace trace() {
        return trace;
    }
}
