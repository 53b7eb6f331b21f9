package io.heddle.control.push;

import io.heddle.control.push.ObjectStatus.Refusal;
import io.heddle.control.push.ProxyStatus.State;
import io.heddle.control.reconcile.Publication;
import io.heddle.control.reconcile.Publication.ObjectState;
import io.heddle.model.name.ObjectName;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.SyncState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// The truth about what is in force where: per proxy from its own acknowledgements, per object from the proxies
/// on which that of the publication that first had it is live which the object has a part in. Thread-safe.
public final class ProxyStatusBoard {
    private static final int MAX_DEPARTURES = 10_000;
    private static final long FIRST_PUBLICATION = 1;
    private static final long NEVER = Long.MAX_VALUE;

    private static final Arrival NOWHERE = Arrival.of(new ObjectState(NEVER, NEVER, 0));

    private final Object lock = new Object();
    /// Object → when the publication that first had its present version was live everywhere.
    private final Map<ObjectName, Arrival> arrivals = new HashMap<>();
    private final Set<ObjectName> underWay = new HashSet<>();
    /// Object that is gone → the first publication without it, oldest first.
    private final Map<ObjectName, Long> departures = new LinkedHashMap<>();
    private Optional<Publication> current = Optional.empty();

    /// @param begunNanos since when somebody could have it: it was stored, and the first counted proxy was connected
    private record Arrival(ObjectState state, Optional<Long> begunNanos, Optional<Long> liveNanos) {
        static Arrival of(ObjectState state) {
            return new Arrival(state, Optional.empty(), Optional.empty());
        }

        Arrival begun(long firstConnected) {
            return begunNanos.isPresent()
                    ? this
                    : new Arrival(state, Optional.of(Math.max(state.changedNanos(), firstConnected)), liveNanos);
        }

        Arrival live(long now) {
            return new Arrival(state, begunNanos, Optional.of(now));
        }

        Optional<Long> tookNanos() {
            return liveNanos.map(end -> end - begunNanos.orElse(end));
        }
    }

    ProxyStatusBoard() {}

    /// Takes note of a new publication.
    void published(Publication publication) {
        synchronized (lock) {
            current = Optional.of(publication);
            noteDepartures(publication);
            arrivals.keySet().retainAll(publication.objects().keySet());
            underWay.retainAll(arrivals.keySet());
            publication.objects().forEach((object, state) -> {
                var known = arrivals.get(object);
                if (known == null || known.state.version() != state.version()) {
                    arrivals.put(object, Arrival.of(state));
                    underWay.add(object);
                }
            });
        }
    }

    private void noteDepartures(Publication publication) {
        var present = publication.objects().keySet();
        departures.keySet().removeAll(present);
        for (var object : arrivals.keySet()) {
            if (!present.contains(object)) {
                departures.remove(object); // so that it comes last
                departures.put(object, publication.number());
            }
        }
        var oldest = departures.keySet().iterator();
        for (int excess = departures.size() - MAX_DEPARTURES; excess > 0; excess--) {
            oldest.next();
            oldest.remove();
        }
    }

    /// Takes note of how far the proxies have come.
    void progressed(Collection<ProxySession> sessions) {
        var waiting = sessions.stream()
                .flatMap(session -> session.waiting().stream())
                .distinct()
                .toList();
        long now = System.nanoTime();
        var firstConnected = sessions.stream().map(ProxySession::connectedNanos).min(Long::compare);
        if (firstConnected.isEmpty()) {
            return;
        }
        synchronized (lock) {
            for (var object : List.copyOf(underWay)) {
                var arrival = arrivals.get(object);
                if (arrival == null) {
                    continue;
                }
                var begun = arrival.begun(firstConnected.get());
                boolean live = waiting.stream().noneMatch(range -> range.has(begun.state.since()));
                arrivals.put(object, live ? begun.live(now) : begun);
                if (live) {
                    underWay.remove(object);
                }
            }
        }
    }

