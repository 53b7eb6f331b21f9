package io.heddle.proxy.overload;

import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.resilience.OverloadPolicy.Action;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/// What overload asks for now, and how often it was done. Written by one thread, read by event loops for every
/// request and connection: one read of a field while there is no overload.
public final class Overload {
    private static final double EVEN = 0x1p-53;

    private volatile States states = States.CALM;
    private final LongAdder requests = new LongAdder();

    /// How much of each action is asked for, 0 to 1, and whether it is none of all.
    private record States(boolean calm, Map<Action, Double> byAction) {
        static final States CALM = new States(true, Map.of());

        static States of(Map<Action, Double> found) {
            boolean calm = found.values().stream().allMatch(state -> state == 0);
            return calm ? CALM : new States(false, Map.copyOf(found));
        }
    }

    /// Asks for as much of each action from now on.
    public void take(Map<Action, Double> found) {
        states = States.of(found);
    }

    /// Whether nothing is asked for.
    public boolean isCalm() {
        return states.calm();
    }

    /// How much of an action is asked for, 0 to 1.
    public double state(Action action) {
        return states.byAction().getOrDefault(action, 0.0);
    }

    /// Whether an action is asked for in full.
    public boolean isSaturated(Action action) {
        return state(action) >= 1;
    }

    /// Whether an action is to be taken this time, as often as it is asked for; `chance` is drawn evenly.
    private boolean isTaken(Action action, long chance) {
        return (chance >>> 11) * EVEN < state(action);
    }

    /// Whether to answer a request 503; counts it then. On the loop of `worker`.
    public boolean shedsRequest(Worker worker) {
        boolean shed = !isCalm() && isTaken(Action.STOP_ACCEPTING_REQUESTS, worker.chance());
        if (shed) {
            requests.increment();
        }
        return shed;
    }

    /// Whether to close a connection that has just come.
    public boolean rejectsConnection() {
        return !isCalm()
                && isTaken(
                        Action.REJECT_INCOMING_CONNECTIONS,
                        ThreadLocalRandom.current().nextLong());
    }

    /// Whether to end a connection with the answer under way. On the loop of `worker`.
    public boolean endsConnection(Worker worker) {
        return !isCalm() && isTaken(Action.DISABLE_HTTP_KEEPALIVE, worker.chance());
    }

    /// How many requests were answered 503.
    public long requests() {
        return requests.sum();
    }

    /// What an action or a monitor is called in metrics, as Envoy calls it there.
    public static String metric(String name) {
        return "envoy_overload_" + name.replace('.', '_');
    }
}
