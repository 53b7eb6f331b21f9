package io.heddle.traffic.runtime;

import java.time.Duration;
import java.util.Optional;

/// How a name is resolved, and how often (the `dns_*` fields of Envoy's `cluster.v3.Cluster`).
///
/// @param family which addresses are asked for
/// @param refresh how long after an answer the name is asked for again, where its records do not say it
/// @param respectTtl whether the records' time to live says it; one of zero does not
/// @param jitter up to so much is added to the time between two questions, drawn evenly
/// @param failures how long after a failure the name is asked for again; empty for `refresh`
/// @param resolver who is asked
public record DnsPolicy(
        Family family,
        Duration refresh,
        boolean respectTtl,
        Duration jitter,
        Optional<Backoff> failures,
        DnsResolution resolver) {
    /// As Envoy's clusters when nothing is said.
    public static final DnsPolicy DEFAULT = new DnsPolicy(
            Family.AUTO, Duration.ofSeconds(5), false, Duration.ZERO, Optional.empty(), DnsResolution.SYSTEM);

    private static final int LARGEST_POWER = 30;

    /// Which addresses are asked for (Envoy's `DnsLookupFamily`).
    public enum Family {
        /// IPv6; IPv4 where there is none.
        AUTO,
        V4_ONLY,
        V6_ONLY,
        /// IPv4; IPv6 where there is none.
        V4_PREFERRED,
        /// Both.
        ALL
    }

    /// A time that doubles with each failure in a row.
    ///
    /// @param base after the first
    /// @param longest at most
    public record Backoff(Duration base, Duration longest) {}

    /// How long to wait after an answer.
    ///
    /// @param ttl the shortest time to live of its records; zero when it has none
    /// @param chance a number drawn evenly
    public Duration afterAnswer(Duration ttl, long chance) {
        return spread(respectTtl && !ttl.isZero() ? ttl : refresh, chance);
    }

    /// How long to wait after a failure, the `count`th in a row, from 1. With a backoff it is drawn from the upper half
    /// of the time, so that many proxies do not come back at once.
    public Duration afterFailure(int count, long chance) {
        if (failures.isEmpty()) {
            return spread(refresh, chance);
        }
        var backoff = failures.get();
        long longest = backoff.longest().toNanos();
        long power = 1L << Math.min(count - 1, LARGEST_POWER);
        long base = backoff.base().toNanos();
        long whole = base > longest / power ? longest : base * power;
        return Duration.ofNanos(whole - drawn(chance, whole / 2));
    }

    private Duration spread(Duration pause, long chance) {
        return pause.plusNanos(drawn(chance, jitter.toNanos()));
    }

    private static long drawn(long chance, long below) {
        return below <= 0 ? 0 : Math.floorMod(chance, below);
    }
}
