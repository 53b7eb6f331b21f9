package io.heddle.proxy.observe;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.MetadataOwner;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.RequestHead;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// What command operators say of a timeline by itself: all that is known of a connection. What only HTTP has says
/// nothing; an exchange knows that, and the rest from here.
///
/// @param timeline whose
public record TimelineSource(RequestTimeline timeline) implements FormatSource {
    private static final RequestHead NONE = new HttpRequestHead();

    @Override
    public RequestHead request() {
        var head = timeline.head();
        return head == null ? NONE : head;
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
    public void append(Operator operator, StringBuilder out) {
        switch (operator) {
            case PROTOCOL -> out.append(timeline.protocol);
            case HOSTNAME -> out.append(Hostname.OWN);
            case ROUTE_NAME -> out.append(timeline.decision().route().name());
            case VIRTUAL_CLUSTER_NAME -> out.append(timeline.virtualCluster());
            case VIRTUAL_HOST_NAME -> out.append(timeline.decision().virtualHost());
            case RESPONSE_CODE -> out.append(timeline.status);
            case RESPONSE_CODE_DETAILS -> out.append(timeline.details);
            case RESPONSE_FLAGS -> out.append(timeline.flag.code());
            case RESPONSE_FLAGS_LONG -> out.append(timeline.flag.words());
            case BYTES_RECEIVED -> out.append(timeline.bytesReceived);
            case BYTES_SENT -> out.append(timeline.bytesSent);
            case UPSTREAM_REQUEST_ATTEMPT_COUNT -> out.append(timeline.attempts);
            case DURATION -> millis(timeline.headReceived, timeline.finished, out);
            case UPSTREAM_PROTOCOL -> out.append(timeline.upstreamProtocol);
            case UPSTREAM_CLUSTER, UPSTREAM_CLUSTER_RAW -> {
                var cluster = timeline.cluster();
                out.append(cluster == null ? "" : cluster.name());
            }
            case UPSTREAM_HOST,
                    UPSTREAM_HOST_NAME,
                    UPSTREAM_HOST_NAME_WITHOUT_PORT,
                    UPSTREAM_REMOTE_ADDRESS,
                    UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
                    UPSTREAM_REMOTE_PORT -> {
                var host = timeline.host();
                if (host != null) {
                    AddressWords.upstream(operator, host.endpoint(), out);
                }
            }
            case DOWNSTREAM_PEER_URI_SAN,
                    DOWNSTREAM_PEER_DNS_SAN,
                    DOWNSTREAM_PEER_SUBJECT,
                    DOWNSTREAM_PEER_FINGERPRINT_256,
                    DOWNSTREAM_PEER_CERT,
                    DOWNSTREAM_LOCAL_URI_SAN -> timeline.appendCertificate(operator, out);
            case REQUESTED_SERVER_NAME,
                    DOWNSTREAM_REMOTE_ADDRESS,
                    DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
                    DOWNSTREAM_REMOTE_PORT,
                    DOWNSTREAM_DIRECT_REMOTE_ADDRESS,
                    DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT,
                    DOWNSTREAM_DIRECT_REMOTE_PORT,
                    DOWNSTREAM_LOCAL_ADDRESS,
                    DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT,
                    DOWNSTREAM_LOCAL_PORT -> {
                var peer = timeline.peer();
                if (peer != null) {
                    AddressWords.peer(operator, peer, out);
                }
            }
            case SCHEME,
                    STREAM_ID,
                    LOCAL_REPLY_BODY,
                    GRPC_STATUS_NUMBER,
                    REQUEST_DURATION,
                    RESPONSE_DURATION,
                    RESPONSE_TX_DURATION -> {
                // A connection has none.
            }
        }
    }

    /// Appends how many milliseconds passed between two points in time, in nanoseconds; nothing while either is unknown
    /// (0).
    public static void millis(long from, long to, StringBuilder out) {
        if (from != 0 && to != 0) {
            out.append(TimeUnit.NANOSECONDS.toMillis(to - from));
        }
    }
}
