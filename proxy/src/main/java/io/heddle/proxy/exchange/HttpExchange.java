package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http1.BodyReader;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.upstream.UpstreamFailure;
import io.heddle.proxy.upstream.UpstreamListener;
import io.heddle.proxy.upstream.UpstreamStream;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One request from its head to its end: routed, filtered, sent upstream or answered here. One object per connection,
/// reused for its next request; confined to its event loop; under one configuration from start to end.
///
/// CONNECT and WebSocket are answered 501: tunnels are not carried yet. Other offers to upgrade are ignored, as RFC
/// 9110,
/// section 7.8 allows.
///
/// [#finish] is the only exit. What happens to the tries in between stands in [Tries].
final class HttpExchange implements UpstreamListener, FilterRunner.Outcome {
    private static final RouteTable NO_ROUTES = RouteTable.of("", List.of());

    private final DownstreamHandler client;
    private final Worker worker;
    private final ProxyServices services;
    private final ClientConnection connection;
    private final Channel channel;
    private final PeerClaim claim;
    private final RequestTimeline timeline = new RequestTimeline();
    private final ResponseWriter response;
    private final Tries tries;
    private final Deadline deadline = new Deadline(this::expired);
    private final HeaderEdits noEdits = new HeaderEdits();
    private @Nullable FilterRunner filters;
    private @Nullable HttpRequestHead head;
    private RuntimeConfig config = RuntimeConfig.EMPTY;
    private boolean active;
    private boolean requestEnded;
    private boolean answering;
    private boolean close;

    HttpExchange(
            DownstreamHandler client,
            Worker worker,
            ProxyServices services,
            ClientConnection connection,
            Channel channel) {
        this.client = client;
        this.worker = worker;
        this.services = services;
        this.connection = connection;
        this.channel = channel;
        this.claim = new PeerClaim(connection.peer());
        this.response = new ResponseWriter(worker, channel);
        this.tries = new Tries(this, worker, services, connection, timeline);
    }

    private void start(String statPrefix, String listener) {
        timeline.reset();
        timeline.statPrefix = statPrefix;
        timeline.listener = listener;
        timeline.startedAtMillis = worker.nowMillis();
        timeline.headReceived = worker.now();
        active = true;
        answering = false;
        close = false;
    }

    /// A request's head has come; `complete` tells that there is no body.
    void begin(HttpRequestHead requestHead, LiveChain chain, boolean complete) {
        var settings = client.http();
        start(settings.statPrefix(), chain.listener());
        head = requestHead;
        config = services.config().current();
        requestEnded = complete;
        requestHead.normalizePath(settings.paths().normalize(), settings.paths().mergeSlashes());
        timeline.received(requestHead, connection.peer());
        timeline.protocol = requestHead.version().text();
        timeline.fromWorkload(claim.read(requestHead));
        if (complete) {
            timeline.requestComplete = worker.now();
        }
        if (requestHead.connect() || requestHead.wantsWebSocket()) {
            var what = requestHead.connect() ? "CONNECT" : "Upgrade: websocket";
            reply(LocalReply.of(501, what + " is not supported\n", ResponseFlag.NONE, "upgrade_not_supported"));
            return;
        }
        route(settings);
    }

    private void route(NetworkFilter.Http settings) {
        var table = switch (settings.routes()) {
            case NetworkFilter.RouteSource.Inline(RouteTable inline) -> inline;
            case NetworkFilter.RouteSource.Named(String name) -> config.routes().getOrDefault(name, NO_ROUTES);
        };
        var decision = table.route(head(), Trace.OFF);
        timeline.routed(decision);
        var target = decision.action() instanceof RouteAction.Forward forward
                ? forward.cluster().target(worker.spread())
                : null;
        tries.start(head(), settings.clientCertificate(), target, requestEnded);
        if (settings.filters().filters().isEmpty()) {
            passed();
            return;
        }
        if (filters == null) {
            filters = new FilterRunner(worker, head(), connection.peer(), timeline, this);
        }
        filters.start(settings.filters(), target);
    }

    @Override
    public void replied(LocalReply reply) {
        tries.name();
        reply(reply);
    }

    @Override
    public void passed() {
        switch (timeline.decision().action()) {
            case RouteAction.Forward forward -> {
                tries.forward(forward, filters == null ? noEdits : filters.requestEdits());
                arm();
            }
            case RouteAction.Redirect redirect ->
                reply(Redirects.reply(redirect, head(), connection.peer().tls()));
            case RouteAction.DirectResponse(int status, String body) ->
                reply(LocalReply.of(status, body, ResponseFlag.NONE, "direct_response"));
            case RouteAction.Reject(LocalReply reply) -> reply(reply);
        }
    }

