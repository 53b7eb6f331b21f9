package io.heddle.traffic.balance.host;

/// The weight that a host's reports of its load mean.
///
/// @param weight by the last one; above 0
/// @param since when the row of reports began, in nanoseconds of the monotonic clock
/// @param last when the last one came
record ReportedWeight(double weight, long since, long last) {
    /// The weight that counts at `now`; 0 while the host has reported for too short a time, or has not reported for too
    /// long.
    double at(long now, WeightRules rules) {
        if (isExpired(now, rules) || now - since < rules.blackout().toNanos()) {
            return 0;
        }
        return weight;
    }

    boolean isExpired(long now, WeightRules rules) {
        return now - last >= rules.expiration().toNanos();
    }
}
