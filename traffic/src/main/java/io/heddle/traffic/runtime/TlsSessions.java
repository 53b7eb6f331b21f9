package io.heddle.traffic.runtime;

import java.time.Duration;

/// How many sessions are kept, and how long, so that a peer that comes back needs a shorter handshake.
///
/// @param kept the most; 0 keeps none, and every connection proves its peer anew
/// @param timeout how long one that is kept may be resumed
/// @param tickets whether a server also gives clients tickets to keep, which is how TLS 1.3 resumes: only where no
///     client is verified, since one that resumes proves nothing anew. They are protected by keys that never leave
///     the process, change every other day, and end with the settings.
public record TlsSessions(int kept, Duration timeout, boolean tickets) {
    /// Enough for the peers of a sidecar, little enough for its memory.
    public static final TlsSessions DEFAULT = new TlsSessions(256, Duration.ofMinutes(5), true);

    public TlsSessions {
        if (kept < 0) {
            throw new IllegalArgumentException("fewer than no sessions: " + kept);
        }
    }
}
