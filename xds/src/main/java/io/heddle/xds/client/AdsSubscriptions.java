package io.heddle.xds.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A delta ADS client as a state machine without I/O: responses and the time go in, requests come out. Not thread-safe.
///
/// It asks for all clusters and listeners, and for the routes, endpoints and secrets that they refer to. What arrives
/// is laid over the set accepted last; once nothing that this candidate refers to is missing, the [ConfigSink] gets it
/// as a whole. Only then are the responses that went into it answered: all acknowledged, or all refused with the sink's
/// problems, and then the candidate is dropped. Something that the server says does not exist is not waited for. What
/// has not come within 15 seconds (Envoy's `initial_fetch_timeout`) counts as absent from then on: later candidates do
/// not wait for it again, and it is taken when it comes after all.
///
/// A new stream says what was accepted, so a server with nothing new sends nothing. What the accepted set lacks was
/// waited for already, and is not again.
public final class AdsSubscriptions {
    /// How long a candidate waits for what it refers to.
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final int INVALID_ARGUMENT = 3; // google.rpc.Code

    private final ConfigSink sink;
    private final Map<ResourceType, List<String>> pending = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Set<String>> subscribed = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Set<String>> nonexistent = new EnumMap<>(ResourceType.class);
    private Map<ResourceType, Set<String>> nonexistentWhenAccepted = new EnumMap<>(ResourceType.class);
    private ResourceSet accepted;
    private ResourceSet candidate;
    private boolean clustersKnown;
    private @Nullable Duration waitingSince;

    /// A client whose sink already runs with `accepted`.
    ///
    /// @param accepted the last good set; [ResourceSet#EMPTY] when there is none
    public AdsSubscriptions(ConfigSink sink, ResourceSet accepted) {
        this.sink = sink;
        this.accepted = accepted;
        this.candidate = accepted;
        resume(accepted);
    }

    /// The set that the sink accepted last.
    public ResourceSet accepted() {
        return accepted;
    }

    /// Whether the sink has accepted anything.
    boolean hasAccepted() {
        return !accepted.equals(ResourceSet.EMPTY);
    }

    /// Goes on as if the sink had accepted `set`, which it runs with. The stream must be opened anew then.
    void resume(ResourceSet set) {
        accepted = set;
        clustersKnown = !set.resources(ResourceType.CDS).isEmpty();
        forget();
    }

    /// A new stream is open.
    ///
    /// @return the requests to begin it with, in order
    public List<DeltaDiscoveryRequest> connected() {
        forget();
        var requests = new ArrayList<DeltaDiscoveryRequest>();
        var referred = References.of(accepted);
        for (var type : ResourceType.values()) {
            var names = referred.getOrDefault(type, Set.of());
            if (type.wildcardByDefault() || !names.isEmpty()) {
                var request = request(type).addAllResourceNamesSubscribe(names);
                accepted.resources(type)
                        .forEach((name, resource) -> request.putInitialResourceVersions(name, resource.version()));
                requests.add(request.build());
            }
            of(subscribed, type).addAll(names);
        }
        return requests;
    }

    /// The stream is gone; whatever was not accepted yet is dropped.
    public void disconnected() {
        forget();
    }

    /// A response arrived.
    ///
    /// @param now a time that only grows
    /// @return the requests to send, in order
    public List<DeltaDiscoveryRequest> received(DeltaDiscoveryResponse response, Duration now) {
        var type = ResourceType.ofTypeUrl(response.getTypeUrl());
        if (type.isEmpty()) {
            return List.of(refusal(response.getTypeUrl(), response.getNonce(), "this type was not asked for"));
        }
        var read = new ArrayList<NamedResource>();
        var problems = read(type.get(), response, read);
        if (!problems.isEmpty()) {
            return List.of(refusal(response.getTypeUrl(), response.getNonce(), String.join("\n", problems)));
        }
        candidate = candidate
                .without(type.get(), response.getRemovedResourcesList())
                .with(type.get(), read);
        of(nonexistent, type.get()).addAll(response.getRemovedResourcesList());
        read.forEach(resource -> of(nonexistent, type.get()).remove(resource.name()));
        clustersKnown |= type.get() == ResourceType.CDS;
        pending.computeIfAbsent(type.get(), _ -> new ArrayList<>()).add(response.getNonce());
        if (waitingSince == null) {
            waitingSince = now;
        }
        return proceed(now);
    }

    /// Time has passed: a candidate that waited long enough goes to the sink as it is. To be called about every second.
    ///
    /// @return the requests to send, in order
    public List<DeltaDiscoveryRequest> tick(Duration now) {
        return pending.isEmpty() ? List.of() : proceed(now);
    }

    private List<DeltaDiscoveryRequest> proceed(Duration now) {
        var requests = new ArrayList<DeltaDiscoveryRequest>();
        if (outOfPatience(now)) {
            giveUp();
        }
        if (complete()) {
            settle(requests);
        }
        subscribe(requests);
        return requests;
    }

