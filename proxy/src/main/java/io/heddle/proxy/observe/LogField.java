package io.heddle.proxy.observe;

import io.heddle.proxy.observe.LogLine.Escape;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.match.AddressText;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.Span;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One part of a log line: fixed text or one of Envoy's command operators. Those that most logs have are written by
/// classes of their own, straight from the timeline; all others as headers have them ([Formatted]).
sealed interface LogField {
    /// Appends this part for `timeline`; false when there is nothing to say.
    boolean append(LogLine line, RequestTimeline timeline, Escape escape);

    /// Whether the value, where it stands alone in JSON, is no text: [#appendBare] writes it then.
    default boolean isBare() {
        return false;
    }

    /// Appends this part for `timeline` as a JSON value that is no text; false when there is nothing to say.
    default boolean appendBare(LogLine line, RequestTimeline timeline) {
        return append(line, timeline, Escape.JSON);
    }

    /// Whether it asks for lines of the answer, or for trailers.
    default boolean asksAnswer() {
        return false;
    }

    /// Fixed text.
    record Text(String text) implements LogField {
        @Override
        public boolean append(LogLine line, RequestTimeline timeline, Escape escape) {
            line.put(text);
            return true;
        }
    }

    /// An operator as headers have it, too. What it says is text, one char an octet, but for what JSON has numbers and
    /// other values for.
    record Formatted(SubstitutionFormat format) implements LogField {
        @Override
        public boolean append(LogLine line, RequestTimeline timeline, Escape escape) {
            var text = text(timeline);
            line.value(text, escape);
            return !text.isEmpty();
        }

        @Override
        public boolean asksAnswer() {
            return format.asksAnswer();
        }

        private String text(RequestTimeline timeline) {
            var text = new StringBuilder();
            format.append(timeline.format(), text);
            return text.toString();
        }

        @Override
        public boolean isBare() {
            return true;
        }

        @Override
        public boolean appendBare(LogLine line, RequestTimeline timeline) {
            var value = new StringBuilder();
            if (format.appendJson(timeline.format(), value)) {
                line.put(value.toString());
                return true;
            }
            var text = text(timeline);
            if (!text.isEmpty()) {
                line.put('"').value(text, Escape.JSON);
                line.put('"');
            }
            return !text.isEmpty();
        }
    }

    /// What Envoy knows and this proxy does not.
    record Unknown() implements LogField {
        @Override
        public boolean append(LogLine line, RequestTimeline timeline, Escape escape) {
            return false;
        }
    }

    /// `%REQ(first?second):most%`: the first of some request headers that is there, cut to `most` octets. A request for
    /// which the proxy has made an `x-request-id` goes by that one.
    record RequestHeader(List<HeaderName> names, int most) implements LogField {
        private static final HeaderName REQUEST_ID = HeaderName.of("x-request-id");

        @Override
        public boolean append(LogLine line, RequestTimeline timeline, Escape escape) {
            var head = timeline.head();
            if (head == null) {
                return false;
            }
            byte[] made = timeline.requestId();
            for (var name : names) {
                if (made.length > 0 && name.equals(REQUEST_ID)) {
                    line.value(made, 0, Math.min(made.length, most), escape);
                    return true;
                }
                long span = head.part(name);
                if (Span.isPresent(span)) {
                    int start = Span.start(span);
                    line.value(head.bytes(), start, Math.min(Span.end(span), start + most), escape);
                    return true;
                }
            }
            return false;
        }
    }

