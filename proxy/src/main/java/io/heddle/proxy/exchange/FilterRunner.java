package io.heddle.proxy.exchange;

import io.heddle.proxy.body.Transforms;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.grpc.GrpcClient;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.ondemand.DemandWait;
import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.proxy.outside.OutsideWait;
import io.heddle.traffic.filter.AnswerFilter;
import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.filter.FilterCounter;
import io.heddle.traffic.filter.FilterEnd;
import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.filter.FilterStep;
import io.heddle.traffic.filter.HostCount;
import io.heddle.traffic.filter.ProxyHealth;
import io.heddle.traffic.filter.ReceivedBody;
import io.heddle.traffic.filter.StatefulSessionFilter;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.outside.OutsideAnswer;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.TokenBuckets;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.resilience.Controllers;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Folds a request's head through the filters of its chain, in order, and does what they ask for. Part of
/// its [HttpExchange], reused with it; it is also the request as the filters see it.
final class FilterRunner implements FilterRequest {
    /// Hears how it ended.
    interface Outcome {
        /// Every filter let the request pass.
        void passed();

        /// One of them answered it.
        void replied(LocalReply reply);

        /// The name under which the control plane can be asked for the request's virtual host; empty where
        /// it cannot.
        Optional<String> virtualHost();

        /// There may be a virtual host now: the request is to be routed anew, and begins again with the
        /// first filter.
        void routable();

        /// The request is to be routed anew, and goes on with its filters; the cluster where it goes then.
        ClusterChoice.@Nullable Target rerouted();
    }

    private final Worker worker;
    private final ProxyServices services;
    private final HopHeaders headers;
    private final ExchangeFormat format;
    private final RequestTimeline timeline;
    private final HttpExchange exchange;
    private final Tries tries;
    private final Outcome outcome;
    private final Deadline pause = new Deadline(this::paused);
    private final DemandWait demand = new DemandWait(this::demanded);
    private final HeaderEdits requestEdits = new HeaderEdits();
    private final HeaderEdits responseEdits = new HeaderEdits();
    private final List<HeaderChange> responseChanges = new ArrayList<>();
    private final List<FilterCounter> entered = new ArrayList<>(0);
    private final List<FilterEnd> ends = new ArrayList<>(0);
    private FilterChain chain = FilterChain.NONE;
    private ClusterChoice.@Nullable Target target;
    private @Nullable RequestHead head;
    private Optional<StatefulSessionFilter.Settings> session = Optional.empty();
    private int index;
    private boolean soughtHost;
    private boolean bodiless;
    private boolean seesAnswer;
    private @Nullable Bodies bodies;
    private @Nullable OutsideWait outside;
    private boolean reroutes;

    FilterRunner(
            HttpExchange exchange, ProxyServices services, HopHeaders headers, ExchangeFormat format, Tries tries) {
        this.exchange = exchange;
        this.tries = tries;
        this.worker = headers.worker();
        this.services = services;
        this.headers = headers;
        this.format = format;
        this.timeline = format.timeline();
        this.outcome = exchange;
    }

    /// Forgets the last request.
    void clear() {
        again();
        if (bodies != null) {
            bodies.clear();
        }
    }

    /// The request will begin anew elsewhere.
    void again() {
        forgetChanges();
        leave();
        demand.cancel();
        if (outside != null) {
            outside.cancel();
        }
        soughtHost = false;
        reroutes = false;
        session = Optional.empty();
        target = null;
        chain = FilterChain.NONE;
        worker.deadlines().clear(pause);
    }

    private void leave() {
        for (int i = 0; i < entered.size(); i++) {
            services.observer().left(entered.get(i), timeline.statPrefix);
        }
        entered.clear();
        if (ends.isEmpty()) {
            return;
        }
        var ended = new FilterEnd.Ended(
                timeline.status, timeline.grpcStatus, timeline.answerComplete, worker.now(), timeline.hostNanos());
        for (int i = 0; i < ends.size(); i++) {
            ends.get(i).ended(ended, this);
        }
        ends.clear();
    }

