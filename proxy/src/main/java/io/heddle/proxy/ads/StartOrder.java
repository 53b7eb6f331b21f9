package io.heddle.proxy.ads;

import java.util.Optional;

/// Which comes first for a proxy without a configuration: its copy on disk, or what the control plane sends. Not
/// thread-safe: guarded by its owner. Nothing here blocks.
///
/// The copy is made live once at most. Before there is a client of the control plane anybody may do it, and a client
/// that could begin meanwhile waits for that, as it goes on from what is live. Once there is one, only its thread does
/// it, which knows whether the control plane was heard.
final class StartOrder {
    private boolean connecting;
    private boolean restoring;
    private boolean tried;
    private boolean refused;
    private boolean closed;
    private Optional<Runnable> waiting = Optional.empty();

    /// Whether there is no client of the control plane yet.
    boolean isUnconnected() {
        return !connecting;
    }

    /// Whether the copy may still be made live.
    boolean mayRestore() {
        return !tried && !refused && !closed;
    }

    /// The copy is about to be made live, if this says so: then [#restored] has to follow.
    ///
    /// @param alone whether this is not the client's thread
    boolean beginRestoring(boolean alone) {
        if (!mayRestore() || (alone && connecting)) {
            return false;
        }
        tried = true;
        restoring = true;
        return true;
    }

    /// There is no copy that could be used, now or later.
    void nothingToRestore() {
        tried = true;
    }

    /// The copy is live, or could not be made so.
    void restored() {
        restoring = false;
        var start = waiting;
        waiting = Optional.empty();
        start.ifPresent(this::connect);
    }

    /// The control plane can be connected to: `start` does that, now or when the copy is live that is about to be.
    void connect(Runnable start) {
        if (closed) {
            return;
        }
        if (restoring) {
            waiting = Optional.of(start);
            return;
        }
        connecting = true;
        start.run();
    }

    /// The control plane does not take this proxy: what it once said no longer stands.
    void refused() {
        refused = true;
    }

    /// It takes the proxy.
    void taken() {
        refused = false;
    }

    /// Nothing begins any more.
    void close() {
        closed = true;
        waiting = Optional.empty();
    }
}
