package io.heddle.proxy.ondemand;

import io.heddle.proxy.loop.Worker;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What requests wait for because the control plane has to be asked for it: virtual hosts and clusters. All that want
/// the same share one question.
///
/// A question is under way until the control plane has answered, whatever it said, or nobody waits any more; then
/// everyone looks again at what is live. Safe on any thread: it stands under one lock, held for a few steps only, and
/// never while anybody is called.
public final class OnDemand {
    /// How many requests may wait (Envoy has no limit).
    public static final int MOST = 1024;

    private final int most;
    private final Map<Key, List<Waiter>> questions = new HashMap<>();
    private final LongAdder asked = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder overflows = new LongAdder();
    private int waiting;
    private @Nullable Source source;

    /// With room for `most` requests that wait.
    public OnDemand(int most) {
        this.most = most;
    }

    /// A resource.
    ///
    /// @param type virtual hosts or clusters
    /// @param name its name, or another name of it
    public record Key(ResourceType type, String name) {}

    /// Who can be asked. Called on any thread; does not block, and never calls back within the call.
    public interface Source {
        /// Asks for a resource; [#answered] is called when that has come, or is known not to exist.
        void ask(Key key);

        /// Nobody waits for it any more.
        void withdraw(Key key);
    }

    /// What a request that asks has to do.
    public enum Verdict {
        /// To wait.
        WAIT,
        /// To go on: there is nobody to ask.
        NOBODY,
        /// To give up: too many wait.
        FULL
    }

    /// A request that waits.
    record Waiter(Worker worker, DemandWait request, int number) {}

    /// From now on `answering` is asked.
    public synchronized void ask(Source answering) {
        source = answering;
    }

    /// Asks for a resource on the loop of `worker`, where this is called and where `wait` is told.
    public Verdict ask(Key key, Worker worker, DemandWait wait) {
        synchronized (this) {
            if (source == null) {
                return Verdict.NOBODY;
            }
            if (waiting >= most) {
                overflows.increment();
                return Verdict.FULL;
            }
            waiting++;
            var waiters = questions.get(key);
            if (waiters == null) {
                waiters = new ArrayList<>();
                questions.put(key, waiters);
                asked.increment();
                source.ask(key); // under the lock, so that no withdrawal of an older question comes later
            }
            waiters.add(new Waiter(worker, wait, wait.begin(this, key)));
        }
        return Verdict.WAIT;
    }

    /// A request does not wait any more.
    void leave(Key key, DemandWait wait) {
        synchronized (this) {
            var waiters = questions.get(key);
            if (waiters == null) {
                return;
            }
            int before = waiters.size();
            waiters.removeIf(waiter -> waiter.request() == wait);
            waiting -= before - waiters.size();
            if (waiters.isEmpty()) {
                questions.remove(key);
                if (source != null) {
                    source.withdraw(key);
                }
            }
        }
    }

    /// The control plane has said what there is under these names, and what it sent is live where it is good.
    public void answered(ResourceType type, Collection<String> names) {
        var told = new ArrayList<Waiter>();
        synchronized (this) {
            for (var name : names) {
                var waiters = questions.remove(new Key(type, name));
                if (waiters != null) {
                    told.addAll(waiters);
                    waiting -= waiters.size();
                }
            }
        }
        for (var waiter : told) {
            waiter.worker().loop().execute(() -> waiter.request().answered(waiter.number()));
        }
    }

    /// A request has waited for as long as it may.
    void timedOut() {
        timeouts.increment();
    }

    /// How many requests wait.
    public synchronized int waiting() {
        return waiting;
    }

    /// How many questions were asked.
    public long asked() {
        return asked.sum();
    }

    /// How many requests went on without an answer.
    public long timeouts() {
        return timeouts.sum();
    }

    /// How many requests were refused because too many wait.
    public long overflows() {
        return overflows.sum();
    }
}
