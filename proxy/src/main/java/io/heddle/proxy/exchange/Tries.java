package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.upstream.ConnectionTicket;
import io.heddle.proxy.upstream.HostWait;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.UpstreamFailure;
import io.heddle.proxy.upstream.UpstreamStream;
import io.heddle.traffic.balance.Host;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.RetryDecider;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tries of one request at a cluster's hosts: the first and those after it. Part of its [HttpExchange],
/// reused with it.
///
/// A try counts at its host from its pick to its end; the request counts at its cluster's breaker from the first
/// pick to [#finish].
final class Tries implements HostWait.Listener {
    /// Tells the application the number of the try, and the client how many there were.
    static final HeaderName ATTEMPT_COUNT = HeaderName.of("x-envoy-attempt-count");

    private final HttpExchange exchange;
    private final Worker worker;
    private final ProxyServices services;
    private final RequestTimeline timeline;
    private final HopHeaders headers;
    private final ExchangeFormat format;
    private final Mirrors mirrors;
    private final RequestBody body;
    private final TimeLimits limits;
    private final HeaderEdits edits = new HeaderEdits();
    private final HostChoice choice;
    private final ConnectionTicket ticket;
    private final Deadline pause = new Deadline(this::pick);
    private final HostWait nameWait = new HostWait(this);
    private @Nullable HttpRequestHead head;
    private String upgrade = "";
    private String origin = "";
    private ClusterChoice.@Nullable Target target;
    private RouteAction.@Nullable Forward forward;
    private @Nullable UpstreamCluster cluster;
    private @Nullable Host host;
    private @Nullable UpstreamStream stream;
    private Optional<String> newHost = Optional.empty();
    private boolean waiting;
    private boolean counted;
    private boolean retryCounted;
    private int retries;

    Tries(HttpExchange exchange, Worker worker, ProxyServices services, HopHeaders headers, ExchangeFormat format) {
        this.exchange = exchange;
        this.ticket = new ConnectionTicket(exchange, headers.client().originator());
        this.worker = worker;
        this.services = services;
        this.format = format;
        this.timeline = format.timeline();
        this.headers = headers;
        this.choice = new HostChoice(worker, headers);
        this.mirrors = new Mirrors(worker, services, headers);
        this.body = new RequestBody(mirrors);
        this.limits = new TimeLimits(timeline);
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
        newHost = Optional.empty();
        target = forwardTo;
        choice.start(requestHead, forwardTo);
        retries = 0;
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
        limits.limit(action, head());
        var wanted = target == null ? "" : target.cluster();
        var found = services.upstreams().cluster(wanted);
        if (found.isEmpty()) {
            exchange.fail(UpstreamReplies.noCluster(action.options().clusterNotFound()));
            return;
        }
        timeline.toCluster(found.get().cluster());
        if (!found.get().breaker().tryAcquire(Resource.REQUESTS)) {
            exchange.fail(UpstreamReplies.OVERFLOW);
            return;
        }
        cluster = found.get();
        choice.toward(found.get(), action);
        newHost = target == null ? Optional.empty() : action.host(target, head());
        format.gather(filterEdits, target, edits);
        FollowedRedirects.tell(origin, edits);
        if (action.options().forwardedHost() && newHost.isPresent()) {
            ForwardedHost.append(head(), edits);
        }
        if (!action.mirrors().isEmpty() && body.canBeSentAgain()) {
            mirrors.start(action, new Mirrors.Original(head(), edits, newHost, format, body.isNothing()));
            body.copySoFar();
        }
        pick();
    }

    private void pick() {
        if (cluster().namesHosts()) {
            cluster().find(destinationName(), worker, nameWait);
            return;
        }
        var picked = cluster().pick(worker, choice);
        if (picked.isEmpty()) {
            exchange.fail(UpstreamReplies.NO_HOST);
            return;
        }
        named(picked.get());
    }

    /// The host that the request names, which a route may name in its stead.
    private String destinationName() {
        var forced = NamedHost.of(timeline.decision().route(), target, head());
        newHost = forced.or(() -> newHost);
        return forced.orElseGet(() -> {
            long authority = head().authority();
            return Span.isPresent(authority) ? Span.text(head().bytes(), authority) : "";
        });
    }

    @Override
    public void unnamed(UpstreamFailure failure) {
        exchange.fail(UpstreamReplies.unnamed(failure));
    }

