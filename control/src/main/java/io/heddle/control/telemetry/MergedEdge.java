package io.heddle.control.telemetry;

import java.util.Optional;

/// Several fine edges added up to one that is shown; used by one thread.
final class MergedEdge {
    private final String from;
    private final String to;
    private final EdgeTally window = new EdgeTally();
    private final EdgeTally security = new EdgeTally();
    private double total;
    private double rate;
    private boolean destinationSeen;
    private boolean lastKnownMutualTls = true;

    MergedEdge(String from, String to) {
        this.from = from;
        this.to = to;
    }

    void add(EdgeHistory history, int windowSeconds, long second) {
        boolean bySource = history.isReportedBySource();
        var recent = history.since(second - windowSeconds, bySource);
        window.addAll(recent);
        security.addAll(history.since(second - windowSeconds, false));
        total += history.total(bySource).requests();
        // An edge younger than the window has its rate over its own age, else it would look slow while it is new.
        long age = Math.max(1, second - history.firstSecond() + 1);
        rate += recent.requests() / Math.min(windowSeconds, age);
        // A fine edge that only the caller reports (its requests reached nobody) says nothing of the connection.
        boolean seenByDestination = history.total(false).requests() > 0;
        lastKnownMutualTls &= !seenByDestination || history.lastKnownMutualTls();
        destinationSeen |= seenByDestination;
    }

    GraphView.Edge edge() {
        return new GraphView.Edge(
                from,
                to,
                Math.round(total),
                rate,
                window.success(),
                window.quantile(0.50),
                window.quantile(0.99),
                mutualTls(),
                window.errors());
    }

    /// What the called side saw in the window, else what it saw last; nothing is claimed that it never saw.
    private Optional<Boolean> mutualTls() {
        if (security.mutualTls() + security.plaintext() > 0) {
            return Optional.of(security.plaintext() == 0);
        }
        return destinationSeen ? Optional.of(lastKnownMutualTls) : Optional.empty();
    }
}