    private boolean complete() {
        if (!clustersKnown && !candidate.resources(ResourceType.LDS).isEmpty()) {
            return false;
        }
        return missing(candidate).entrySet().stream()
                .allMatch(entry -> of(nonexistent, entry.getKey()).containsAll(entry.getValue()));
    }

    private boolean outOfPatience(Duration now) {
        var since = waitingSince;
        return since != null && now.minus(since).compareTo(PATIENCE) >= 0;
    }

    /// Counts as absent what has not come.
    private void giveUp() {
        clustersKnown = true;
        missing(candidate).forEach((type, names) -> of(nonexistent, type).addAll(names));
    }

    /// What `set` refers to and does not have.
    private static Map<ResourceType, Set<String>> missing(ResourceSet set) {
        var missing = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        References.of(set)
                .forEach((type, names) ->
                        missing.put(type, difference(names, set.resources(type).keySet())));
        return missing;
    }

    private void settle(List<DeltaDiscoveryRequest> requests) {
        var pruned = References.prune(candidate);
        var refusal = pruned.equals(accepted) ? Optional.<String>empty() : offer(pruned);
        if (refusal.isEmpty()) {
            accepted = pruned;
            nonexistentWhenAccepted = copy(nonexistent);
        } else {
            // What came instead of something nonexistent was refused too, so it is still nonexistent to us.
            nonexistentWhenAccepted.forEach(
                    (type, names) -> of(nonexistent, type).addAll(names));
        }
        candidate = accepted;
        pending.forEach((type, nonces) ->
                nonces.forEach(nonce -> requests.add(refusal.map(detail -> refusal(type.typeUrl(), nonce, detail))
                        .orElseGet(() -> request(type).setResponseNonce(nonce).build()))));
        pending.clear();
        waitingSince = null;
    }

    /// Offers the set to the sink; why it was refused, if it was.
    private Optional<String> offer(ResourceSet next) {
        var changed = EnumSet.noneOf(ResourceType.class);
        for (var type : ResourceType.values()) {
            if (!next.resources(type).equals(accepted.resources(type))) {
                changed.add(type);
            }
        }
        return switch (sink.apply(next, changed)) {
            case Checked.Ok<?> _ -> Optional.empty();
            case Checked.Rejected<?>(var problems) ->
                Optional.of(problems.stream()
                        .filter(Problem::isError)
                        .map(Problem::toString)
                        .collect(Collectors.joining("\n")));
        };
    }

    /// Asks for what is referred to now, and no longer for what is not.
    private void subscribe(List<DeltaDiscoveryRequest> requests) {
        var byCandidate = References.of(candidate);
        var byAccepted = References.of(accepted);
        for (var type : ResourceType.values()) {
            var wanted = new TreeSet<>(byCandidate.getOrDefault(type, Set.of()));
            wanted.addAll(byAccepted.getOrDefault(type, Set.of()));
            var has = of(subscribed, type);
            var more = difference(wanted, has);
            var less = difference(has, wanted);
            if (!more.isEmpty() || !less.isEmpty()) {
                requests.add(request(type)
                        .addAllResourceNamesSubscribe(more)
                        .addAllResourceNamesUnsubscribe(less)
                        .build());
                has.addAll(more);
                has.removeAll(less);
                of(nonexistent, type).removeAll(less);
            }
        }
    }

    private void forget() {
        pending.clear();
        subscribed.clear();
        nonexistent.clear();
        nonexistent.putAll(missing(accepted));
        nonexistentWhenAccepted = copy(nonexistent);
        candidate = accepted;
        waitingSince = null;
    }

    private static List<String> read(ResourceType type, DeltaDiscoveryResponse response, List<NamedResource> into) {
        var problems = new ArrayList<String>();
        for (var resource : response.getResourcesList()) {
            if (!resource.hasResource()) {
                continue; // a heartbeat of a resource with a time to live (xRFC TP2): nothing new
            }
            try {
                into.add(NamedResource.read(type, resource.getVersion(), resource.getResource()));
            } catch (InvalidProtocolBufferException e) {
                problems.add(type + " " + resource.getName() + ": malformed: " + e.getMessage());
            }
        }
        return problems;
    }

    private static DeltaDiscoveryRequest.Builder request(ResourceType type) {
        return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
    }

    private static DeltaDiscoveryRequest refusal(String typeUrl, String nonce, String detail) {
        return DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(typeUrl)
                .setResponseNonce(nonce)
                .setErrorDetail(Status.newBuilder().setCode(INVALID_ARGUMENT).setMessage(detail))
                .build();
    }

    private static Set<String> of(Map<ResourceType, Set<String>> map, ResourceType type) {
        return map.computeIfAbsent(type, _ -> new TreeSet<>());
    }

    private static Map<ResourceType, Set<String>> copy(Map<ResourceType, Set<String>> map) {
        var copy = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        map.forEach((type, names) -> copy.put(type, new TreeSet<>(names)));
        return copy;
    }

    private static Set<String> difference(Collection<String> of, Collection<String> without) {
        var difference = new TreeSet<>(of);
        difference.removeAll(without);
        return difference;
    }
}