    /// A piece of the request's body has come.
    void requestBody(ByteBuf piece) {
        timeline.bytesReceived += piece.readableBytes();
        if (!active) {
            piece.release();
            return;
        }
        if (!tries.body(piece)) {
            client.read(false);
        }
    }

    /// The request is complete.
    void requestEnded() {
        requestEnded = true;
        timeline.requestComplete = worker.now();
        if (active) {
            tries.requestEnded();
            arm();
        }
    }

    /// The client has no more bytes for now.
    void clientReadComplete() {
        if (active) {
            tries.flush();
        }
    }

    /// The request's body is not what its head announced.
    void malformed() {
        if (!active) {
            return;
        }
        tries.cancel();
        var text = "malformed request: its body is not framed as announced\n";
        fail(LocalReply.of(400, text, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "http1.codec_error{body_invalid}"));
    }

    /// The bytes that came are no request.
    void refuse(int status, String body, String details) {
        start(client.http().statPrefix(), "");
        timeline.requestComplete = worker.now();
        reply(LocalReply.of(status, body, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, details));
    }

    /// The client's connection has ended.
    void clientGone(ResponseFlag flag) {
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

    /// The connection is gone for good.
    void close() {
        worker.deadlines().remove(deadline);
        response.discard();
        if (filters != null) {
            filters.close();
        }
        tries.close();
    }

    /// The client takes bytes again, or does not.
    void clientWritable(boolean writable) {
        if (active) {
            tries.readAnswer(writable);
        }
    }

    /// Resumes reading a request body that had to wait.
    void resumeClient() {
        if (!requestEnded) {
            client.read(true);
        }
    }

    boolean isReadingClient() {
        return client.isReading();
    }

    /// Answers here, or, when an answer is already on its way, ends it visibly.
    void fail(LocalReply reply) {
        if (answering) {
            timeline.flag = reply.flag();
            timeline.details = reply.details();
            response.discard();
            client.abort();
            finish();
        } else {
            reply(reply);
        }
    }

    private void reply(LocalReply reply) {
        timeline.status = reply.status();
        timeline.flag = reply.flag() == ResponseFlag.NONE ? timeline.flag : reply.flag();
        timeline.details = reply.details();
        close = client.mustClose();
        answering = true;
        var edits = noEdits;
        if (timeline.decision().route().responseEdits().size() > 0 || filters != null) {
            edits = responseEdits();
        }
        timeline.bytesSent = response.local(reply, edits, head, close);
        finish();
    }

    private HeaderEdits responseEdits() {
        var edits = filters == null ? new HeaderEdits() : filters.responseEdits();
        tries.target().ifPresent(target -> edits.addAll(target.responseEdits()));
        edits.addAll(timeline.decision().route().responseEdits());
        return edits;
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
        if (!head().version10()) {
            response.interim(interim);
        }
    }

    @Override
    public void head(HttpResponseHead answer, UpstreamStream stream) {
        timeline.responseHeadReceived = worker.now();
        long grpc = answer.lines().first(LineKind.GRPC_STATUS);
        if (Span.isPresent(grpc)) {
            timeline.grpcStatus = GrpcStatus.read(answer.bytes(), grpc);
        }
        if (tries.again(answer.status(), timeline.grpcStatus)) {
            return;
        }
        timeline.status = answer.status();
        timeline.details = "via_upstream";
        answering = true;
        boolean untilClose = stream.framing() == BodyReader.Framing.UNTIL_CLOSE && head().version10();
        close = client.mustClose() || untilClose;
        boolean edited = timeline.decision().route().responseEdits().size() > 0
                || filters != null
                || tries.target()
                        .map(target -> !target.responseEdits().isEmpty())
                        .orElse(false);
        response.head(answer, stream.framing(), head().version10(), edited ? responseEdits() : noEdits, close);
        if (!channel.isWritable()) {
            stream.read(false);
        }
    }

    @Override
    public void body(ByteBuf piece) {
        timeline.bytesSent += piece.readableBytes();
        tries.answering();
        response.piece(piece);
        if (!channel.isWritable()) {
            response.flush();
            tries.readAnswer(channel.isWritable());
        }
    }

    @Override
    public void end() {
        response.end();
        response.flush();
        tries.answered();
        finish();
    }

    @Override
    public void readComplete() {
        response.flush();
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
        long at = tries.deadline(requestEnded);
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
        tries.finish();
        services.observer().finished(timeline);
        if (filters != null) {
            filters.clear();
        }
        client.exchangeDone(close);
    }

    private HttpRequestHead head() {
        if (head == null) {
            throw new IllegalStateException("no request");
        }
        return head;
    }

    /// The header that tells a client of an overloaded cluster, as Envoy sends it.
    static final List<HeaderEdit> OVERLOADED =
            List.of(new HeaderEdit(HeaderEdit.Action.SET, HeaderName.of("x-envoy-overloaded"), "true"));
}
