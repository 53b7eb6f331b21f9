package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.observe.TimelineSource;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.format.MetadataOwner;
import io.heddle.traffic.format.Moment;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.format.TimePoint;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.RouteAction.Forward;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One exchange as command operators see it. Part of its [HttpExchange], reused with it.
final class ExchangeFormat implements FormatSource {
    private static final HeaderName ORIGINAL_PATH = HeaderName.of("x-envoy-original-path");
    private static final HeaderName ORIGINAL_HOST = HeaderName.of("x-envoy-original-host");

    private final RequestTimeline timeline;
    private final TimelineSource told;
    private final HopHeaders headers;
    private final RequestObserver observer;
    private @Nullable HttpRequestHead head;
    private HeaderFields response = HeaderFields.NONE;
    private HeaderFields trailers = HeaderFields.NONE;
    private @Nullable HeaderLines keptResponse;
    private @Nullable HeaderLines keptTrailers;
    private String localBody = "";
    private boolean gathering;

    /// What `observer` asks for when the request has ended is kept for it.
    ExchangeFormat(RequestTimeline timeline, HopHeaders headers, RequestObserver observer) {
        this.timeline = timeline;
        told = new TimelineSource(timeline);
        this.headers = headers;
        timeline.cameBy(headers.client().facts());
        this.observer = observer;
    }

    /// What happened to it so far.
    RequestTimeline timeline() {
        return timeline;
    }

    /// A request begins.
    void start(HttpRequestHead requestHead) {
        head = requestHead;
        clear();
        timeline.toldBy(this);
    }

    /// Forgets the answer: its lines are the host's.
    void clear() {
        response = HeaderFields.NONE;
        trailers = HeaderFields.NONE;
        localBody = "";
    }

    /// The head of its answer is on its way to the client.
    void sending() {
        timeline.responseHeadSent = headers.worker().now();
    }

    /// Its answer has come, with these lines. They stay as they are only while the host's connection is
    /// this request's; the request may end later.
    void answered(HeaderLines lines) {
        if (!observer.asksAnswer(timeline)) {
            response = lines;
            return;
        }
        keptResponse = copied(lines, keptResponse);
        response = keptResponse;
    }

    /// Its answer is complete, with these trailers, which stay no longer than its lines.
    void ended(HeaderLines lines) {
        timeline.responseReceived = headers.worker().now();
        if (lines.count() == 0 || !observer.asksAnswer(timeline)) {
            trailers = lines;
            return;
        }
        keptTrailers = copied(lines, keptTrailers);
        trailers = keptTrailers;
    }

    private static HeaderLines copied(HeaderLines lines, @Nullable HeaderLines room) {
        var copy = room == null ? new HeaderLines() : room;
        copy.clear();
        for (int i = 0; i < lines.count(); i++) {
            copy.addLine(lines.kind(i), lines.bytes(), lines.name(i), lines.bytes(), lines.value(i));
        }
        return copy;
    }

    /// It is answered here, with this text before it is formatted.
    void localBody(String body) {
        localBody = body;
    }

    /// Gathers what changes in the request's head: what the filters want, then the route's and the target's
    /// changes.
    void gather(HeaderEdits ofFilters, ClusterChoice.@Nullable Target target, HeaderEdits edits) {
        edits.clear();
        for (int i = 0; i < ofFilters.size(); i++) {
            edits.add(ofFilters.edit(i));
        }
        var changes = target == null ? timeline.decision().route().requestChanges() : target.requestChanges();
        gathering = true; // for the try that begins
        HeaderChange.addAll(changes, this, edits);
        gathering = false;
        if (target != null && headers.tellsApplication() && timeline.decision().action() instanceof Forward forward) {
            originals(forward, edits);
        }
    }

    /// Tells the application which path and host its route has changed, as Envoy does.
    private void originals(Forward forward, HeaderEdits edits) {
        if (forward.rewrite().path().replaces(head())) {
            edits.add(new HeaderEdit(HeaderEdit.Action.SET, ORIGINAL_PATH, text(head().path())));
        }
        if (forward.rewritesHost(head())) {
            originalHost(edits);
        }
    }

    /// Tells the application which host the endpoint's name has replaced, if it is told such things.
    void renamed(HeaderEdits edits) {
        if (headers.tellsApplication()) {
            originalHost(edits);
        }
    }

