package io.heddle.proxy.observe;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.MetadataOwner;
import io.heddle.traffic.format.Moment;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.format.TimePoint;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.RequestHead;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
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
    public OptionalLong at(Moment moment) {
        return switch (moment) {
            case START -> OptionalLong.of(timeline.startedAtMillis);
            case EMIT -> OptionalLong.of(System.currentTimeMillis());
            case DOWNSTREAM_PEER_START, DOWNSTREAM_PEER_END ->
                timeline.client().tls().at(moment);
            case UPSTREAM_PEER_START, UPSTREAM_PEER_END -> connection().tls().at(moment);
        };
    }

    @Override
    public ZoneId zone() {
        return ZoneId.systemDefault();
    }

    @Override
    public Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name));
    }

    /// What only requests have, an exchange knows.
    @Override
    public long stamp(TimePoint point) {
        var made = connection().times();
        return switch (point) {
            case US_CX_BEG -> made.begun();
            case US_CX_END -> made.stood();
            case US_HS_END -> made.secured();
            case DS_RX_BEG, DS_RX_END, US_TX_BEG, US_TX_END, US_RX_BEG, US_RX_END, DS_TX_BEG, DS_TX_END -> 0;
        };
    }

    private ConnectionFacts connection() {
        var connection = timeline.hostConnection();
        return connection == null ? ConnectionFacts.NONE : connection;
    }

    @Override
    public void append(Operator operator, StringBuilder out) {
        switch (operator.about()) {
            case REQUEST -> appendOutcome(operator, out);
            case CLIENT -> {
                var peer = timeline.peer();
                if (peer != null) {
                    AddressWords.client(operator, peer, timeline.client(), out);
                }
            }
            case CLIENT_TLS -> timeline.client().tls().append(operator, out);
            case HOST -> {
                var host = timeline.host();
                if (host != null) {
                    AddressWords.host(operator, host.endpoint(), out);
                }
            }
            case HOST_CONNECTION -> {
                var host = timeline.host();
                var connection = timeline.hostConnection();
                if (host != null && connection != null) {
                    AddressWords.hostConnection(operator, connection, host.endpoint(), out);
                } else if (operator == Operator.UPSTREAM_CONNECTION_ID) {
                    out.append('0');
                }
            }
            case HOST_TLS -> connection().tls().append(operator, out);
        }
    }

    private void appendOutcome(Operator operator, StringBuilder out) {
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
            case BYTES_RETRANSMITTED, PACKETS_RETRANSMITTED -> out.append('0');
            case UPSTREAM_REQUEST_ATTEMPT_COUNT -> out.append(timeline.attempts);
            case DURATION -> millis(timeline.headReceived, timeline.finished, out);
            case UPSTREAM_CONNECTION_POOL_READY_DURATION -> {
                if (timeline.hostConnection() != null) {
                    millis(timeline.tryBegun, timeline.upstreamReady, out);
                }
            }
            case UPSTREAM_PROTOCOL -> out.append(timeline.upstreamProtocol);
            case UPSTREAM_CLUSTER, UPSTREAM_CLUSTER_RAW -> {
                var cluster = timeline.cluster();
                out.append(cluster == null ? "" : cluster.name());
            }
            case FILTER_CHAIN_NAME -> out.append(timeline.client().chain());
            case CONNECTION_ID -> out.append(timeline.client().id());
            case UNIQUE_ID -> uuid(out);
            case ACCESS_LOG_TYPE -> out.append("TcpConnectionEnd");
            default -> {
                // A connection has none.
            }
        }
    }

    /// Appends a random UUID (RFC 9562, version 4) that is no secret.
    private static void uuid(StringBuilder out) {
        var random = ThreadLocalRandom.current();
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        out.append(new UUID(high, low));
    }

    /// Appends how many milliseconds passed between two points in time, in nanoseconds; nothing while either is unknown
    /// (0).
    public static void millis(long from, long to, StringBuilder out) {
        if (from != 0 && to != 0) {
            out.append(TimeUnit.NANOSECONDS.toMillis(to - from));
        }
    }
}
