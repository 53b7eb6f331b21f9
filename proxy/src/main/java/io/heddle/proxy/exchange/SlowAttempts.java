package io.heddle.proxy.exchange;

import java.util.ArrayList;
import java.util.List;

/// The tries that took too long and go on beside the current one, as hedging has it. Part of [Tries]. Each counts as a
/// request of its own, which was counted before it is added.
final class SlowAttempts {
    private final RequestBreakers breakers;
    private List<Attempt> attempts = List.of();

    SlowAttempts(RequestBreakers breakers) {
        this.breakers = breakers;
    }

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
        if (attempts.remove(attempt)) {
            breakers.endBeside();
        }
    }

    /// Nobody waits for any of them any more.
    void cancel() {
        if (!attempts.isEmpty()) {
            attempts.forEach(attempt -> {
                attempt.clear();
                breakers.endBeside();
            });
            attempts = List.of();
        }
    }
}
