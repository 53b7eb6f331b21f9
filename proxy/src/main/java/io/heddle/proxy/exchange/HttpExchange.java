package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.GrpcStatus;
import io.heddle.proxy.exchange.head.HeadRules;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.exchange.head.PeerClaim;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.pool.UpstreamListener;
import io.heddle.proxy.upstream.pool.UpstreamStream;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One request from its head to its end: routed, filtered, sent upstream or answered here. It knows nothing of
/// the protocols on either side: the client's end is a [ClientStream], the host's an [UpstreamStream].
///
/// Reused for the stream's next request; confined to its event loop; under one configuration from start to end. A
/// connection has as many as it has requests at a time.
///
/// A request to change the protocol (`Upgrade`, CONNECT) is forwarded where configuration carries its type, else
/// refused; `h2c` alone is ignored, as RFC 9110, section 7.8 allows. Once the host agrees, the bodies are a
/// tunnel: bytes in both directions, each of which ends for itself.
///
/// [#finish] is the only exit. What happens to the tries in between stands in [Tries].
public final class HttpExchange implements UpstreamListener, FilterRunner.Outcome {
    private final ClientStream client;
    private final Worker worker;
    private final ProxyServices services;
    private final PeerClaim claim;
    private final RequestTimeline timeline = new RequestTimeline();
    private final HopHeaders headers;
    private final ExchangeFormat format;
    private final ExchangeFacts facts;
    private final Routing routing;
    private final FollowedRedirects followed;
    private final Tries tries;
    private final Deadline deadline = new Deadline(this::expired);
    private final HeaderEdits noEdits = new HeaderEdits();
    private final AnswerRelay relay;
    private final LocalReplies replies;
    private @Nullable FilterRunner filters;
    private @Nullable FilteredRequest inward;
    private @Nullable HttpRequestHead head;
    private boolean active;
    private boolean requestEnded;
    private boolean answering;
    private boolean tunnelling;
    private boolean hostEnded;
    private String upgrade = "";

    /// For the requests of `client`, one after the other.
    public HttpExchange(ClientStream client, Worker worker, ProxyServices services, PeerClaim claim) {
        this.client = client;
        this.worker = worker;
        this.services = services;
        this.claim = claim;
        this.headers = new HopHeaders(worker, claim.connection());
        this.format = new ExchangeFormat(timeline, headers, services.observer());
        this.facts = new ExchangeFacts(worker, headers, timeline.state);
        this.routing = new Routing(worker, headers, facts);
        this.followed = new FollowedRedirects(routing, facts, timeline);
        this.tries = new Tries(this, worker, services, headers, format);
        this.relay = new AnswerRelay(this, client, tries, headers, format);
        this.replies = new LocalReplies(worker, format);
    }

    private void start(HttpRequestHead requestHead) {
        client.begun();
        head = requestHead;
        format.start(requestHead);
        facts.start(requestHead);
        followed.clear();
        timeline.reset();
        timeline.servedBy(client.settings(), client.listener());
        timeline.startedAtMillis = worker.nowMillis();
        timeline.headReceived = worker.now();
        active = true;
        answering = false;
        tunnelling = false;
        hostEnded = false;
    }

    /// A request's head has come, and stays as it is until [ClientStream#done]; `complete` tells that there is no
    /// body, not even the bytes that follow a change of the protocol.
    public void begin(HttpRequestHead requestHead, boolean complete) {
        var settings = client.settings();
        start(requestHead);
        routing.under(services.config().current());
        requestEnded = complete;
        var refused = !client.bypassesOverload() && services.overload().shedsRequest(worker)
                ? LocalReplies.OVERLOADED
                : HeadRules.apply(requestHead, settings, claim.connection().peer());
        headers.start(requestHead, settings);
        timeline.received(requestHead, headers.peer(), headers.requestId().made());
        timeline.protocol = requestHead.version().text();
        timeline.fromWorkload(claim.read(requestHead));
        if (complete) {
            timeline.requestComplete = worker.now();
        }
        upgrade = complete ? "" : requestHead.upgrade();
        if (refused.isPresent()) {
            tries.start(requestHead, settings, null, upgrade, complete);
            reply(refused.get());
            return;
        }
        route(settings);
    }

    private void route(NetworkFilter.Http settings) {
        var target = target(settings);
        tries.start(head(), settings, target, upgrade, requestEnded);
        filter(settings, target);
    }

    /// Finds the route, and the cluster where it forwards.
    private ClusterChoice.@Nullable Target target(NetworkFilter.Http settings) {
        timeline.routed(routing.decide(settings, head()));
        return routing.target(timeline.decision(), head());
    }

    @Override
    public Optional<String> virtualHost() {
        return routing.table(client.settings()).more(head());
    }

