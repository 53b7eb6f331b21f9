package io.heddle.proxy.exchange;

import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.filter.FilterStep;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.RouteDecision;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Folds a request's head through the filters of its chain, in order, and does what they ask for. Part of its
/// [HttpExchange], reused with it; it is also the request as the filters see it.
final class FilterRunner implements FilterRequest {
    /// Hears how it ended.
    interface Outcome {
        /// Every filter let the request pass.
        void passed();

        /// One of them answered it.
        void replied(LocalReply reply);
    }

    private final Worker worker;
    private final HopHeaders headers;
    private final RequestTimeline timeline;
    private final Outcome outcome;
    private final Deadline pause = new Deadline(this::paused);
    private final HeaderEdits requestEdits = new HeaderEdits();
    private final HeaderEdits responseEdits = new HeaderEdits();
    private FilterChain chain = new FilterChain(java.util.List.of());
    private ClusterChoice.@Nullable Target target;
    private @Nullable RequestHead head;
    private int index;

    FilterRunner(Worker worker, HopHeaders headers, RequestTimeline timeline, Outcome outcome) {
        this.worker = worker;
        this.headers = headers;
        this.timeline = timeline;
        this.outcome = outcome;
    }

    /// Forgets the last request.
    void clear() {
        requestEdits.clear();
        responseEdits.clear();
        target = null;
        worker.deadlines().clear(pause);
    }

    /// The connection is gone.
    void close() {
        worker.deadlines().remove(pause);
    }

    /// Begins with the first filter.
    void start(RequestHead request, FilterChain filters, ClusterChoice.@Nullable Target forwardTo) {
        head = request;
        chain = filters;
        target = forwardTo;
        index = 0;
        run();
    }

    private void run() {
        while (index < chain.filters().size()) {
            if (!act(chain.filters().get(index).onRequest(this))) {
                return;
            }
            index++;
        }
        outcome.passed();
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
        };
    }

    private void paused() {
        worker.tick();
        if (act(chain.filters().get(index).onAnswer(this, new FilterStep.Answer.Paused()))) {
            index++;
            run();
        }
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
        return Optional.ofNullable(
                ofTarget != null
                        ? ofTarget
                        : timeline.decision().route().overrides().get(name));
    }

    @Override
    public long chance() {
        return worker.chance();
    }

    @Override
    public void flag(ResponseFlag flag) {
        timeline.flag = flag;
    }

    @Override
    public Trace trace() {
        return Trace.OFF;
    }
}