    @Override
    public void named(Host found) {
        host = found;
        found.state().begin();
        counted = true;
        timeline.attempts++;
        timeline.toHost(found);
        choice.picked(found);
        waiting = true;
        ticket.asks(head().version(), !upgrade.isEmpty() && !upgrade.equals(OutgoingRequest.CONNECT));
        if (upgrade.equals(OutgoingRequest.CONNECT) && forward().upgrades().terminatesConnect()) {
            services.upstreams().tunnel(worker, cluster(), found, ticket);
        } else {
            services.upstreams().connect(worker, cluster(), found, ticket);
        }
    }

    /// A stream is there: sends the head and what came of the body.
    void ready(UpstreamStream fresh) {
        if (!waiting) {
            fresh.cancel(); // Never write a request to a host that was not chosen for it.
            return;
        }
        waiting = false;
        stream = fresh;
        Verdicts.reached(cluster, host, worker.now());
        timeline.upstreamReady = worker.now();
        timeline.upstreamHeadSent = worker.now();
        limits.moved(worker.now());
        var announcement = fresh.mutualTls() && !fresh.reused() ? services.ownPeer() : "";
        var lines = headers.lines(head(), edits, announcement);
        if (forward().options().requestAttempts()) {
            lines.add(ATTEMPT_COUNT.toString(), Integer.toString(timeline.attempts));
        }
        var authority = host().endpoint().key();
        fresh.send(new OutgoingRequest(head(), rewrite(), authority, lines, upgrade, body.isNothing()));
        body.sendTo(fresh);
        if (!body.ended()) {
            exchange.resumeClient();
        }
        if (!exchange.isReadingClient()) {
            fresh.flush();
        }
    }

    private Rewrite rewrite() {
        var ofRoute = forward().rewrite();
        return newHost.equals(ofRoute.host()) ? ofRoute : new Rewrite(newHost, ofRoute.path());
    }

    /// Takes a piece of the request's body; false when the next one should wait.
    boolean body(ByteBuf piece) {
        limits.moved(worker.now());
        return body.piece(piece, stream);
    }

    void requestEnded(HeaderLines trailers) {
        body.end(trailers, stream);
    }

    void flush() {
        if (stream != null) {
            stream.flush();
        }
    }

    void readAnswer(boolean wanted) {
        if (stream != null) {
            stream.read(wanted);
        }
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
        return stream != null && stream.halfCloses();
    }

    /// A piece of a body has come, or has gone on.
    void moved() {
        limits.moved(worker.now());
    }

    /// The answer is complete.
    void answered() {
        stream = null;
        endTry();
    }

    /// The try brought nothing, or not all: another one, or the end.
    void failed(UpstreamFailure failure, boolean answering) {
        boolean headSent = stream != null;
        boolean reused = stream != null && stream.reused();
        stream = null;
        waiting = false;
        endTry();
        Verdicts.failed(cluster, host, failure, worker.now());
        var outcome = switch (failure) {
            case CONNECT_FAILED, CONNECT_TIMEOUT -> new RetryDecider.Outcome.ConnectFailed();
            case RESET_BEFORE_RESPONSE -> new RetryDecider.Outcome.ResetBeforeResponse(headSent, reused);
            case STREAM_RESET -> new RetryDecider.Outcome.ResetBeforeResponse(headSent, false);
            case REFUSED -> new RetryDecider.Outcome.Refused();
            case OVERFLOW, RESET_IN_RESPONSE, STREAM_RESET_IN_RESPONSE, MALFORMED -> null;
            case NO_SUCH_NAME, TOO_MANY_NAMES, TOO_MANY_QUESTIONS -> null;
        };
        if (!answering && outcome != null && retry(outcome)) {
            return;
        }
        exchange.fail(UpstreamReplies.failed(failure));
    }

    /// The host has answered: that counts in outlier detection. A `grpc` status is -1 without.
    void judge(int status, int grpc) {
        Verdicts.answered(cluster, host, grpc < 0 ? status : GrpcAnswer.httpStatus(grpc), worker.now());
    }

    private void judgeTimeout() {
        if (isTrying()) {
            Verdicts.timedOut(cluster, host, worker.now());
            choice.timedOut();
        }
    }

    /// An answer's head has come; whether it is thrown away for another try.
    boolean again(int status, int grpc) {
        var policy = forward().retry();
        if (policy.conditions().isEmpty() || (status < 400 && grpc <= 0)) {
            body.letGo();
            return false;
        }
        if (retry(new RetryDecider.Outcome.Status(status, grpc))) {
            return true;
        }
        body.letGo();
        return false;
    }

