package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.GrpcStatus;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.pool.UpstreamStream;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.resilience.health.GrpcVerdict;
import io.heddle.traffic.resilience.retry.RetryDecider;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The tries of one request at a cluster's hosts: the first and those after it. Part of its [HttpExchange],
/// reused with it.
///
/// The request counts at its [RequestBreakers] from the first pick to [#finish]. One try at a time is the current
/// one; with hedging, those before it that took too long go on beside it until one of all has a good answer.
final class Tries {
    private final HttpExchange exchange;
    private final Worker worker;
    private final ProxyServices services;
    private final RequestTimeline timeline;
    private final HopHeaders headers;
    private final SentHead sent;
    private final Mirrors mirrors;
    private final RequestBody body;
    private final TimeLimits limits;
    private final HostChoice choice;
    private final RequestBreakers breakers;
    private final Retries retries;
    private final Deadline pause = new Deadline(this::paused);
    private Attempt current;
    private final SlowAttempts beside;
    private @Nullable HttpRequestHead head;
    private String upgrade = "";
    private ClusterChoice.@Nullable Target target;
    private RouteAction.@Nullable Forward forward;
    private @Nullable UpstreamCluster cluster;
    private boolean pausing;

    Tries(HttpExchange exchange, Worker worker, ProxyServices services, HopHeaders headers, ExchangeFormat format) {
        this.exchange = exchange;
        this.worker = worker;
        this.services = services;
        this.sent = new SentHead(headers, format, services);
        this.timeline = format.timeline();
        this.headers = headers;
        this.choice = new HostChoice(worker, headers, sent, timeline.state);
        this.mirrors = new Mirrors(worker, services, headers);
        this.body = new RequestBody(mirrors);
        this.limits = new TimeLimits(timeline);
        this.breakers = new RequestBreakers(services.breakers());
        this.retries = new Retries(worker, timeline, breakers);
        this.beside = new SlowAttempts(breakers);
        this.current = new Attempt(exchange, this, worker, services, headers);
    }

    /// Begins a request; it may never be forwarded.
    void start(
            HttpRequestHead requestHead,
            NetworkFilter.Http settings,
            ClusterChoice.@Nullable Target forwardTo,
            String change,
            boolean complete) {
        head = requestHead;
        upgrade = change;
        sent.start();
        target = forwardTo;
        choice.start(requestHead, forwardTo);
        body.start(complete);
        limits.start(worker.now(), settings.limits());
    }

    /// The request goes to another cluster; it has gone to none yet.
    void aim(ClusterChoice.@Nullable Target forwardTo) {
        target = forwardTo;
        choice.start(head(), forwardTo);
    }

    /// What changes in the head of the answer.
    List<HeaderChange> responseChanges() {
        return target == null ? timeline.decision().route().responseChanges() : target.responseChanges();
    }

    /// Says in the timeline what a request was meant for that a filter answered itself.
    void name() {
        if (target != null) {
            services.upstreams().cluster(target.cluster()).ifPresent(found -> timeline.toCluster(found.cluster()));
        }
    }

    /// Sends the request upstream.
    void forward(RouteAction.Forward action, HeaderEdits filterEdits) {
        forward = action;
        limits.limit(action, head(), filterEdits);
        boolean asks = headers.internal() && head().lines().has(LineKind.ENVOY);
        if (asks) {
            limits.ask(head());
        }
        var wanted = target == null ? "" : target.cluster();
        var found = services.upstreams().cluster(wanted);
        if (found.isEmpty()) {
            exchange.fail(UpstreamReplies.noCluster(action.options().clusterNotFound()));
            return;
        }
        timeline.toCluster(found.get().cluster());
        timeline.forwarded = true;
        if (!breakers.begin(found.get().load(), found.get().isAggregate(), action.options())) {
            exchange.fail(UpstreamReplies.OVERFLOW);
            return;
        }
        cluster = found.get();
        limits.toward(cluster().cluster().responses());
        retries.start(action.retry(), head(), asks, found.get().load());
        body.limit(action.options().keptBody());
        choice.toward(found.get(), action, retries.policy().hosts());
        sent.gather(head(), action, target, filterEdits);
        if (!action.mirrors().isEmpty() && body.canBeSentAgain()) {
            mirrors.start(action, sent.original(head(), body.isNothing()));
            body.copySoFar();
        }
        pick();
    }

    private void paused() {
        worker.tick();
        pick();
    }

    private void pick() {
        pausing = false;
        if (cluster().namesHosts()) {
            current.find(cluster(), sent.destination(head()));
            return;
        }
        var picked = cluster().pick(worker, choice);
        if (picked.isEmpty()) {
            giveUp(UpstreamReplies.NO_HOST);
            return;
        }
        chosen(picked.get());
    }

    /// The host that the request names is not known.
    void unnamed(UpstreamFailure failure) {
        giveUp(UpstreamReplies.unnamed(failure));
    }

