package io.heddle.xds.server;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The protocol of one ADS stream as a state machine without I/O: requests and offered sets go in, responses come out.
/// Not thread-safe; the caller serialises.
///
/// Both variants of the protocol share the machine: it works on the difference between what a client has and what it
/// should have; the delta variant sends the difference, the state-of-the-world variant sends everything when there is
/// one. Its rules:
/// - While a response of a type is unanswered, nothing more of the type is sent, and what is offered is coalesced.
/// - Make before break: additions of a type wait until all types before it (in the order of [ResourceType]) are
///   answered; removals wait until every addition is answered and nothing is refused.
/// - The exception to both: a delta client gets what it asks for by name and does not have at once, because it may need
///   that before it can acknowledge what named it.
/// - A refused change is not repeated until something else is offered or taken; then it is part of the difference
///   again. (A client may refuse a good change along with a bad one that it depends on.) What is taken is a reason
///   three times for each offer at most, since what is sent again is taken and refused again.
/// - A changed cluster's endpoints are sent again, as a client that warms the new cluster waits for them.
/// - A client that comes back with what it had is sent nothing when nothing changed.
public final class AdsSession {
    private static final List<ResourceType> REMOVAL_ORDER = List.of(
            ResourceType.LDS,
            ResourceType.RDS,
            ResourceType.VHDS,
            ResourceType.CDS,
            ResourceType.EDS,
            ResourceType.SDS);

    private final Variant variant;
    private final Map<ResourceType, TypeState> types = new EnumMap<>(ResourceType.class);
    private @Nullable ResourceSet target;
    private long responses;

    AdsSession(Variant variant) {
        this.variant = variant;
        for (var type : ResourceType.values()) {
            types.put(type, new TypeState(type));
        }
    }

    /// One proxy's stream as the control plane holds it. Thread-safe.
    public interface Handle {
        /// Names the stream, unique in this process.
        String id();

        /// Makes `next` what the proxy should have; only what differs is sent. Returns at once.
        void offer(ResourceSet next);

        /// Ends the stream with UNAVAILABLE, so that the proxy connects again.
        void close(String reason);

        /// How far the proxy has come, for every type.
        Map<ResourceType, SyncState> states();
    }

    /// The variant of the protocol.
    enum Variant {
        DELTA,
        STATE_OF_THE_WORLD
    }

    /// What follows from a request.
    record Reaction(List<SessionEvent> events, List<AdsResponse> responses) {}

    /// Makes `next` what the client should have.
    ///
    /// @return the responses to send now, in order
    List<AdsResponse> offer(ResourceSet next) {
        if (target == null || !next.equals(target)) {
            types.values().forEach(TypeState::forgive);
        }
        target = next;
        return flush();
    }

    /// Takes a request.
    Reaction receive(AdsRequest request) {
        var state = state(request.type());
        boolean stale = state.stale(request.nonce());
        if (stale && variant == Variant.STATE_OF_THE_WORLD) {
            return new Reaction(List.of(), List.of()); // it will speak again, of the response that it has not seen yet
        }
        var event = state.answer(request.nonce(), request.error());
        if (event.isPresent() && event.get() instanceof SessionEvent.Acknowledged) {
            types.values().forEach(TypeState::forgiveForNow); // what was refused along with something else may fit now
        }
        state.subscribe(request.subscription(), request.resume());
        return new Reaction(event.stream().toList(), flush());
    }

    /// How far the client has come.
    Map<ResourceType, SyncState> states() {
        var states = new EnumMap<ResourceType, SyncState>(ResourceType.class);
        types.forEach((type, state) -> states.put(type, state.syncState(target)));
        return Collections.unmodifiableMap(states);
    }

    private List<AdsResponse> flush() {
        var offered = target;
        if (offered == null) {
            return List.of();
        }
        var out = new ArrayList<AdsResponse>();
        boolean settled = true;
        for (var type : ResourceType.values()) {
            var state = state(type);
            if (state.asked()) {
                state.resumeWith(offered);
                sendAdditions(type, offered, settled, out);
                settled &= !state.busy() && !state.due(state.additions(offered));
            }
        }
        if (settled && types.values().stream().noneMatch(TypeState::rejected)) {
            REMOVAL_ORDER.forEach(type -> sendRemovals(type, offered, out));
        }
        return out;
    }

    private void sendAdditions(ResourceType type, ResourceSet offered, boolean settled, List<AdsResponse> out) {
        var state = state(type);
        if (state.busy() && variant == Variant.STATE_OF_THE_WORLD) {
            return;
        }
        var additions = state.additions(offered);
        if (state.refusalIsHistory(offered)) {
            // Only its own: a client that refuses a whole set lets go of the names it had asked for on the way, and
            // would
            // get the rest of that set again and again.
            state.forgive();
        }
        boolean all = settled && !state.busy();
        var change = all ? additions : state.answers(offered);
        if (state.due(change) && (all || !change.isEmpty())) {
            send(type, change, out);
        }
    }

    private void sendRemovals(ResourceType type, ResourceSet offered, List<AdsResponse> out) {
        var state = state(type);
        var change = state.removals(offered);
        if (!change.isEmpty() && state.due(change)) {
            send(type, change, out);
        }
    }

    private void send(ResourceType type, TypeChange change, List<AdsResponse> out) {
        var state = state(type);
        if (variant == Variant.STATE_OF_THE_WORLD && !expressible(type, change)) {
            state.silent(change);
            return;
        }
        if (type == ResourceType.CDS) {
            change.upserts().stream()
                    .filter(resource -> state.has(resource.name()))
                    .forEach(this::sendEndpointsAgain);
        }
        responses++;
        var nonce = Long.toString(responses);
        state.sent(change, nonce);
        out.add(
                switch (variant) {
                    case DELTA -> new AdsResponse(type, change.upserts(), change.gone(), state.version(), nonce);
                    case STATE_OF_THE_WORLD ->
                        new AdsResponse(type, state.everything(), List.of(), state.version(), nonce);
                });
    }

    /// State of the world says by omission that a cluster or listener is gone, and cannot say it of other types.
    private static boolean expressible(ResourceType type, TypeChange change) {
        return type.wildcardByDefault() || !change.upserts().isEmpty();
    }

    private void sendEndpointsAgain(NamedResource changed) {
        var cluster = changed.message(Cluster.class);
        var serviceName = cluster.getEdsClusterConfig().getServiceName();
        state(ResourceType.EDS).forget(serviceName.isEmpty() ? cluster.getName() : serviceName);
    }

    private TypeState state(ResourceType type) {
        var state = types.get(type);
        if (state == null) {
            throw new IllegalStateException("every type has a state: " + type);
        }
        return state;
    }
}
