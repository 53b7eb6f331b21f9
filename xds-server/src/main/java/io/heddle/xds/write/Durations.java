package io.heddle.xds.write;

import com.google.protobuf.Duration;

/// Converts durations.
final class Durations {
    static final Duration ZERO = Duration.getDefaultInstance();

    private Durations() {}

    static Duration of(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
