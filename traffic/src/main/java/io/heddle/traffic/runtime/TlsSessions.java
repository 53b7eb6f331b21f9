package io.heddle.traffic.runtime;

import java.time.Duration;

/// How many sessions are kept, and how long, so that a peer that comes back needs a shorter handshake. Session tickets
/// are never used: they would outlive the keys that protect them.
///
/// @param kept the most; 0 keeps none, and every connection proves its peer anew
/// @param timeout how long one may be resumed
public record TlsSessions(int kept, Duration timeout) {
    /// Enough for the peers of a sidecar, little enough for its memory.
    public static final TlsSessions DEFAULT = new TlsSessions(256, Duration.ofMinutes(5));

    public TlsSessions {
        if (kept < 0) {
            throw new IllegalArgumentException("fewer than no sessions: " + kept);
        }
    }
}
