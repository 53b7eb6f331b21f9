package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import org.jspecify.annotations.Nullable;

/// Tells a cluster's outlier detection what became of tries at its hosts. Where there is no host, there is nothing to
/// tell.
final class Verdicts {
    private static final HeaderName IMMEDIATE_FAIL = HeaderName.of("x-envoy-immediate-health-check-fail");

    private Verdicts() {}

    /// The request has a stream to the host: as far as the way there goes, that is a success.
    static void reached(@Nullable UpstreamCluster cluster, @Nullable Host host, long now) {
        if (cluster != null && host != null) {
            var outliers = cluster.monitor(host);
            if (outliers.isPresent()) {
                outliers.get().connected(false, now);
            }
        }
    }

    /// The host has answered with `status`.
    static void answered(@Nullable UpstreamCluster cluster, @Nullable Host host, int status, long now) {
        if (cluster != null && host != null) {
            var outliers = cluster.monitor(host);
            if (outliers.isPresent()) {
                outliers.get().answered(status, now);
            }
        }
    }

    /// Whether its host says in an answer's `lines` that it is not to have requests. It counts where active
    /// health checks bring the host back: where the cluster has some, and this host is checked.
    static void heed(RequestTimeline timeline, HeaderLines lines) {
        var cluster = timeline.cluster();
        var host = timeline.host();
        if (lines.hasAny(LineKind.bit(LineKind.ENVOY))
                && cluster != null
                && host != null
                && cluster.health().check().isPresent()
                && !host.endpoint().checks().disabled()
                && Span.isPresent(lines.header(IMMEDIATE_FAIL))) {
            host.state().failCheck();
        }
    }

    /// The host was asked and did not answer. That no connection could be made is known already.
    static void failed(@Nullable UpstreamCluster cluster, @Nullable Host host, UpstreamFailure failure, long now) {
        if (cluster == null || host == null) {
            return;
        }
        switch (failure) {
            case RESET_BEFORE_RESPONSE,
                    RESET_IN_RESPONSE,
                    REFUSED,
                    STREAM_RESET,
                    STREAM_RESET_IN_RESPONSE,
                    MALFORMED -> {
                var outliers = cluster.monitor(host);
                if (outliers.isPresent()) {
                    outliers.get().failed(now);
                }
            }
            case CONNECT_FAILED, CONNECT_TIMEOUT, OVERFLOW, NO_SUCH_NAME, TOO_MANY_NAMES, TOO_MANY_QUESTIONS -> {}
        }
    }

    /// The host took too long.
    static void timedOut(@Nullable UpstreamCluster cluster, @Nullable Host host, long now) {
        if (cluster != null && host != null) {
            var outliers = cluster.monitor(host);
            if (outliers.isPresent()) {
                outliers.get().timedOut(now);
            }
        }
    }
}
