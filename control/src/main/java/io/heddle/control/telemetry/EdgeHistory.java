package io.heddle.control.telemetry;

import java.util.ArrayDeque;

/// What happened on one edge: a total, and a tally a second for the last minutes, from each end. Guarded by the graph's
/// lock.
///
/// The caller's side knows rate and latency as the application met them, and requests that reached nobody; it
/// stands for the edge wherever it exists. The called side alone knows whether a connection really was mTLS.
final class EdgeHistory {
    private final ArrayDeque<Second> seconds = new ArrayDeque<>();
    private final EdgeTally totalBySource = new EdgeTally();
    private final EdgeTally totalByDestination = new EdgeTally();
    private final long firstSecond;
    private long lastSecond;
    private boolean lastKnownMutualTls;

    EdgeHistory(long second) {
        this.firstSecond = second;
        this.lastSecond = second;
    }

    /// The tally to add to for the present second.
    EdgeTally tally(long second, boolean bySource) {
        var last = seconds.peekLast();
        if (last == null || last.number != second) {
            last = new Second(second, new EdgeTally(), new EdgeTally());
            seconds.addLast(last);
        }
        return bySource ? last.bySource : last.byDestination;
    }

    EdgeTally total(boolean bySource) {
        return bySource ? totalBySource : totalByDestination;
    }

    void sawTraffic(long second) {
        lastSecond = Math.max(lastSecond, second);
    }

    void sawSecurity(boolean mutual) {
        lastKnownMutualTls = mutual;
    }

    long firstSecond() {
        return firstSecond;
    }

    long lastSecond() {
        return lastSecond;
    }

    boolean lastKnownMutualTls() {
        return lastKnownMutualTls;
    }

    /// Whether the caller's own sidecar reports this edge.
    boolean isReportedBySource() {
        return totalBySource.requests() > 0;
    }

    /// The sum over the seconds after `second`.
    EdgeTally since(long second, boolean bySource) {
        var sum = new EdgeTally();
        for (var each : seconds) {
            if (each.number > second) {
                sum.addAll(bySource ? each.bySource : each.byDestination);
            }
        }
        return sum;
    }

    void forgetUpTo(long second) {
        while (!seconds.isEmpty() && seconds.peekFirst().number <= second) {
            seconds.removeFirst();
        }
    }

    private record Second(long number, EdgeTally bySource, EdgeTally byDestination) {}
}
