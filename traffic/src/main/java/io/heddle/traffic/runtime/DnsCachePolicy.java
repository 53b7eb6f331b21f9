package io.heddle.traffic.runtime;

import java.time.Duration;
import java.util.List;

/// What is remembered of names that requests bring along (Envoy's `DnsCacheConfig`).
///
/// @param name of the cache; two with the same name must be alike
/// @param dns how names are resolved: an answer counts for the time to live of its records
/// @param shortest but never shorter than this (`dns_min_refresh_rate`)
/// @param hosts how many are remembered, and for how long
/// @param queryTimeout a question that lasts longer has failed; zero for no limit but the resolver's
/// @param pending how many requests may wait for answers
/// @param refreshFailed whether a name that failed is asked for again by itself; if not, the next request asks
/// @param preresolved names that are asked for at once
public record DnsCachePolicy(
        String name,
        DnsPolicy dns,
        Duration shortest,
        Hosts hosts,
        Duration queryTimeout,
        int pending,
        boolean refreshFailed,
        List<DnsResolution.Server> preresolved) {
    public DnsCachePolicy {
        preresolved = List.copyOf(preresolved);
    }

    /// How many hosts are remembered, and for how long.
    ///
    /// @param most at most (`max_hosts`)
    /// @param ttl one that no request asked for in this time is forgotten when it is next refreshed (`host_ttl`)
    public record Hosts(int most, Duration ttl) {}

    /// How long an answer counts.
    ///
    /// @param ttl the shortest time to live of its records; zero when they have none
    /// @param chance a number drawn evenly
    public Duration afterAnswer(Duration ttl, long chance) {
        var pause = dns.afterAnswer(ttl, chance);
        return pause.compareTo(shortest) < 0 ? shortest : pause;
    }
}