    /// Where an object is in force as it is stored. What proxies have of an earlier version counts for nothing.
    ///
    /// @param version the stored version
    ObjectStatus object(ObjectName object, long version, Collection<ProxySession> sessions) {
        long since;
        synchronized (lock) {
            if (!isPublished(object, version)) {
                return new ObjectStatus(true, List.of(), List.of(), 0, sessions.size(), List.of(), Optional.empty());
            }
            var problems = current.map(publication -> publication.refused().getOrDefault(object, List.of()))
                    .orElse(List.of());
            if (!problems.isEmpty()) {
                return new ObjectStatus(false, problems, List.of(), 0, sessions.size(), List.of(), Optional.empty());
            }
            since = arrivals.getOrDefault(object, NOWHERE).state.since();
        }
        var status = status(object, since, true, sessions);
        boolean everywhere = !sessions.isEmpty() && status.activeOn() == sessions.size();
        return status.liveAfter(everywhere ? liveAfter(object, version) : Optional.empty());
    }

    /// How long it took until an object that is live everywhere was.
    private Optional<Long> liveAfter(ObjectName object, long version) {
        synchronized (lock) {
            var arrival = arrivals.getOrDefault(object, NOWHERE);
            if (arrival.state.version() != version) {
                return Optional.empty();
            }
            if (underWay.remove(object)) { // Something else holds up the publication that it came with.
                arrivals.put(object, arrival.live(System.nanoTime()));
            }
            return arrivals.getOrDefault(object, NOWHERE).tookNanos().map(TimeUnit.NANOSECONDS::toMillis);
        }
    }

    /// Whether the newest publication has `object` as of `version`.
    boolean isPublished(ObjectName object, long version) {
        synchronized (lock) {
            return arrivals.getOrDefault(object, NOWHERE).state.version() == version;
        }
    }

    /// Where an object that is no longer stored is gone. One that no publication of this process had was gone before
    /// the first.
    ObjectStatus removal(ObjectName object, Collection<ProxySession> sessions) {
        long since;
        synchronized (lock) {
            boolean published = arrivals.containsKey(object);
            since = published ? NEVER : departures.getOrDefault(object, FIRST_PUBLICATION);
        }
        return status(object, since, false, sessions);
    }

    private static ObjectStatus status(
            ObjectName object, long since, boolean stands, Collection<ProxySession> sessions) {
        int active = 0;
        var refusals = new ArrayList<Refusal>();
        for (var session : sessions) {
            switch (session.progress(object, since, stands)) {
                case ProxySession.Progress.Live() -> active++;
                case ProxySession.Progress.UnderWay() -> {}
                case ProxySession.Progress.Refused(var reason) ->
                    refusals.add(new Refusal(session.node().id(), reason));
            }
        }
        return new ObjectStatus(true, List.of(), List.of(), active, sessions.size(), refusals, Optional.empty());
    }

    private static List<String> refusals(Map<ResourceType, SyncState> states) {
        var reasons = new ArrayList<String>();
        states.forEach((type, state) -> {
            if (state.status() == SyncState.Status.REJECTED) {
                reasons.add(type + ": " + state.detail());
            }
        });
        return reasons;
    }

    static ProxyStatus proxy(ProxySession session, boolean secured) {
        var states = session.states();
        var problems = new ArrayList<>(refusals(states));
        session.objection().ifPresent(problems::add);
        var types = new TreeMap<String, State>();
        states.forEach((type, state) -> types.put(type.name(), state(state.status())));
        return new ProxyStatus(
                session.node(),
                secured,
                true,
                session.since(),
                worst(types.values()),
                types,
                states,
                session.lastPushNanos().map(TimeUnit.NANOSECONDS::toMillis),
                problems);
    }

    private static State state(SyncState.Status status) {
        return switch (status) {
            case NOT_SENT -> State.NOT_SENT;
            case STALE -> State.STALE;
            case SYNCED -> State.SYNCED;
            case REJECTED -> State.REJECTED;
        };
    }

    private static State worst(Collection<State> states) {
        for (var state : List.of(State.REJECTED, State.STALE, State.SYNCED)) {
            if (states.contains(state)) {
                return state;
            }
        }
        return State.NOT_SENT;
    }
}
