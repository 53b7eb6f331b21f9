package io.heddle.traffic.resilience;

/// How many retries may be under way for so many requests, as Envoy's `RetryBudget` (20 % and 3 there when not given).
///
/// @param percent of the requests under way, 0 to 100
/// @param minimum retries always allowed at once
public record RetryBudget(double percent, int minimum) {
    public static final RetryBudget DEFAULT = new RetryBudget(20, 3);

    /// How many retries may be under way beside so many requests.
    public int most(int activeRequests) {
        return Math.max(minimum, (int) (activeRequests * percent / 100));
    }
}
