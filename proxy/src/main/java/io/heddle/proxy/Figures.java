package io.heddle.proxy;

import io.heddle.proxy.config.AdsSource;
import io.heddle.proxy.observe.AccessLogs;
import io.heddle.proxy.observe.ProxyMetrics;
import io.heddle.proxy.tls.IdentityAgent;
import java.time.Instant;
import java.util.Optional;

/// The proxy's figures beside those of requests.
///
/// @param metrics where they go
record Figures(ProxyMetrics metrics) {
    void add(Optional<AdsSource> ads, Optional<IdentityAgent> identity, AccessLogs logs) {
        metrics.add("heddle_access_log_written_total", "Access log lines written.", () -> (double) logs.written());
        metrics.add("heddle_access_log_dropped_total", "Access log lines dropped.", () -> (double) logs.dropped());
        ads.ifPresent(source -> {
            metrics.add(
                    "heddle_control_plane_connected",
                    "Whether the control plane's stream stands.",
                    () -> source.status().connected() ? 1 : 0);
            metrics.add("heddle_config_accepted_total", "Configurations that went live.", () ->
                    (double) source.status().accepted());
            metrics.add("heddle_config_rejected_total", "Configurations that were refused.", () ->
                    (double) source.status().rejected());
        });
        identity.ifPresent(agent -> {
            metrics.add(
                    "heddle_certificate_expiry_timestamp_seconds",
                    "When the own certificate ends, seconds since the epoch; 0 without one.",
                    () -> (double) agent.expiry().map(Instant::getEpochSecond).orElse(0L));
            metrics.add("heddle_certificate_renewals_total", "Certificates obtained.", () -> (double) agent.renewals());
            metrics.add("heddle_certificate_failures_total", "Attempts that failed.", () -> (double) agent.failures());
        });
    }
}