    /// The one case in which a request changes its configuration: it has done nothing yet under the first.
    @Override
    public void routable() {
        routing.under(services.config().current());
        filter(client.settings(), rerouted());
    }

    @Override
    public ClusterChoice.@Nullable Target rerouted() {
        var target = target(client.settings());
        tries.aim(target);
        return target;
    }

    private void filter(NetworkFilter.Http settings, ClusterChoice.@Nullable Target target) {
        if (!Routing.carries(upgrade, settings, timeline.decision().action())) {
            reply(LocalReplies.UPGRADE_FAILED);
            return;
        }
        if (settings.filters().filters().isEmpty()) {
            passed();
            return;
        }
        if (filters == null) {
            filters = new FilterRunner(this, services, headers, format, tries);
        }
        boolean sees = settings.filters().seesBodies() && upgrade.isEmpty();
        if (inward == null && sees && !(requestEnded && tries.requestBody().isNothing())) {
            inward = filters.bodies().request();
            inward.start();
        }
        arm();
        filters.start(head(), inward == null, settings.filters(), target);
    }

    @Override
    public void replied(LocalReply reply) {
        tries.name();
        reply(reply);
    }

    @Override
    public void passed() {
        if (!Routing.carries(upgrade, client.settings(), timeline.decision().action())) {
            reply(LocalReplies.UPGRADE_FAILED);
            return;
        }
        switch (timeline.decision().action()) {
            case RouteAction.Forward forward -> {
                if (filters != null) {
                    tries.choice().keep(filters.session());
                }
                if (inward != null) {
                    tries.reframe(inward.head(head()));
                }
                if (!active) {
                    return; // The body was not what it should be.
                }
                tries.forward(forward, filters == null ? noEdits : filters.requestEdits());
                if (inward != null) {
                    inward.pass();
                }
                arm();
            }
            case RouteAction.Redirect redirect -> reply(Redirects.reply(redirect, head(), facts.https()));
            case RouteAction.DirectResponse direct -> reply(replies.direct(direct));
            case RouteAction.Reject(LocalReply reply) -> reply(reply);
        }
    }

    /// A piece of the request's body has come: data without framing. The exchange owns it.
    public void requestBody(ByteBuf piece) {
        timeline.bytesReceived += piece.readableBytes();
        if (!active) {
            piece.release();
            return;
        }
        if (inward != null ? !inward.take(piece) : !tries.body(piece)) {
            client.read(false);
        }
    }

    /// The request is complete.
    ///
    /// @param trailers what followed its body; no lines without. They stay as they are until [ClientStream#done].
    public void requestEnded(HeaderLines trailers) {
        requestEnded = true;
        timeline.requestComplete = worker.now();
        if (!active) {
            return;
        }
        boolean over = tunnelling && (hostEnded || !tries.halfCloses());
        if (inward == null) {
            tries.requestEnded(trailers);
        } else {
            inward.complete(trailers);
        }
        if (over) {
            tries.answered();
            finish();
        } else {
            arm();
        }
    }

    /// The client has no more bytes for now.
    public void clientReadComplete() {
        if (active) {
            if (inward != null) {
                inward.pause();
            }
            tries.flush();
        }
    }

    /// The request's body is not what its head announced; `details` names the fault for logs.
    public void malformed(String details) {
        if (!active) {
            return;
        }
        tries.cancel();
        var text = "malformed request: its body is not framed or coded as announced\n";
        fail(LocalReply.malformed(400, text, details));
    }

    /// What came is no request, or is not read to its end; `requestHead` has what could be read of it.
    public void refuse(HttpRequestHead requestHead, LocalReply answer) {
        start(requestHead);
        // Who sent it and how is the connection's word, which needs no well-formed request.
        headers.startMalformed(client.settings());
        timeline.receivedMalformed(claim.connection().peer());
        timeline.fromWorkload(claim.known());
        timeline.requestComplete = worker.now();
        reply(answer);
    }

    /// The client has gone: nothing can be answered any more.
    public void clientGone(ResponseFlag flag) {
        if (!active) {
            return;
        }
        tries.cancel();
        if (timeline.flag == ResponseFlag.NONE) {
            timeline.flag = flag;
            timeline.details = "downstream_remote_disconnect";
        }
        finish();
    }

    /// It will not be used again.
    public void close() {
        worker.deadlines().remove(deadline);
        if (filters != null) {
            filters.close();
        }
        tries.close();
    }

    /// The client takes bytes again, or does not.
    public void clientWritable(boolean writable) {
        if (active) {
            relay.writable(writable);
        }
    }

    /// Resumes reading a request body that had to wait.
    void resumeClient() {
        if (!requestEnded && (inward == null || inward.isReady())) {
            client.read(true);
        }
    }