    private boolean retry(RetryDecider.Outcome outcome) {
        long left = limits.remaining(worker.now());
        var attempt = new RetryDecider.Attempt(retries, outcome, body.canBeSentAgain(), head().isIdempotent(), left);
        return switch (RetryDecider.decide(forward().retry(), attempt, worker.chance())) {
            case RetryDecider.Decision.Stop(boolean limitReached) -> {
                if (limitReached) {
                    timeline.flag = ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED;
                }
                yield false;
            }
            case RetryDecider.Decision.Retry(var after) -> {
                if (!retryCounted && !cluster().breaker().tryAcquire(Resource.RETRIES)) {
                    yield false;
                }
                retryCounted = true;
                tryAgain(after.toNanos());
                yield true;
            }
        };
    }

    private void tryAgain(long after) {
        cancelTry();
        if (host != null) {
            choice.add(host);
        }
        retries++;
        timeline.grpcStatus = -1;
        timeline.responseHeadReceived = 0;
        // Never at once: a failure within the call that began the try must not go deeper and deeper.
        worker.deadlines().set(pause, worker.now() + after);
    }

    private boolean isTrying() {
        return stream != null && timeline.responseHeadReceived == 0;
    }

    /// When the next timeout is due; `Long.MAX_VALUE` for never.
    long deadline() {
        return limits.next(isTrying());
    }

    /// A timeout may be due.
    void expired(boolean answering) {
        switch (limits.passed(worker.now(), isTrying())) {
            case NONE -> {}
            case TRY -> {
                judgeTimeout();
                cancelTry();
                if (answering || !retry(new RetryDecider.Outcome.PerTryTimeout())) {
                    cancel();
                    exchange.fail(UpstreamReplies.REQUEST_TIMEOUT);
                }
            }
            case REQUEST -> {
                judgeTimeout();
                cancel();
                exchange.fail(UpstreamReplies.REQUEST_TIMEOUT);
            }
            case SENDING -> {
                cancel();
                exchange.fail(UpstreamReplies.SLOW_REQUEST);
            }
            case DURATION -> {
                cancel();
                exchange.fail(UpstreamReplies.tooLong(body.ended()));
            }
            case IDLE -> {
                cancel();
                exchange.fail(UpstreamReplies.idle(body.ended()));
            }
        }
    }

    /// Gives up whatever is under way.
    void cancel() {
        worker.deadlines().clear(pause);
        cancelTry();
    }

    private void cancelTry() {
        if (stream != null) {
            var current = stream;
            stream = null;
            current.cancel();
        }
        waiting = false;
        nameWait.cancel();
        ticket.cancel();
        endTry();
    }

    private void endTry() {
        if (counted && host != null) {
            counted = false;
            host.state().end();
        }
    }

    /// Whether the request is complete and all of it could be sent again.
    boolean canBeSentElsewhere() {
        return body.ended() && body.canBeSentAgain();
    }

    /// The request is to begin anew, with what came of its body, at another place than `from`.
    void redirected(String from) {
        release();
        origin = from;
        timeline.grpcStatus = -1;
        timeline.responseHeadReceived = 0;
    }

    /// The request is over.
    void finish() {
        release();
        origin = "";
        body.clear();
    }

    private void release() {
        cancel();
        mirrors.finish(body.ended());
        if (cluster != null) {
            cluster.breaker().release(Resource.REQUESTS);
            if (retryCounted) {
                cluster.breaker().release(Resource.RETRIES);
            }
        }
        retryCounted = false;
        cluster = null;
        forward = null;
        target = null;
        host = null;
        choice.clear();
    }

    /// The exchange will not be used again.
    void close() {
        worker.deadlines().remove(pause);
    }

    /// What of the request says which host it goes to.
    HostChoice choice() {
        return choice;
    }

    private UpstreamCluster cluster() {
        if (cluster == null) {
            throw new IllegalStateException("the request has no cluster");
        }
        return cluster;
    }

    private RouteAction.Forward forward() {
        if (forward == null) {
            throw new IllegalStateException("the request is not forwarded");
        }
        return forward;
    }

    private Host host() {
        if (host == null) {
            throw new IllegalStateException("the request has no host");
        }
        return host;
    }

    private HttpRequestHead head() {
        if (head == null) {
            throw new IllegalStateException("no request");
        }
        return head;
    }
}
