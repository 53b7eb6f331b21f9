package io.heddle.xds.client;

import java.util.concurrent.atomic.LongAdder;

/// How reading the files of one type of resources went. Safe on any thread.
public final class FileUpdates {
    private final LongAdder attempts = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder rejections = new LongAdder();
    private final LongAdder successes = new LongAdder();

    FileUpdates() {}

    void attempted() {
        attempts.increment();
    }

    void failed() {
        failures.increment();
    }

    void rejected() {
        rejections.increment();
    }

    void accepted() {
        successes.increment();
    }

    /// How often a file was read, as Envoy's `update_attempt`.
    public long attempts() {
        return attempts.sum();
    }

    /// How often it could not be, as Envoy's `update_failure`.
    public long failures() {
        return failures.sum();
    }

    /// How often something of what it says was refused, as Envoy's `update_rejected`.
    public long rejections() {
        return rejections.sum();
    }

    /// How often all of it went live, as Envoy's `update_success`.
    public long successes() {
        return successes.sum();
    }
}
