package io.heddle.proxy.observe;

/// Writes times of day as `2026-11-21T12:34:56.789Z` without making objects.
final class Timestamps {
    private static final long DAY = 86_400_000;
    private static final long DAYS_PER_ERA = 146_097;

    private Timestamps() {}

    /// Appends `millis` since the epoch (Howard Hinnant's `civil_from_days`).
    static void append(LogLine line, long millis) {
        long shifted = Math.floorDiv(millis, DAY) + 719_468;
        long era = Math.floorDiv(shifted, DAYS_PER_ERA);
        long dayOfEra = shifted - era * DAYS_PER_ERA;
        long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long shiftedMonth = (5 * dayOfYear + 2) / 153;
        long day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
        long month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        long time = Math.floorMod(millis, DAY);
        line.padded(year, 4);
        line.put('-').padded(month, 2);
        line.put('-').padded(day, 2);
        line.put('T').padded(time / 3_600_000, 2);
        line.put(':').padded(time / 60_000 % 60, 2);
        line.put(':').padded(time / 1000 % 60, 2);
        line.put('.').padded(time % 1000, 3);
        line.put('Z');
    }
}
