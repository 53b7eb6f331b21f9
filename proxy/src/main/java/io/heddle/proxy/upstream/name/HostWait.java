package io.heddle.proxy.upstream.name;

import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.traffic.balance.host.Host;

/// A request's wait for the host that it names, one wait after another. Confined to one event loop.
public final class HostWait {
    private final Listener listener;
    private int round;

    /// Hears what became of a wait, on its event loop.
    public interface Listener {
        /// The host is known.
        void named(Host host);

        /// It is not.
        void unnamed(UpstreamFailure failure);
    }

    /// Waits of `listener`, none of them yet.
    public HostWait(Listener listener) {
        this.listener = listener;
    }

    /// Begins a wait, and gives it a number.
    int begin() {
        return ++round;
    }

    /// Ends the wait, if there is one: the listener hears nothing any more.
    public void cancel() {
        round++;
    }

    void named(int number, Host host) {
        if (number == round) {
            round++;
            listener.named(host);
        }
    }

    void unnamed(int number, UpstreamFailure failure) {
        if (number == round) {
            round++;
            listener.unnamed(failure);
        }
    }
}
