package io.heddle.proxy.overload;

import io.heddle.traffic.resilience.OverloadPolicy;
import io.heddle.traffic.resilience.OverloadPolicy.Action;
import io.heddle.traffic.resilience.OverloadPolicy.Resource;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at what the proxy uses, over and over, and tells [Overload] what follows from it. Owns a thread.
///
/// A look that fails, for want of memory first of all, is logged once and followed by the next: what was asked for
/// stays until one succeeds.
public final class OverloadLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OverloadLoop.class);
    /// How often the heap is collected while it is full, and how soon after another collection when it seems so.
    private static final long COLLECT_NANOS = 5_000_000_000L;

    private static final long DOUBT_NANOS = 1_000_000_000L;

    private final OverloadPolicy policy;
    private final Overload overload;
    private final LongSupplier connections;
    private final Consumer<Boolean> accepting;
    private final HeapGauge heap = new HeapGauge();
    private final Thread thread;
    private final long mostDirect = DirectMemory.most();
    private volatile Map<Resource, Double> pressures = Map.of();
    private boolean stopped;
    private boolean failing;
    private boolean heapIsFull;
    private long collectedAt = System.nanoTime() - COLLECT_NANOS;

    private OverloadLoop(
            OverloadPolicy policy, Overload overload, LongSupplier connections, Consumer<Boolean> accepting) {
        this.policy = policy;
        this.overload = overload;
        this.connections = connections;
        this.accepting = accepting;
        this.thread = Thread.ofPlatform().daemon().name("heddle-overload").unstarted(this::run);
    }

    /// Starts looking, as `policy` says. `connections` tells how many clients have open; `accepting` is told
    /// whether new ones are to be accepted, when that changes and again while they are not.
    public static OverloadLoop start(
            OverloadPolicy policy, Overload overload, LongSupplier connections, Consumer<Boolean> accepting) {
        var loop = new OverloadLoop(policy, overload, connections, accepting);
        loop.thread.start();
        return loop;
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                tryToLook();
                Thread.sleep(policy.refresh());
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whoever guards against a lack of memory must outlive it.
    private void tryToLook() {
        try {
            look();
            failing = false;
        } catch (RuntimeException | Error failure) {
            tellOnce(failure);
        }
    }

    private void tellOnce(Throwable failure) {
        if (failing) {
            return;
        }
        try {
            log.atError().setCause(failure).log("overload cannot be told; looking again");
            failing = true;
        } catch (RuntimeException | Error _) {
            failing = false; // Perhaps there is not even memory to log it: the next look that fails is logged.
        }
    }

    private void look() {
        var found = look(heap.used());
        boolean full = asksForSomething(found);
        long since = System.nanoTime() - collectedAt;
        boolean shrink = policy.states(found).getOrDefault(Action.SHRINK_HEAP, 0.0) >= 1;
        if (full && !heapIsFull && since < DOUBT_NANOS) {
            return; // Not to be told from garbage before the next collection of our own.
        }
        if ((full && !heapIsFull) || ((full || shrink) && since >= COLLECT_NANOS)) {
            System.gc();
            collectedAt = System.nanoTime();
            found = look(heap.used());
        }
        heapIsFull = asksForSomething(found);
        take(found);
    }

    /// Whether something would be done about the heap. That is not done before a collection has shown that the
    /// heap is full of more than garbage; and where requests are shed nothing is allocated, so that no collection
    /// of its own accord would show that it is free again.
    private boolean asksForSomething(Map<Resource, Double> found) {
        var alone = Map.of(Resource.HEAP, found.getOrDefault(Resource.HEAP, 0.0));
        return policy.states(alone).values().stream().anyMatch(state -> state > 0);
    }

    private void take(Map<Resource, Double> found) {
        pressures = found;
        var states = policy.states(found);
        tell(states, found);
        overload.take(states);
        boolean stop = overload.isSaturated(Action.STOP_ACCEPTING_CONNECTIONS);
        if (stop || stopped) {
            accepting.accept(!stop);
        }
        stopped = stop;
    }

    private Map<Resource, Double> look(long heapUsed) {
        var found = new EnumMap<Resource, Double>(Resource.class);
        found.put(Resource.HEAP, part(heapUsed, limit(Resource.HEAP, HeapGauge.most())));
        found.put(Resource.DIRECT_MEMORY, part(DirectMemory.used(), limit(Resource.DIRECT_MEMORY, mostDirect)));
        policy.connections().ifPresent(most -> found.put(Resource.CONNECTIONS, part(connections.getAsLong(), most)));
        return Map.copyOf(found);
    }

    /// A limit that is higher than what the process may have would never be reached.
    private long limit(Resource resource, long most) {
        return Math.min(most, policy.limits().getOrDefault(resource, most));
    }

    private static double part(long used, long most) {
        return most <= 0 ? 0 : (double) used / most;
    }

    private void tell(Map<Action, Double> states, Map<Resource, Double> found) {
        states.forEach((action, state) -> {
            boolean before = overload.state(action) > 0;
            if (before != (state > 0)) {
                log.atWarn()
                        .addKeyValue("action", action.text())
                        .addKeyValue("pressures", found)
                        .log(state > 0 ? "overloaded" : "no longer overloaded");
            }
        });
    }

    /// What part of each resource was used at the last look, 0 to 1, or more.
    public Map<Resource, Double> pressures() {
        return pressures;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