    /// The current try goes there.
    void chosen(Host found) {
        timeline.attempts++;
        timeline.toHost(found);
        timeline.tryBegun = worker.now();
        choice.picked(found);
        boolean connect = upgrade.equals(OutgoingRequest.CONNECT);
        boolean changes = !upgrade.isEmpty() && !connect;
        current.begin(cluster(), found, head().version(), changes);
        if (connect && forward().upgrades().terminatesConnect()) {
            current.tunnel();
        } else {
            current.connect();
        }
    }

    /// The current try has a stream: sends the head and what came of the body.
    void ready(UpstreamStream fresh) {
        timeline.goesOver(fresh.facts(), fresh.protocol(), worker.now());
        limits.moved(worker.now());
        long expected = headers.tellsApplication()
                ? limits.expectedMillis(retries.policy().hedges())
                : 0;
        sent.to(current.host().endpoint(), forward(), head());
        var lines = sent.lines(head(), fresh, forward().options().requestAttempts(), expected);
        var authority = current.host().endpoint().key();
        fresh.send(new OutgoingRequest(head(), sent.rewrite(forward()), authority, lines, upgrade, body.isNothing()));
        body.sendTo(fresh);
        timeline.upstreamSent = body.ended() ? worker.now() : 0;
        if (!body.ended()) {
            exchange.resumeClient();
        }
        if (!exchange.isReadingClient()) {
            fresh.flush();
        }
    }

    /// Takes a piece of the request's body; false when the next one should wait.
    boolean body(ByteBuf piece) {
        limits.moved(worker.now());
        return body.piece(piece, current.stream());
    }

    void requestEnded(HeaderLines trailers) {
        body.end(trailers, current.stream());
        timeline.upstreamSent = current.stream() == null ? 0 : worker.now();
    }

    void flush() {
        current.flush();
    }

    void readAnswer(boolean wanted) {
        current.read(wanted);
    }

    /// The body on its way.
    RequestBody requestBody() {
        return body;
    }

    /// The request goes on with another head, which says another length of its body.
    void reframe(HttpRequestHead framed) {
        head = framed;
    }

    /// The protocol changes: bytes go both ways.
    void tunnel() {
        body.letGo();
        limits.tunnel();
    }

    /// Whether the host can be told that the client's direction of a tunnel has ended.
    boolean halfCloses() {
        return current.halfCloses();
    }

    /// A piece of a body has come, or has gone on.
    void moved() {
        limits.moved(worker.now());
    }

    /// The host's answer is complete; some of it may still be on its way through filters.
    void answered() {
        timeline.answerComplete = true;
        limits.answered();
        current.ended();
    }

    /// The current try brought nothing, or not all: another one, or the end.
    void failed(UpstreamFailure failure, boolean answering) {
        var outcome = current.outcome(failure);
        current.ended();
        current.judgeFailure(failure);
        if (answering || outcome.isEmpty() || !retry(outcome.get())) {
            giveUp(UpstreamReplies.failed(failure));
        }
    }

    /// The current try came to nothing: this is the answer, unless another one goes on beside it.
    private void giveUp(LocalReply reply) {
        if (beside.isEmpty()) {
            exchange.fail(reply);
        }
    }

    boolean isCurrent(Attempt attempt) {
        return attempt == current;
    }

    /// A try beside the current one has an answer: whether that is the one to take. Then the try is the current one.
    boolean prefers(Attempt attempt, HttpResponseHead answer) {
        int grpc = GrpcStatus.of(answer.lines());
        boolean others = current.isUnderWay() || pausing || beside.size() > 1;
        beside.remove(attempt);
        if (others && retries.names(answer.status(), grpc, answer.lines())) {
            attempt.cancel();
            return false;
        }
        worker.deadlines().clear(pause);
        pausing = false;
        current.cancel();
        current = attempt;
        timeline.toHost(attempt.host());
        timeline.over(attempt.facts());
        timeline.upstreamReady = attempt.readyAt();
        choice.picked(attempt.host());
        return true;
    }

    /// A try beside the current one came to nothing; nobody misses it while others are under way.
    void lostBeside(Attempt attempt, UpstreamFailure failure) {
        beside.remove(attempt);
        if (beside.isEmpty() && !current.isUnderWay() && !pausing) {
            exchange.fail(UpstreamReplies.failed(failure));
        }
    }

    /// The host has answered: that counts in outlier detection. A `grpc` status is -1 without, and is nothing
    /// to one that was not asked for gRPC.
    void judge(int status, int grpc) {
        boolean counts = grpc >= 0 && sent.isGrpc(head());
        current.judge(counts ? GrpcVerdict.httpStatus(grpc) : status);
    }

    private void judgeTimeout() {
        if (isTrying()) {
            current.judgeTimeout();
        }
    }

    /// An answer's head has come; whether it is thrown away for another try.
    boolean again(int status, int grpc, HeaderFields lines) {
        boolean may = retries.policy().mayRetry(status, grpc);
        if (may && retry(new RetryDecider.Outcome.Status(status, grpc, lines, worker.nowMillis()))) {
            return true;
        }
        boolean bad = may && retries.names(status, grpc, lines);
        if (bad && !beside.isEmpty()) {
            current.cancel(); // One of those that go on may bring a better answer.
            forgetAnswer();
            return true;
        }
        retries.settled(bad);
        body.letGo();
        beside.cancel();
        return false;
    }

