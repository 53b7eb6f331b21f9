package io.heddle.model.limit;

/// How long a window is. Months have 30 days and years 365, as in Envoy's rate limit service.
public enum LimitUnit {
    SECOND(1),
    MINUTE(60),
    HOUR(3600),
    DAY(86_400),
    WEEK(7 * 86_400),
    MONTH(30 * 86_400),
    YEAR(365 * 86_400);

    private final long seconds;

    LimitUnit(long seconds) {
        this.seconds = seconds;
    }

    /// How many seconds.
    public long seconds() {
        return seconds;
    }
}
