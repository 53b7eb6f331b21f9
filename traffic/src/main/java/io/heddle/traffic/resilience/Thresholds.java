package io.heddle.traffic.resilience;

import java.util.Optional;

/// How much requests of one priority may have under way at once, as Envoy's `cluster.v3.CircuitBreakers.Thresholds`
/// (1024, 1024, 1024, 3 there when not given).
///
/// @param connections open connections
/// @param pending requests waiting for a connection
/// @param requests requests under way
/// @param retries retries under way, where there is no budget
/// @param budget the retries that may be under way for so many requests (`retry_budget`), in place of `retries`
/// @param tracked whether figures tell how much more there may be (`track_remaining`)
public record Thresholds(
        int connections, int pending, int requests, int retries, Optional<RetryBudget> budget, boolean tracked) {
    public static final Thresholds DEFAULT = new Thresholds(1024, 1024, 1024, 3);

    /// What limits nothing.
    public static final Thresholds UNLIMITED =
            new Thresholds(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

    /// Without a budget.
    public Thresholds(int connections, int pending, int requests, int retries) {
        this(connections, pending, requests, retries, Optional.empty(), false);
    }
}
