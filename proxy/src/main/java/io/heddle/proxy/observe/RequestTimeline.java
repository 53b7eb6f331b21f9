package io.heddle.proxy.observe;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.MetadataOwner;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.Denial;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.resilience.retry.RetryCounts;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.NetworkFilter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Everything that happened to one request, stamped as it happened. Owned by its exchange, confined to its event loop,
/// reused for the next request on the connection: nobody keeps one.
///
/// Times are `System.nanoTime()`; 0 means that it did not happen.
public final class RequestTimeline {
    private static final byte[] NO_ID = {};
    private static final String LABELS = "envoy.lb";

    /// `stat_prefix` of the connection manager; `inbound` and `outbound` decide the metrics' reporter.
    public String statPrefix = "";
    /// The listener's name.
    public String listener = "";
    /// The client's protocol, for example `HTTP/1.1`; empty when the head could not be read.
    public String protocol = "";
    /// Wall-clock time of the first byte, milliseconds since the epoch.
    public long startedAtMillis;
    /// The head's last byte was read.
    public long headReceived;
    /// The request's last byte was read.
    public long requestComplete;
    /// The last try got its connection.
    public long upstreamReady;
    /// The last try was given its host.
    public long tryBegun;
    /// The last try's head was written.
    public long upstreamHeadSent;
    /// The last byte of the request was written to the last try's host.
    public long upstreamSent;
    /// The first byte of the response came.
    public long responseHeadReceived;
    /// The last byte of the response came.
    public long responseReceived;
    /// The head of the response was written.
    public long responseHeadSent;
    /// The response's last byte was written, or the exchange failed.
    public long finished;
    /// Body bytes read from the client.
    public long bytesReceived;
    /// Body bytes written to the client.
    public long bytesSent;
    /// The status sent to the client, or of the redirect that was followed; 0 when there was none.
    public int status;
    /// Whether its answer was a redirect that was followed here, so that no client got it.
    public boolean redirected;
    /// The value of `grpc-status`, -1 without.
    public int grpcStatus = -1;
    /// Whether the answer is whole: a host's, or one made here.
    public boolean answerComplete;
    /// How many tries went upstream.
    public int attempts;
    /// Whether it was given to a cluster.
    public boolean forwarded;
    /// Why it did not simply succeed.
    public ResponseFlag flag = ResponseFlag.NONE;
    /// Where the status came from, as Envoy's `%RESPONSE_CODE_DETAILS%`: `via_upstream`, or a local reply's details.
    public String details = "";
    /// Which policies refused it; empty when none did.
    public Optional<Denial> denial = Optional.empty();

    /// What overrode values of the configuration when it ended.
    public RuntimeSnapshot runtime = RuntimeSnapshot.EMPTY;

    /// What filters have found out about it.
    public final RequestState state = new RequestState();

    /// What the last try speaks with its host, as [#protocol]; empty where no try got so far.
    public String upstreamProtocol = "";

    private List<NetworkFilter.AccessLog> accessLogs = List.of();
    private LogSinks logs = LogSinks.NONE;
    private int retries;
    private int events;
    private FormatSource format = new TimelineSource(this);
    private ConnectionFacts client = ConnectionFacts.NONE;
    private @Nullable ConnectionFacts hostConnection;
    private @Nullable RequestHead head;
    private byte[] requestId = NO_ID;
    private @Nullable Peer peer;
    private @Nullable Cluster cluster;
    private @Nullable Host host;
    private RouteDecision decision = RouteDecision.NOT_FOUND;
    private PeerMetadata source = PeerMetadata.UNKNOWN;

    /// It is served by `filter` of the listener called `name`.
    @SuppressWarnings("ReferenceEquality") // Another list only costs another look at it.
    public void servedBy(NetworkFilter filter, String name) {
        statPrefix = filter.statPrefix();
        listener = name;
        if (accessLogs != filter.accessLogs()) {
            accessLogs = filter.accessLogs();
            logs = LogSinks.NONE;
        }
    }

    /// It is a connection that this listener has taken.
    public void acceptedBy(Listener taker) {
        listener = taker.name();
        accessLogs = taker.accessLogs();
    }

    /// It is the connection that `relay` tells of, too: where its bytes went, and what became of that.
    public void relayedAs(RequestTimeline relay) {
        flag = relay.flag;
        details = relay.details;
        cluster = relay.cluster;
        host = relay.host;
        hostConnection = relay.hostConnection;
        attempts = relay.attempts;
        tryBegun = relay.tryBegun;
        upstreamReady = relay.upstreamReady;
    }

    /// Where what serves it is logged.
    List<NetworkFilter.AccessLog> accessLogs() {
        return accessLogs;
    }

    /// The open logs that [#accessLogs] were found to be last; [LogSinks#NONE] before.
    LogSinks logs() {
        return logs;
    }

    /// The open logs of [#accessLogs] were found.
    void loggedTo(LogSinks found) {
        logs = found;
    }

