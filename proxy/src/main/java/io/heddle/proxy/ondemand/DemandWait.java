package io.heddle.proxy.ondemand;

import org.jspecify.annotations.Nullable;

/// A request's wait for something that the control plane was asked for, one wait after another. Confined to one event
/// loop.
public final class DemandWait {
    private final Runnable listener;
    private @Nullable OnDemand where;
    private OnDemand.@Nullable Key key;
    private int round;

    /// Waits of `listener`, which is told of an answer; none of them yet.
    public DemandWait(Runnable listener) {
        this.listener = listener;
    }

    /// Begins a wait, and gives it a number.
    int begin(OnDemand in, OnDemand.Key wanted) {
        where = in;
        key = wanted;
        return ++round;
    }

    /// Whether there is one.
    public boolean isWaiting() {
        return key != null;
    }

    /// Ends the wait, if there is one: the listener hears nothing any more.
    public void cancel() {
        var wanted = key;
        var in = where;
        end();
        if (wanted != null && in != null) {
            in.leave(wanted, this);
        }
    }

    /// Ends the wait, which has lasted for as long as it may.
    public void timeOut() {
        if (where != null) {
            where.timedOut();
        }
        cancel();
    }

    private void end() {
        round++;
        key = null;
        where = null;
    }

    void answered(int number) {
        if (number == round) {
            end();
            listener.run();
        }
    }
}