    private boolean retry(RetryDecider.Outcome outcome) {
        long left = limits.remaining(worker.now());
        long after = retries.pause(outcome, body.canBeSentAgain(), head().isIdempotent(), left);
        if (after == Retries.NO) {
            return false;
        }
        var host = current.target();
        if (outcome instanceof RetryDecider.Outcome.Hedge) {
            beside.add(current);
            current = current.another();
        } else {
            current.cancel();
        }
        choice.further(host, outcome instanceof RetryDecider.Outcome.Status);
        forgetAnswer();
        pausing = true;
        // Never at once: a failure within the call that began the try must not go deeper and deeper.
        worker.deadlines().set(pause, worker.now() + after);
        return true;
    }

    private void forgetAnswer() {
        timeline.grpcStatus = -1;
        timeline.responseHeadReceived = 0;
    }

    private boolean isTrying() {
        return current.stream() != null && timeline.responseHeadReceived == 0;
    }

    /// Whether the time of a try counts.
    private boolean isTimed() {
        return isTrying() && !current.isLate();
    }

    /// When the next timeout is due; `Long.MAX_VALUE` for never.
    long deadline() {
        return limits.next(isTimed(), current.isLimited(), current.stream() != null);
    }

    /// A timeout may be due.
    void expired(boolean answering) {
        var passed = limits.passed(worker.now(), isTimed(), current.isLimited(), current.stream() != null);
        retries.expired(passed);
        switch (passed) {
            case NONE -> {}
            case TRY -> tryExpired(answering, UpstreamReplies.TRY_TIMEOUT);
            case TRY_IDLE -> tryExpired(answering, UpstreamReplies.TRY_IDLE);
            case HOST -> endTry(answering, UpstreamReplies.hostTooLong(body.ended()));
            case REQUEST -> {
                judgeTimeout();
                give(UpstreamReplies.REQUEST_TIMEOUT);
            }
            case SENDING -> give(UpstreamReplies.SLOW_REQUEST);
            case DURATION -> give(UpstreamReplies.tooLong(body.ended()));
            case IDLE -> give(UpstreamReplies.idle(body.ended()));
        }
    }

    /// Gives up whatever is under way: this is the answer.
    private void give(LocalReply reply) {
        cancel();
        exchange.fail(reply);
    }

    /// A try takes too long: it is given up for another one, or, where the policy hedges, goes on beside that.
    private void tryExpired(boolean answering, LocalReply reply) {
        boolean hedges =
                retries.policy().hedges() && !retries.policy().conditions().isEmpty();
        if (answering || !hedges || !body.canBeSentAgain()) {
            abandonTry(answering, reply);
            return;
        }
        judgeTimeout();
        current.late();
        retry(new RetryDecider.Outcome.Hedge());
    }

    private void abandonTry(boolean answering, LocalReply reply) {
        judgeTimeout();
        endTry(answering, reply);
    }

    private void endTry(boolean answering, LocalReply reply) {
        current.cancel();
        if (answering || !retry(new RetryDecider.Outcome.PerTryTimeout())) {
            giveUp(reply);
        }
    }

    /// Gives up whatever is under way.
    void cancel() {
        worker.deadlines().clear(pause);
        pausing = false;
        current.cancel();
        beside.cancel();
    }

    /// Whether the request is complete and all of it could be sent again.
    boolean canBeSentElsewhere() {
        return body.ended() && body.canBeSentAgain();
    }

    /// The head as the host got it.
    SentHead sent() {
        return sent;
    }

    /// The request is to begin anew at another place, with its body unless that is left behind.
    void redirected(FollowedRedirects followed) {
        release();
        sent.from(followed.origin());
        if (followed.dropsBody()) {
            body.clear();
        }
        long kept = followed.dropsBody() ? 0 : timeline.bytesReceived;
        timeline.begunAnew(worker.now(), worker.nowMillis(), kept);
    }

    /// The request is over.
    void finish() {
        release();
        sent.from("");
        body.clear();
    }

    private void release() {
        cancel();
        mirrors.finish(body.ended());
        retries.clear();
        breakers.end();
        current.clear();
        cluster = null;
        forward = null;
        target = null;
        choice.clear();
    }

    /// The exchange will not be used again.
    void close() {
        worker.deadlines().remove(pause);
    }

    /// What the request counts at.
    RequestBreakers breakers() {
        return breakers;
    }

    /// What of the request says which host it goes to.
    HostChoice choice() {
        return choice;
    }

    private UpstreamCluster cluster() {
        return Objects.requireNonNull(cluster, "the request has no cluster");
    }

    private RouteAction.Forward forward() {
        return Objects.requireNonNull(forward, "the request is not forwarded");
    }

    private HttpRequestHead head() {
        return Objects.requireNonNull(head, "no request");
    }
}