    private void originalHost(HeaderEdits edits) {
        if (Span.isPresent(head().authority())) {
            edits.add(new HeaderEdit(HeaderEdit.Action.SET, ORIGINAL_HOST, text(head().authority())));
        }
    }

    private String text(long span) {
        return Span.text(head().bytes(), span);
    }

    @Override
    public RequestHead request() {
        return head();
    }

    /// The request's head as it came.
    HttpRequestHead received() {
        return head();
    }

    private HttpRequestHead head() {
        if (head == null) {
            throw new IllegalStateException("no request");
        }
        return head;
    }

    @Override
    public HeaderFields response() {
        return response;
    }

    @Override
    public HeaderFields trailers() {
        return trailers;
    }

    @Override
    public long startedAtMillis() {
        return timeline.startedAtMillis;
    }

    @Override
    public RequestState state() {
        return timeline.state;
    }

    @Override
    public Optional<LabelValue> metadata(MetadataOwner owner, String namespace, List<String> path) {
        return timeline.metadata(owner, namespace, path);
    }

    @Override
    public void appendOwn(HeaderName name, StringBuilder out) {
        if (name.equals(HeaderName.REQUEST_ID)) {
            headers.requestId().appendTo(out);
        } else {
            headers.appendOwn(head(), name, out);
        }
    }

    @Override
    public boolean hides(HeaderName name) {
        return headers.drops(name);
    }

    @Override
    public OptionalLong at(Moment moment) {
        return moment == Moment.EMIT ? OptionalLong.of(headers.worker().nowMillis()) : told.at(moment);
    }

    @Override
    public ZoneId zone() {
        return told.zone();
    }

    @Override
    public Optional<String> environment(String name) {
        return told.environment(name);
    }

    @Override
    public long stamp(TimePoint point) {
        return switch (point) {
            case DS_RX_BEG -> timeline.headReceived;
            case DS_RX_END -> timeline.requestComplete;
            case US_TX_BEG -> timeline.upstreamHeadSent;
            case US_TX_END -> timeline.upstreamSent;
            case US_RX_BEG -> timeline.responseHeadReceived;
            case US_RX_END -> timeline.responseReceived;
            case DS_TX_BEG -> timeline.responseHeadSent;
            case DS_TX_END -> timeline.finished;
            case US_CX_BEG, US_CX_END, US_HS_END -> told.stamp(point);
        };
    }

    @Override
    public void append(Operator operator, StringBuilder out) {
        switch (operator) {
            case SCHEME -> out.append(headers.https(head()) ? "https" : "http");
            case STREAM_ID -> requestId(out);
            case LOCAL_REPLY_BODY -> out.append(StringMatcher.octets(localBody));
            case VIRTUAL_CLUSTER_NAME -> out.append(timeline.decision().virtualCluster(head()));
            case GRPC_STATUS_NUMBER -> number(timeline.grpcStatus, out);
            case UPSTREAM_REQUEST_ATTEMPT_COUNT -> out.append(gathering ? timeline.attempts + 1 : timeline.attempts);
            case DURATION -> TimelineSource.millis(timeline.headReceived, untilNow(), out);
            case REQUEST_DURATION -> millis(TimePoint.DS_RX_BEG, TimePoint.DS_RX_END, out);
            case REQUEST_TX_DURATION -> millis(TimePoint.DS_RX_BEG, TimePoint.US_TX_END, out);
            case RESPONSE_DURATION -> millis(TimePoint.DS_RX_BEG, TimePoint.US_RX_BEG, out);
            case RESPONSE_TX_DURATION -> millis(TimePoint.US_RX_BEG, TimePoint.DS_TX_END, out);
            case ACCESS_LOG_TYPE -> out.append(timeline.finished == 0 ? "NotSet" : "DownstreamEnd");
            default -> told.append(operator, out);
        }
    }

    private long untilNow() {
        return timeline.finished == 0 ? headers.worker().now() : timeline.finished;
    }

    private void millis(TimePoint from, TimePoint to, StringBuilder out) {
        TimelineSource.millis(stamp(from), stamp(to), out);
    }

    private void requestId(StringBuilder out) {
        long received = head().header(HeaderName.REQUEST_ID);
        if (Span.isPresent(received) && !hides(HeaderName.REQUEST_ID)) {
            out.append(Span.text(head().bytes(), received));
        } else {
            headers.requestId().appendTo(out);
        }
    }

    private static void number(int value, StringBuilder out) {
        if (value >= 0) {
            out.append(value);
        }
    }
}
