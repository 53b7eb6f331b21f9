package io.heddle.proxy.observe;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.runtime.Cluster;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The series of one event loop. Looking one up compares references and builds no text; only a combination that is new
/// costs strings.
///
/// [#count] belongs to the loop; the others may be called from anywhere.
final class SeriesTable {
    private static final int SLOTS = 256;
    private static final int CHAIN = 4;

    private final Labels labels;
    private final int limit;
    private final Map<List<String>, Series> known = new ConcurrentHashMap<>();
    private final StatusTable statuses = new StatusTable();
    private final @Nullable Entry[] recent = new Entry[SLOTS];

    SeriesTable(Labels labels, int limit) {
        this.labels = labels;
        this.limit = limit;
    }

    static boolean isInbound(RequestTimeline timeline) {
        return timeline.statPrefix.startsWith("inbound");
    }

    /// Counts a finished request that began at `begun`; false when it gets no series, as there are too many already.
    boolean count(RequestTimeline timeline, long begun) {
        var entry = find(timeline);
        if (entry == null) {
            statuses.manager(timeline).count(timeline);
            statuses.cluster(timeline).count(timeline.attempts);
            return false;
        }
        entry.series.count(timeline.finished - begun, timeline.bytesReceived, timeline.bytesSent, timeline.finished);
        entry.manager.count(timeline);
        entry.ofCluster.count(timeline.attempts);
        return true;
    }

    /// The entry of a finished request; `null` when there are too many already.
    private @Nullable Entry find(RequestTimeline timeline) {
        int hash = hash(timeline);
        int slot = hash & (SLOTS - 1);
        int length = 0;
        for (var entry = recent[slot]; entry != null; entry = entry.next) {
            if (entry.hash == hash && entry.fits(timeline)) {
                if (entry.generation == statuses.generation() && !entry.series.isExpired()) {
                    return entry;
                }
                length = CHAIN;
                break;
            }
            length++;
        }
        var series = resolve(labels.of(timeline));
        if (series == null) {
            return null;
        }
        // A long chain is dropped whole, and so is one with an entry that is over: it holds configurations that are
        // gone.
        var next = length >= CHAIN ? null : recent[slot];
        var fresh = new Entry(hash, timeline, series, next);
        recent[slot] = fresh;
        return fresh;
    }

    /// Finished requests by status, whether they have series or not.
    StatusTable statuses() {
        return statuses;
    }

    Collection<Series> all() {
        return known.values();
    }

    /// Drops what was last used before `oldest`.
    void expire(long oldest) {
        known.values().removeIf(series -> {
            boolean idle = series.lastUsed() - oldest < 0;
            if (idle) {
                series.expire();
            }
            return idle;
        });
    }

    private @Nullable Series resolve(List<String> values) {
        var series = known.get(values);
        if (series == null && known.size() < limit) {
            series = new Series(values);
            known.put(series.labels(), series);
        }
        return series;
    }

    private static int hash(RequestTimeline timeline) {
        int hash = System.identityHashCode(timeline.cluster());
        hash = 31 * hash + System.identityHashCode(endpoint(timeline));
        hash = 31 * hash + timeline.statPrefix.hashCode();
        hash = 31 * hash + timeline.status;
        hash = 31 * hash + timeline.flag.hashCode();
        hash = 31 * hash + timeline.grpcStatus;
        hash = 31 * hash + timeline.source().hashCode();
        hash = 31 * hash + principal(timeline).hashCode();
        return hash ^ (hash >>> 16);
    }

    private static @Nullable Endpoint endpoint(RequestTimeline timeline) {
        var host = timeline.host();
        return host == null ? null : host.endpoint();
    }

    private static Optional<String> principal(RequestTimeline timeline) {
        var peer = timeline.peer();
        return peer == null ? Optional.empty() : peer.principal();
    }

    private static boolean isTls(RequestTimeline timeline) {
        var peer = timeline.peer();
        return peer != null && peer.tls();
    }

    private final class Entry {
        private final int hash;
        private final @Nullable Cluster cluster;
        private final @Nullable Endpoint endpoint;
        private final String statPrefix;
        private final int status;
        private final ResponseFlag flag;
        private final int grpcStatus;
        private final PeerMetadata source;
        private final Optional<String> principal;
        private final boolean tls;
        private final boolean forwarded;
        private final boolean redirected;
        private final Series series;
        private final int generation;
        private final DownstreamCount manager;
        private final StatusCount ofCluster;
        private final @Nullable Entry next;

        Entry(int hash, RequestTimeline timeline, Series series, @Nullable Entry next) {
            this.hash = hash;
            this.cluster = timeline.cluster();
            this.endpoint = endpoint(timeline);
            this.statPrefix = timeline.statPrefix;
            this.status = timeline.status;
            this.flag = timeline.flag;
            this.grpcStatus = timeline.grpcStatus;
            this.source = timeline.source();
            this.principal = principal(timeline);
            this.tls = isTls(timeline);
            this.forwarded = timeline.forwarded;
            this.redirected = timeline.redirected;
            this.series = series;
            this.generation = statuses.generation(); // before they are found: they may be forgotten after that
            this.manager = statuses.manager(timeline);
            this.ofCluster = statuses.cluster(timeline);
            this.next = next;
        }

        @SuppressWarnings("ReferenceEquality") // On purpose: configurations are compared by identity, not content.
        boolean fits(RequestTimeline timeline) {
            return cluster == timeline.cluster()
                    && endpoint == endpoint(timeline)
                    && status == timeline.status
                    && flag == timeline.flag
                    && grpcStatus == timeline.grpcStatus
                    && tls == isTls(timeline)
                    && forwarded == timeline.forwarded
                    && redirected == timeline.redirected
                    && statPrefix.equals(timeline.statPrefix)
                    && source.equals(timeline.source())
                    && principal.equals(principal(timeline));
        }
    }
}