    /// Forgets everything but by whom it was served, for the next request.
    public void reset() {
        protocol = "";
        upstreamProtocol = "";
        answerComplete = false;
        startedAtMillis = 0;
        headReceived = 0;
        requestComplete = 0;
        upstreamReady = 0;
        tryBegun = 0;
        upstreamHeadSent = 0;
        upstreamSent = 0;
        responseHeadReceived = 0;
        responseReceived = 0;
        responseHeadSent = 0;
        finished = 0;
        bytesReceived = 0;
        bytesSent = 0;
        status = 0;
        redirected = false;
        grpcStatus = -1;
        attempts = 0;
        forwarded = false;
        retries = 0;
        events = 0;
        flag = ResponseFlag.NONE;
        details = "";
        denial = Optional.empty();
        state.clear();
        head = null;
        requestId = NO_ID;
        peer = null;
        cluster = null;
        host = null;
        hostConnection = null;
        decision = RouteDecision.NOT_FOUND;
        source = PeerMetadata.UNKNOWN;
    }

    /// A redirect was followed, and the request goes on as one of its own, complete as it is, from `now` on
    /// (`System.nanoTime()`; `millis` of the wall clock) with `body` bytes of body: as Envoy tells of it.
    public void begunAnew(long now, long millis, long body) {
        var sender = source;
        var spoken = protocol;
        reset();
        source = sender;
        protocol = spoken;
        startedAtMillis = millis;
        headReceived = now;
        requestComplete = now;
        bytesReceived = body;
    }

    /// How long the host took from the end of the request, once its answer is whole; -1 where no host answered, or did
    /// so before the request had ended.
    public long hostNanos() {
        boolean answered = details.equals("via_upstream") && responseHeadReceived != 0 && requestComplete != 0;
        return answered ? finished - Math.max(upstreamHeadSent, requestComplete) : -1;
    }

    /// The status that a client was told; 0 when none was.
    int answered() {
        return redirected ? 0 : status;
    }

    /// The request came with this head from this peer, and goes by the `x-request-id` that the proxy made; empty when
    /// it has made none.
    public void received(RequestHead requestHead, Peer from, byte[] madeId) {
        head = requestHead;
        peer = from;
        requestId = madeId;
    }

    /// It is no request, but a connection or bytes that are none, of this peer.
    public void receivedMalformed(Peer from) {
        peer = from;
    }

    /// `source` knows what command operators say of its requests, until it is told of another.
    public void toldBy(FormatSource source) {
        format = source;
    }

    /// It came by `connection`, for as long as this timeline is of that connection.
    public void cameBy(ConnectionFacts connection) {
        client = connection;
    }

    /// What `owner` says at `path` below `namespace` of its metadata.
    public Optional<LabelValue> metadata(MetadataOwner owner, String namespace, List<String> path) {
        return switch (owner) {
            case REQUEST -> state.metadata(namespace, path);
            case ROUTE -> LabelValue.at(decision.route().metadata(), namespace, path);
            case HOST ->
                host == null || !namespace.equals(LABELS)
                        ? Optional.empty()
                        : new LabelValue.Fields(host.endpoint().labels()).at(path);
        };
    }

    /// What command operators say of it.
    FormatSource format() {
        return format;
    }

    /// It was routed.
    public void routed(RouteDecision routeDecision) {
        decision = routeDecision;
    }

    /// Something has happened to its tries.
    public void note(RetryCounts.Figure figure) {
        retries += figure == RetryCounts.Figure.RETRY ? 1 : 0;
        events |= figure.bit();
    }

    /// How often this has happened to its tries; once, if at all, but for retries.
    public int happened(RetryCounts.Figure figure) {
        return figure == RetryCounts.Figure.RETRY ? retries : (events & figure.bit()) == 0 ? 0 : 1;
    }

    /// Its cluster is known.
    public void toCluster(Cluster target) {
        cluster = target;
    }

    /// Its (last) host is known.
    public void toHost(Host target) {
        host = target;
        hostConnection = null;
    }

    /// Its head is written to `connection`, which speaks `spoken`, at `now`.
    public void goesOver(ConnectionFacts connection, String spoken, long now) {
        hostConnection = connection;
        upstreamProtocol = spoken;
        upstreamReady = now;
        upstreamHeadSent = now;
    }

    /// It goes over `connection` to its host.
    public void over(ConnectionFacts connection) {
        hostConnection = connection;
    }

    /// Which workload the peer is, where it said so believably.
    public void fromWorkload(PeerMetadata metadata) {
        source = metadata;
    }

    /// The request's head; without one (malformed bytes) `null`.
    public @Nullable RequestHead head() {
        return head;
    }

    /// The `x-request-id` that the proxy made for it; empty when it has made none.
    byte[] requestId() {
        return requestId;
    }

    /// The connection's far end.
    public @Nullable Peer peer() {
        return peer;
    }

    /// The connection it went over last, if it got that far.
    @Nullable
    ConnectionFacts hostConnection() {
        return hostConnection;
    }

    /// The connection that it came by.
    ConnectionFacts client() {
        return client;
    }

    /// The cluster it went to, if it got that far.
    public @Nullable Cluster cluster() {
        return cluster;
    }

    /// The host it went to last, if it got that far.
    public @Nullable Host host() {
        return host;
    }

    /// How it was routed.
    public RouteDecision decision() {
        return decision;
    }

    /// The virtual cluster that the request is of; empty when it is of none.
    public String virtualCluster() {
        return head == null ? "" : decision.virtualCluster(head);
    }

    /// Which workload sent it.
    public PeerMetadata source() {
        return source;
    }
}