    /// The first of some that has something to say; what a figure says is cut to `most` octets.
    record FirstOf(List<LogField> fields, int most) implements LogField {
        @Override
        public boolean append(LogLine line, RequestTimeline timeline, Escape escape) {
            int start = line.length();
            for (var field : fields) {
                if (field.append(line, timeline, escape)) {
                    if (field instanceof Figure) {
                        line.cut(Math.min(line.length(), start + most));
                    }
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean asksAnswer() {
            return fields.stream().anyMatch(LogField::asksAnswer);
        }
    }

    /// A number.
    enum Figure implements LogField {
        RESPONSE_CODE,
        BYTES_RECEIVED,
        BYTES_SENT,
        DURATION,
        REQUEST_DURATION,
        RESPONSE_DURATION,
        UPSTREAM_SERVICE_TIME,
        UPSTREAM_REQUEST_ATTEMPT_COUNT,
        GRPC_STATUS_NUMBER;

        @Override
        public boolean append(LogLine line, RequestTimeline timeline, Escape escape) {
            long value = switch (this) {
                case RESPONSE_CODE -> timeline.status;
                case BYTES_RECEIVED -> timeline.bytesReceived;
                case BYTES_SENT -> timeline.bytesSent;
                case DURATION -> millis(timeline.headReceived, timeline.finished);
                case REQUEST_DURATION -> millis(timeline.headReceived, timeline.requestComplete);
                case RESPONSE_DURATION -> millis(timeline.headReceived, timeline.responseHeadReceived);
                case UPSTREAM_SERVICE_TIME -> millis(timeline.upstreamHeadSent, timeline.responseHeadReceived);
                case UPSTREAM_REQUEST_ATTEMPT_COUNT -> timeline.attempts;
                case GRPC_STATUS_NUMBER -> timeline.grpcStatus;
            };
            if (value < 0) {
                return false;
            }
            line.put(value);
            return true;
        }

        @Override
        public boolean isBare() {
            return true;
        }

        private static long millis(long from, long to) {
            return from == 0 || to == 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(to - from);
        }
    }

    /// `%AUTHORIZATION_POLICIES%`: the policies that refused the request, as `namespace/name`; in JSON an array.
    record Policies() implements LogField {
        static final String OPERATOR = "AUTHORIZATION_POLICIES";

        @Override
        public boolean append(LogLine line, RequestTimeline timeline, Escape escape) {
            if (timeline.denial.isEmpty()) {
                return false;
            }
            line.value(String.join(",", timeline.denial.get().policies()), escape);
            return true;
        }

        @Override
        public boolean isBare() {
            return true;
        }

        @Override
        public boolean appendBare(LogLine line, RequestTimeline timeline) {
            if (timeline.denial.isEmpty()) {
                return false;
            }
            var policies = timeline.denial.get().policies();
            line.put('[');
            for (int i = 0; i < policies.size(); i++) {
                line.put(i == 0 ? "\"" : ",\"").value(policies.get(i), Escape.JSON);
                line.put('"');
            }
            line.put(']');
            return true;
        }
    }

    /// A text.
    enum Word implements LogField {
        START_TIME,
        PROTOCOL,
        RESPONSE_FLAGS,
        RESPONSE_CODE_DETAILS,
        UPSTREAM_HOST,
        UPSTREAM_CLUSTER,
        DOWNSTREAM_REMOTE_ADDRESS,
        DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
        DOWNSTREAM_DIRECT_REMOTE_ADDRESS,
        DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT,
        DOWNSTREAM_LOCAL_ADDRESS,
        DOWNSTREAM_PEER_URI_SAN,
        REQUESTED_SERVER_NAME,
        ROUTE_NAME,
        VIRTUAL_CLUSTER_NAME,
        LISTENER,
        SOURCE_WORKLOAD,
        SOURCE_NAMESPACE,
        UPSTREAM_WORKLOAD;

        @Override
        public boolean append(LogLine line, RequestTimeline timeline, Escape escape) {
            var peer = timeline.peer();
            return switch (this) {
                case START_TIME -> {
                    Timestamps.append(line, timeline.startedAtMillis);
                    yield true;
                }
                case PROTOCOL -> text(line, timeline.protocol, escape);
                case RESPONSE_FLAGS -> text(line, timeline.flag.code(), escape);
                case RESPONSE_CODE_DETAILS -> text(line, timeline.details, escape);
                case UPSTREAM_HOST -> upstreamHost(line, timeline, escape);
                case UPSTREAM_CLUSTER -> {
                    var cluster = timeline.cluster();
                    yield text(line, cluster == null ? "" : cluster.name(), escape);
                }
                case DOWNSTREAM_REMOTE_ADDRESS -> peer != null && address(line, peer.remote(), true);
                case DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT -> peer != null && address(line, peer.remote(), false);
                case DOWNSTREAM_DIRECT_REMOTE_ADDRESS -> peer != null && address(line, peer.direct(), true);
                case DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT ->
                    peer != null && address(line, peer.direct(), false);
                case DOWNSTREAM_LOCAL_ADDRESS -> peer != null && address(line, peer.local(), true);
                case DOWNSTREAM_PEER_URI_SAN -> text(line, principal(peer), escape);
                case REQUESTED_SERVER_NAME -> text(line, serverName(peer), escape);
                case ROUTE_NAME -> text(line, timeline.decision().route().name(), escape);
                case VIRTUAL_CLUSTER_NAME -> text(line, timeline.virtualCluster(), escape);
                case LISTENER -> text(line, timeline.listener, escape);
                case SOURCE_WORKLOAD -> text(line, timeline.source().workload(), escape);
                case SOURCE_NAMESPACE -> text(line, timeline.source().namespace(), escape);
                case UPSTREAM_WORKLOAD -> {
                    var host = timeline.host();
                    yield text(
                            line, host == null ? "" : host.endpoint().metadata().workload(), escape);
                }
            };
        }

        private static boolean text(LogLine line, String text, Escape escape) {
            if (text.isEmpty()) {
                return false;
            }
            line.value(text, escape);
            return true;
        }

        private static boolean upstreamHost(LogLine line, RequestTimeline timeline, Escape escape) {
            var host = timeline.host();
            if (host == null) {
                return false;
            }
            line.value(host.endpoint().socketAddress(), escape);
            return true;
        }

        private static boolean address(LogLine line, InetSocketAddress address, boolean withPort) {
            var ip = address.getAddress();
            if (ip == null) {
                return false;
            }
            boolean brackets = withPort && ip instanceof Inet6Address;
            line.put(brackets ? "[" : "").put(AddressText.of(ip)).put(brackets ? "]" : "");
            if (withPort) {
                line.put(':').put(address.getPort());
            }
            return true;
        }

        private static String principal(@Nullable Peer peer) {
            return peer == null ? "" : peer.principal().orElse("");
        }

        private static String serverName(@Nullable Peer peer) {
            return peer == null ? "" : peer.serverName().orElse("");
        }
    }
}