    /// Lets the request's body wait.
    void holdClient() {
        client.read(false);
    }

    /// Tells a client that waits for it to send the request's body.
    void sendContinue() {
        client.interim(Bodies.CONTINUE);
    }

    AnswerRelay relay() {
        return relay;
    }

    boolean isActive() {
        return active;
    }

    boolean isReadingClient() {
        return client.isReading();
    }

    /// Answers here, or, when an answer is already on its way, ends it visibly.
    void fail(LocalReply reply) {
        if (answering && !relay.retract(filters)) {
            timeline.flag = reply.flag();
            timeline.details = reply.details();
            client.abort();
            finish();
        } else {
            reply(reply);
        }
    }

    private void reply(LocalReply made) {
        var reply = replies.settle(made, client.settings().replies(), head());
        answering = true;
        timeline.bytesSent = relay.changes().local(reply, head(), filters).write(head(), headers, client);
        finish();
    }

    @Override
    public void ready(UpstreamStream stream) {
        tries.ready(stream);
        arm();
    }

    @Override
    public void failed(UpstreamFailure failure) {
        tries.failed(failure, answering);
    }

    @Override
    public void interim(HttpResponseHead interim) {
        client.interim(interim);
    }

    @Override
    public void head(HttpResponseHead answer, boolean complete) {
        timeline.responseHeadReceived = worker.now();
        timeline.grpcStatus = GrpcStatus.in(answer.lines(), timeline.grpcStatus);
        tries.judge(answer.status(), timeline.grpcStatus);
        Verdicts.heed(timeline, answer.lines());
        if (follows(answer) || tries.again(answer.status(), timeline.grpcStatus, answer.lines())) {
            return;
        }
        timeline.status = answer.status();
        timeline.details = "via_upstream";
        answering = true;
        tunnelling = relay.head(answer, complete, filters, upgrade);
        if (!client.isWritable()) {
            tries.readAnswer(false);
        }
    }

    /// Whether the answer is a redirect that is followed here: then the request begins anew.
    private boolean follows(HttpResponseHead answer) {
        if (!(timeline.decision().action() instanceof RouteAction.Forward forward)
                || forward.options().redirects().most() == 0
                || !upgrade.isEmpty()
                || (inward != null && inward.changes())
                || !tries.canBeSentElsewhere()) {
            return false;
        }
        var next = followed.after(answer, client.settings(), forward, head(), tries.sent());
        if (next.isEmpty()) {
            return false;
        }
        if (filters != null) {
            filters.again();
        }
        format.answered(answer.lines());
        followed.tell(answer.status(), worker.now(), services.observer());
        tries.redirected(followed);
        inward = null; // the filters see all of the body again
        head = next.get();
        facts.start(head());
        format.start(head());
        timeline.received(head(), headers.peer(), headers.requestId().made());
        route(client.settings());
        return true;
    }

    @Override
    public void body(ByteBuf piece) {
        tries.moved();
        relay.body(piece);
    }

    /// Something that filters held back has gone on.
    void moved() {
        tries.moved();
        arm();
    }

    /// The answer's body is not what its head says, or must not be passed on: it ends here, visibly.
    void answerBroken(String details) {
        tries.cancel();
        fail(LocalReply.of(502, "", ResponseFlag.UPSTREAM_PROTOCOL_ERROR, details));
    }

    @Override
    public void end(HeaderLines trailers) {
        timeline.grpcStatus = GrpcStatus.in(trailers, timeline.grpcStatus);
        relay.end(trailers);
    }

    /// The answer is complete, as the filters have left it.
    void answerEnded(HeaderLines trailers) {
        client.end(trailers);
        client.flush();
        if (tunnelling && !requestEnded && client.halfCloses()) {
            hostEnded = true;
            return;
        }
        tries.answered();
        finish();
    }

    @Override
    public void readComplete() {
        relay.pause();
        arm();
    }

    @Override
    public void writable() {
        resumeClient();
    }

    private void arm() {
        if (!active) {
            return;
        }
        long at = tries.deadline();
        if (at == Long.MAX_VALUE) {
            worker.deadlines().clear(deadline);
        } else {
            worker.deadlines().set(deadline, at);
        }
    }

    private void expired() {
        worker.tick();
        if (active) {
            tries.expired(answering);
            arm();
        }
    }

    private void finish() {
        active = false;
        worker.deadlines().clear(deadline);
        timeline.finished = worker.now();
        timeline.runtime = worker.runtime();
        tries.finish();
        if (filters != null) {
            filters.clear(); // before logs are written, as they may tell what filters find out at the end
        }
        services.observer().finished(timeline);
        inward = null;
        relay.clear();
        client.done();
    }

    private HttpRequestHead head() {
        return Objects.requireNonNull(head, "no request");
    }
}
