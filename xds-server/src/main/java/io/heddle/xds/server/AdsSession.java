package io.heddle.xds.server;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The protocol of one ADS stream as a state machine without I/O: requests and offered sets go in, responses come out.
/// Not thread-safe; the caller serialises.
///
/// Both variants of the protocol share the machine: it works on the difference between what a client has and what it
/// should have; the delta variant sends the difference, the state-of-the-world variant sends everything when there is
/// one. Its rules:
/// - While a response of a type is unanswered, nothing more of the type is sent, and what is offered is coalesced.
/// - Make before break: additions of a type wait until all types before it (in the order of [ResourceType]) are
///   answered; removals wait until every addition is answered, and until nothing that a client runs on with, since it
///   has refused a newer version, names what is to go.
/// - The exception to both: a delta client gets what it asks for by name and does not have at once, because it may need
///   that before it can acknowledge what named it.
/// - What was refused with others is sent again in halves, so that a bad resource harms none of the others; see
///   [RefusedChanges].
/// - A refused change is not repeated until something else is taken; then it is tried by itself. (A client may refuse
///   a good change because of another one that it depends on.) What is taken is a reason three times for each offer at
///   most, since what is sent again is taken and refused again.
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
            types.put(type, new TypeState(type, variant == Variant.DELTA));
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

        /// The types that the proxy asks for.
        Set<ResourceType> asked();

        /// How far the proxy has come, for every type.
        Map<ResourceType, SyncState> states();

        /// The names of the resources that the proxy does not have as they were offered last, or may not have: what is
        /// on its way, what is refused, what is to go. A type of which it has everything is left out.
        Map<ResourceType, Set<String>> unsettled();

        /// What of that the proxy has refused, by type and name, and its reason. What was refused along with something
        /// bad is there until it is known to be good.
        Map<ResourceType, Map<String, String>> refused();
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
            types.values().forEach(TypeState::offered);
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
            types.values().forEach(TypeState::taken); // what was refused along with something else may fit now
        }
        state.subscribe(request.subscription(), request.resume());
        return new Reaction(event.stream().toList(), flush());
    }

    /// The types that the client asks for.
    Set<ResourceType> asked() {
        var asked = EnumSet.noneOf(ResourceType.class);
        types.forEach((type, state) -> {
            if (state.asked()) {
                asked.add(type);
            }
        });
        return asked;
    }

    /// How far the client has come.
    Map<ResourceType, SyncState> states() {
        var states = new EnumMap<ResourceType, SyncState>(ResourceType.class);
        types.forEach((type, state) -> states.put(type, state.syncState(target)));
        return Collections.unmodifiableMap(states);
    }

    /// The names of what the client does not have as it was offered.
    Map<ResourceType, Set<String>> unsettled() {
        var unsettled = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        var offered = target;
        if (offered != null) {
            types.forEach((type, state) -> {
                var names = state.unsettled(offered);
                if (!names.isEmpty()) {
                    unsettled.put(type, names);
                }
            });
        }
        return Collections.unmodifiableMap(unsettled);
    }

    /// What the client has refused, by type and name, and why.
    Map<ResourceType, Map<String, String>> refused() {
        var refused = new EnumMap<ResourceType, Map<String, String>>(ResourceType.class);
        types.forEach((type, state) -> {
            var details = state.refused();
            if (!details.isEmpty()) {
                refused.put(type, details);
            }
        });
        return Collections.unmodifiableMap(refused);
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
                state.forgetHistory(offered);
                sendAdditions(type, offered, settled, out);
                settled &= !state.busy()
                        && !state.answerDue()
                        && state.due(state.additions(offered)).isEmpty();
            }
        }
        if (settled) {
            var held = HeldBack.of(types, offered);
            REMOVAL_ORDER.forEach(type -> sendRemovals(type, offered, held, out));
        }
        return out;
    }

    private void sendAdditions(ResourceType type, ResourceSet offered, boolean settled, List<AdsResponse> out) {
        var state = state(type);
        if (state.busy() && variant == Variant.STATE_OF_THE_WORLD) {
            return;
        }
        boolean all = settled && !state.busy();
        var change = state.due(all ? state.additions(offered) : state.answers(offered));
        if (!change.isEmpty() || (all && state.answerDue())) {
            send(type, change, out);
        }
    }

    private void sendRemovals(ResourceType type, ResourceSet offered, HeldBack held, List<AdsResponse> out) {
        var state = state(type);
        var change = state.due(state.removals(offered).only(name -> !held.holds(type, name)));
        if (!change.isEmpty()) {
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
