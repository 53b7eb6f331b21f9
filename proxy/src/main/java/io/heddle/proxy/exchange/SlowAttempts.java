package io.heddle.proxy.exchange;

import java.util.ArrayList;
import java.util.List;

/// The tries that took too long and go on beside the current one, as hedging has it. Part of [Tries].
final class SlowAttempts {
    private List<Attempt> attempts = List.of();

    boolean isEmpty() {
        return attempts.isEmpty();
    }

    int size() {
        return attempts.size();
    }

    void add(Attempt slow) {
        if (attempts.isEmpty()) {
            attempts = new ArrayList<>(2);
        }
        attempts.add(slow);
    }

    void remove(Attempt attempt) {
        attempts.remove(attempt);
    }

    /// Nobody waits for any of them any more.
    void cancel() {
        if (!attempts.isEmpty()) {
            attempts.forEach(Attempt::clear);
            attempts = List.of();
        }
    }
}