    /// What the filters see and change of the request's and the answer's body.
    Bodies bodies() {
        if (bodies == null) {
            var transforms = new Transforms(worker, services.observer(), timeline);
            bodies = new Bodies(exchange, this, tries, transforms);
        }
        return bodies;
    }

    /// Whether a filter wants to see the answer.
    boolean seesAnswer() {
        return seesAnswer;
    }

    private void forgetChanges() {
        seesAnswer = false;
        headers.asConnected();
        if (bodies != null) {
            bodies.restart();
        }
        requestEdits.clear();
        responseEdits.clear();
        responseChanges.clear();
    }

    /// The connection is gone.
    void close() {
        worker.deadlines().remove(pause);
    }

    /// Begins with the first filter; `nothing` tells that the request has no body.
    void start(RequestHead request, boolean nothing, FilterChain filters, ClusterChoice.@Nullable Target forwardTo) {
        head = request;
        bodiless = nothing;
        chain = filters;
        target = forwardTo;
        session = Optional.empty();
        index = 0;
        run();
    }

    private void run() {
        while (index < chain.filters().size()) {
            if (!act(chain.filters().get(index).onRequest(this))) {
                return;
            }
            index++;
            followRoute();
        }
        outcome.passed();
    }

    private void followRoute() {
        if (reroutes) {
            reroutes = false;
            target = outcome.rerouted();
        }
    }

    /// Does what a filter wants; whether the next one follows at once.
    private boolean act(FilterStep step) {
        return switch (step) {
            case FilterStep.Continue() -> true;
            case FilterStep.Reply(LocalReply reply) -> {
                outcome.replied(reply);
                yield false;
            }
            case FilterStep.Ask(FilterStep.Question.Pause(var duration)) -> {
                worker.deadlines().set(pause, worker.now() + duration.toNanos());
                yield false;
            }
            case FilterStep.Ask(FilterStep.Question.Body question) -> {
                var body = bodiless ? Bodies.NOTHING : bodies().request().ask(question, format.received());
                yield body.isPresent() && act(next(new FilterStep.Answer.Body(body.get())));
            }
            case FilterStep.Ask(FilterStep.Question.Outside(var call)) -> {
                outside().ask(call);
                yield false;
            }
            case FilterStep.Ask(FilterStep.Question.VirtualHost(var timeout)) -> {
                var name = soughtHost ? Optional.<String>empty() : outcome.virtualHost();
                soughtHost = true;
                yield name.isEmpty() || !waits(ResourceType.VHDS, name.get(), timeout);
            }
            case FilterStep.Ask(FilterStep.Question.KnownCluster(var timeout)) ->
                target == null
                        || services.upstreams().cluster(target.cluster()).isPresent()
                        || !waits(ResourceType.CDS, target.cluster(), timeout);
        };
    }

    /// Asks the control plane; whether the request does not go on now.
    private boolean waits(ResourceType type, String name, Duration timeout) {
        return switch (services.onDemand().ask(new OnDemand.Key(type, name), worker, demand)) {
            case WAIT -> {
                worker.deadlines().set(pause, worker.now() + timeout.toNanos());
                yield true;
            }
            case NOBODY -> false;
            case FULL -> {
                outcome.replied(UpstreamReplies.TOO_MANY_WAIT);
                yield true;
            }
        };
    }

    private OutsideWait outside() {
        if (outside == null) {
            outside = new OutsideWait(new GrpcClient(worker, services.upstreams()), this::outsideSaid);
        }
        return outside;
    }

    private void outsideSaid(OutsideAnswer said) {
        worker.tick();
        answer(new FilterStep.Answer.Outside(said));
    }

    private void paused() {
        worker.tick();
        if (demand.isWaiting()) {
            demand.timeOut();
            sought();
            return;
        }
        answer(new FilterStep.Answer.Paused());
    }

    private void demanded() {
        worker.tick();
        worker.deadlines().clear(pause);
        sought();
    }

    private void sought() {
        if (timeline.decision().equals(RouteDecision.NOT_FOUND)) {
            leave();
            timeline.state.clear();
            forgetChanges();
            outcome.routable();
        } else {
            answer(new FilterStep.Answer.ClusterSought());
        }
    }

