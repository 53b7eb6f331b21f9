package io.heddle.proxy;

import io.heddle.proxy.observe.AccessLogs;
import io.heddle.proxy.observe.ProxyMetrics;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.filter.FilterCounter;

/// Hears of every request and connection, for metrics and for logs.
///
/// @param metrics what counts them
/// @param logs what tells of each
record ProxyObserver(ProxyMetrics metrics, AccessLogs logs) implements RequestObserver {
    @Override
    public void finished(RequestTimeline timeline) {
        metrics.finished(timeline);
        logs.finished(timeline);
    }

    @Override
    public boolean asksAnswer(RequestTimeline timeline) {
        return logs.asksAnswer(timeline);
    }

    @Override
    public void relayed(RequestTimeline connection) {
        logs.relayed(connection);
    }

    @Override
    public void ended(RequestTimeline connection) {
        logs.ended(connection);
    }

    @Override
    public void counted(FilterCounter counter, String statPrefix, long amount) {
        metrics.counted(counter, statPrefix, amount);
    }

    @Override
    public boolean entered(FilterCounter gauge, String statPrefix, long most) {
        return metrics.entered(gauge, statPrefix, most);
    }

    @Override
    public void left(FilterCounter gauge, String statPrefix) {
        metrics.left(gauge, statPrefix);
    }

    @Override
    public void judged(Judgement judgement) {
        metrics.judged(judgement);
        judgement.refused().ifPresent(logs::finished);
    }
}