    /// The body that a filter waits for is there.
    void bodyCame(ReceivedBody body) {
        answer(new FilterStep.Answer.Body(body));
    }

    private void answer(FilterStep.Answer answer) {
        if (act(next(answer))) {
            index++;
            followRoute();
            run();
        }
    }

    private FilterStep next(FilterStep.Answer answer) {
        return chain.filters().get(index).onAnswer(this, answer);
    }

    @Override
    public boolean bodiless() {
        return bodiless;
    }

    @Override
    public void changeBody(BodyChange change) {
        if (!bodiless) {
            bodies().request().add(change);
        }
    }

    @Override
    public void onAnswer(AnswerFilter filter) {
        seesAnswer = true;
        bodies().answer().add(filter);
    }

    @Override
    public RequestHead head() {
        if (head == null) {
            throw new IllegalStateException("no request");
        }
        return head;
    }

    @Override
    public Peer peer() {
        return headers.peer();
    }

    @Override
    public boolean internal() {
        return headers.internal();
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
        return timeline.decision();
    }

    @Override
    public Optional<FilterOverride> override(String name) {
        var ofTarget = target == null ? null : target.overrides().get(name);
        var found = ofTarget != null
                ? ofTarget
                : timeline.decision().route().overrides().get(name);
        return chain.settled(name, Optional.ofNullable(found));
    }

    @Override
    public void fromClient(int mark) {
        headers.fromClient(mark);
    }

    @Override
    public void toHost(String host) {
        headers.toHost(host);
    }

    @Override
    public void keepSession(StatefulSessionFilter.Settings kept) {
        session = Optional.of(kept);
    }

    /// How the request's session is kept, if it has one.
    Optional<StatefulSessionFilter.Settings> session() {
        return session;
    }

    @Override
    public String cluster() {
        return target == null ? "" : target.cluster();
    }

    @Override
    public void changeRequest(List<HeaderChange> changes) {
        HeaderChange.addAll(changes, format, requestEdits);
    }

    @Override
    public void changeResponse(List<HeaderChange> changes) {
        responseChanges.addAll(changes);
    }

    /// Adds what the filters change in the answer's head, now that there is one; after what the route
    /// changes, as Envoy's filters see an answer after its router. Filters that the request has not reached
    /// have their say, too.
    void changeAnswer(HeaderEdits edits) {
        for (index++; index < chain.filters().size(); index++) {
            chain.filters().get(index).onUnreached(this);
        }
        for (int i = 0; i < responseEdits.size(); i++) {
            edits.add(responseEdits.edit(i));
        }
        HeaderChange.addAll(responseChanges, format, edits);
    }

    @Override
    public TokenBuckets buckets(LocalLimits limits) {
        return services.limits().of(limits, worker.now());
    }

    @Override
    public RequestState state() {
        return timeline.state;
    }

    @Override
    public void reroute() {
        reroutes = true;
    }

    @Override
    public void count(FilterCounter counter) {
        services.observer().counted(counter, timeline.statPrefix);
    }

    @Override
    public boolean enter(FilterCounter gauge, long most) {
        if (entered.contains(gauge)) {
            return true;
        }
        boolean in = services.observer().entered(gauge, timeline.statPrefix, most);
        if (in) {
            entered.add(gauge);
        }
        return in;
    }

    @Override
    public void atEnd(FilterEnd end) {
        ends.add(end);
    }

    @Override
    public String statPrefix() {
        return timeline.statPrefix;
    }

    @Override
    public Controllers controllers() {
        return services.controllers();
    }

    @Override
    public ProxyHealth health() {
        return services.health().get();
    }

    @Override
    public boolean knows(String cluster) {
        return services.upstreams().cluster(cluster).isPresent();
    }

    @Override
    public Optional<HostCount> hosts(String cluster) {
        return services.upstreams().cluster(cluster).map(found -> found.count(worker.now()));
    }

    @Override
    public long now() {
        return worker.now();
    }

    @Override
    public RuntimeSnapshot runtime() {
        return worker.runtime();
    }

    @Override
    public long chance() {
        return worker.chance();
    }

    @Override
    public void flag(ResponseFlag flag) {
        timeline.flag = flag;
    }
}
