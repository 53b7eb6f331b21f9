package io.heddle.xds.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// An ADS client as a state machine without I/O: responses and the time go in, requests come out. Not thread-safe.
///
/// It asks for all clusters and listeners, and for the routes, endpoints and secrets that they refer to. What
/// arrives is laid over the set accepted last; once nothing that this candidate refers to is missing, the
/// [ConfigSink] gets it as a whole. What the sink refuses is taken out ([Quarantine]), and the last good version of
/// it stays; all else goes live. Only then are the responses that went into it answered: those that brought something
/// that was refused are refused with its problems, the others acknowledged. What is bad whatever else there is, is
/// refused before ([Suspects]). Something that the server says does not exist is not waited for. What has not come in
/// time, counted from when it was first asked for (`initial_fetch_timeout` of whatever refers to it, 15 seconds if it
/// says none), counts as absent from then on: later candidates do not wait for it again, and it is taken when it comes
/// after all; of endpoints that do not come at a start there may be older ones ([LateEndpoints]). Meanwhile what does
/// not depend on it goes live by itself ([ReadyPart]), once a whole configuration has been live.
///
/// It speaks in the words of the delta variant, which can say everything; [AdsWire] has the words of the other.
/// State of the world has one thing of its own: a server may hold back the next response of a type until this one
/// is answered. So what was asked for by name is acknowledged when it came, while its candidate still waits for
/// more of the like; should it be refused after all, that is said then, of the same response. And since the server
/// takes it for known, it is kept as long as the stream stands: a later candidate may refer to it again.
///
/// A new stream says what was accepted, so a server with nothing new sends nothing. What the accepted set lacks
/// was waited for already, and is not again.
public final class AdsSubscriptions {
    private static final String WILDCARD = "*";

    private final ConfigSink sink;
    private final AdsVariant variant;
    private final Duration clustersTimeout;
    private final Map<ResourceType, Map<String, Duration>> waiting = new EnumMap<>(ResourceType.class);
    private final Responses responses = new Responses();
    private final Map<ResourceType, Set<String>> subscribed = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Set<String>> nonexistent = new EnumMap<>(ResourceType.class);
    private final KeptResources kept = new KeptResources();
    private final Demands demands = new Demands();
    private final SecuredEndpoints secured = new SecuredEndpoints();
    private ResourceSet accepted;
    private ResourceSet candidate;
    private final Trial trial;
    private final Suspects suspects;
    private boolean clustersKnown;
    private @Nullable Duration waitingSince;

    /// A client of the delta variant whose sink already runs with `accepted`.
    ///
    /// @param accepted the last good set; [ResourceSet#EMPTY] when there is none
    public AdsSubscriptions(ConfigSink sink, ResourceSet accepted) {
        this(sink, accepted, AdsVariant.DELTA, References.INITIAL_FETCH_TIMEOUT);
    }

    /// A client whose sink already runs with `accepted`.
    ///
    /// @param accepted the last good set; [ResourceSet#EMPTY] when there is none
    /// @param clustersTimeout how long listeners wait for clusters (`initial_fetch_timeout`); zero for ever
    public AdsSubscriptions(ConfigSink sink, ResourceSet accepted, AdsVariant variant, Duration clustersTimeout) {
        this.sink = sink;
        this.variant = variant;
        this.clustersTimeout = clustersTimeout;
        this.accepted = accepted;
        this.candidate = accepted;
        this.trial = new Trial(sink, accepted);
        this.suspects = new Suspects(sink);
        resume(accepted);
    }

    AdsVariant variant() {
        return variant;
    }

    /// The set that the sink accepted last.
    public ResourceSet accepted() {
        return accepted;
    }

    /// The names of what there is of a type, accepted or not.
    Set<String> has(ResourceType type) {
        var names = new TreeSet<>(accepted.resources(type).keySet());
        names.addAll(candidate.resources(type).keySet());
        return names;
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
        demands.resume(ResourceType.VHDS, accepted.resources(ResourceType.VHDS).keySet());
        var requests = new ArrayList<DeltaDiscoveryRequest>();
        var referred = References.of(accepted);
        for (var type : ResourceType.values()) {
            var names = new TreeSet<>(referred.getOrDefault(type, Map.of()).keySet());
            names.addAll(demands.names(type));
            if (type.wildcardByDefault() || !names.isEmpty()) {
                var request = request(type).addAllResourceNamesSubscribe(names);
                if (type.wildcardByDefault() && !names.isEmpty()) {
                    request.addResourceNamesSubscribe(WILDCARD); // Without names that goes without saying.
                }
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
            return List.of(
                    Responses.refusal(response.getTypeUrl(), response.getNonce(), "this type was not asked for"));
        }
        var read = new ArrayList<NamedResource>();
        var problems = read(type.get(), response, read);
        if (!problems.isEmpty()) {
            return List.of(Responses.refusal(response.getTypeUrl(), response.getNonce(), String.join("\n", problems)));
        }
        var names = new TreeSet<>(response.getRemovedResourcesList());
        read.forEach(resource -> names.add(resource.name()));
        take(type.get(), response.getRemovedResourcesList(), read, names);
        sink.withdrawn(type.get(), response.getRemovedResourcesList());
        sink.withdrawn(type.get(), live(type.get(), read));
        var absent = demands.heard(type.get(), response);
        if (!absent.isEmpty()) {
            sink.answered(type.get(), absent);
        }
        if (type.get() == ResourceType.VHDS) {
            noteVirtualHosts(response);
        }
        read.forEach(resource -> of(nonexistent, type.get()).remove(resource.name()));
        clustersKnown |= type.get() == ResourceType.CDS;
        if (variant == AdsVariant.STATE_OF_THE_WORLD && !type.get().wildcardByDefault()) {
            kept.add(type.get(), read, of(subscribed, type.get()));
        }
        suspects.add(type.get(), read);
        responses.add(type.get(), response.getNonce(), names);
        if (waitingSince == null) {
            waitingSince = now;
        }
        return proceed(now);
    }

    /// Lays what came over the candidate. A secret that is there outlives its removal, as in Envoy.
    private void take(ResourceType type, List<String> removed, List<NamedResource> read, Set<String> names) {
        var before = candidate;
        var staying = type == ResourceType.SDS ? before.resources(type).keySet() : Set.<String>of();
        var gone = difference(removed, staying);
        var outlived = difference(removed, gone);
        sink.outlived(outlived);
        candidate = candidate.without(type, gone).with(type, read);
        if (!type.wildcardByDefault()) {
            of(nonexistent, type).addAll(gone);
        }
        if (type == ResourceType.EDS) {
            secured.endpointsCame(names);
        } else if (type == ResourceType.CDS) {
            var waiting = secured.awaited();
            candidate = secured.clustersCame(candidate, before, accepted, names);
            var more = difference(secured.awaited(), waiting);
            of(nonexistent, ResourceType.EDS).removeAll(more);
            kept.remove(ResourceType.EDS, more);
            if (variant == AdsVariant.DELTA) {
                of(subscribed, ResourceType.EDS).removeAll(more); // asked for again, they are sent again
            }
        }
    }

    /// The names of those that came as they are live already.
    private List<String> live(ResourceType type, List<NamedResource> read) {
        return read.stream()
                .filter(resource -> accepted.resource(type, resource.name())
                        .filter(resource::equals)
                        .isPresent())
                .map(NamedResource::name)
                .toList();
    }

    /// Time has passed: a candidate that waited long enough goes to the sink as it is. To be called about every second.
    ///
    /// @return the requests to send, in order
    public List<DeltaDiscoveryRequest> tick(Duration now) {
        return waitingSince == null ? List.of() : proceed(now);
    }

    private List<DeltaDiscoveryRequest> proceed(Duration now) {
        var requests = new ArrayList<DeltaDiscoveryRequest>();
        useKept();
        giveUp(now);
        var awaited = awaited();
        var unknown = sink.hostsAwaited(candidate, accepted, keyless(awaited));
        boolean complete = awaited.isEmpty() && unknown.isEmpty();
        var bad = complete ? Optional.<Suspects.Found>empty() : suspects.bad(candidate, accepted);
        if (bad.isPresent()) {
            requests.addAll(refuseAtOnce(bad.get()));
            requests.addAll(proceed(now)); // there may be less to wait for
            return requests;
        }
        if (complete) {
            settle(requests);
        } else {
            if (!accepted.resources(ResourceType.LDS).isEmpty()) {
                settleReady(awaited, unknown, now);
                trial.due(now).ifPresent(refused -> requests.addAll(refuse(refused)));
                requests.addAll(responses.acknowledgeLive(this::isLive));
            }
            if (variant == AdsVariant.STATE_OF_THE_WORLD) {
                requests.addAll(responses.acknowledgeNamed());
            }
        }
        requests.addAll(subscribe());
        return requests;
    }

    /// Virtual hosts are waited for by route configuration: until there was one response with some of it, or with none.
    private void noteVirtualHosts(DeltaDiscoveryResponse response) {
        var names = new ArrayList<>(response.getRemovedResourcesList());
        response.getResourcesList().forEach(resource -> names.add(resource.getName()));
        var answered = of(nonexistent, ResourceType.VHDS);
        names.forEach(name -> answered.add(References.referred(ResourceType.VHDS, name)));
        if (names.isEmpty()) {
            answered.addAll(of(subscribed, ResourceType.VHDS));
        }
    }

    /// Asks for resources that nothing refers to, and no longer for those that nobody waits for. The sink is told of
    /// each when the server has answered, perhaps within the call.
    ///
    /// @return the requests to send, in order; for nobody while there is no stream
    List<DeltaDiscoveryRequest> demand(ResourceType type, Collection<String> wanted, Collection<String> unwanted) {
        unwanted.forEach(name -> demands.withdraw(type, name));
        for (var name : wanted) {
            boolean known =
                    demands.isSettled(type, name) || accepted.resources(type).containsKey(name);
            // State of the world cannot say that something is not there.
            if (known
                    || !Demands.canBeAsked(name)
                    || variant == AdsVariant.STATE_OF_THE_WORLD
                    || demands.isFull(type)) {
                sink.answered(type, List.of(name));
            } else {
                demands.add(type, name);
            }
        }
        return subscribe();
    }

    /// Takes what the server knows to be here, though it came for a candidate that was dropped.
    private void useKept() {
        kept.referredBy(candidate).forEach((type, found) -> {
            candidate = candidate.with(type, found);
            found.forEach(resource -> of(nonexistent, type).remove(resource.name()));
        });
    }

    /// What the candidate refers to, and has to be waited for.
    private Map<ResourceType, Set<String>> awaited() {
        var awaited = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        missing(candidate).forEach((type, names) -> {
            names.removeAll(of(nonexistent, type));
            if (!names.isEmpty()) {
                awaited.put(type, names);
            }
        });
        if (!clustersKnown && !candidate.resources(ResourceType.LDS).isEmpty()) {
            awaited.computeIfAbsent(ResourceType.CDS, _ -> new TreeSet<>()).add(WILDCARD);
        }
        return awaited;
    }

    /// The clusters whose secrets are waited for.
    private Set<String> keyless(Map<ResourceType, Set<String>> awaited) {
        var secrets = awaited.getOrDefault(ResourceType.SDS, Set.of());
        return secrets.isEmpty() ? Set.of() : References.to(ResourceType.SDS, secrets, candidate);
    }

    /// Counts as absent what has not come in time.
    private void giveUp(Duration now) {
        var since = waitingSince;
        clustersKnown |= since != null && isOver(since, clustersTimeout, now);
        var referred = References.of(candidate);
        for (var type : ResourceType.values()) {
            var timeouts = referred.getOrDefault(type, Map.of());
            var absent = difference(timeouts.keySet(), candidate.resources(type).keySet());
            var asked = waiting.computeIfAbsent(type, _ -> new HashMap<>());
            asked.keySet().retainAll(absent);
            var late = new TreeSet<String>();
            for (var name : absent) {
                var begun = asked.computeIfAbsent(name, _ -> now);
                boolean over = isOver(begun, timeouts.getOrDefault(name, References.INITIAL_FETCH_TIMEOUT), now);
                if (over && of(nonexistent, type).add(name)) {
                    late.add(name);
                }
            }
            if (type == ResourceType.EDS) {
                candidate = secured.gaveUp(candidate, of(nonexistent, type)); // takes out those that go on as they were
                if (!late.isEmpty() && !hasAccepted()) {
                    candidate = LateEndpoints.ofBefore(sink, candidate, late);
                }
                asked.keySet().removeAll(candidate.resources(type).keySet());
            }
        }
    }

    private static boolean isOver(Duration since, Duration timeout, Duration now) {
        return !timeout.isZero() && now.minus(since).compareTo(timeout) >= 0;
    }

    /// What `set` refers to and does not have.
    private static Map<ResourceType, Set<String>> missing(ResourceSet set) {
        var missing = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        References.of(set)
                .forEach((type, names) -> missing.put(
                        type, difference(names.keySet(), set.resources(type).keySet())));
        return missing;
    }

    private void settle(List<DeltaDiscoveryRequest> requests) {
        var offered = References.prune(candidate);
        var outcome = new Quarantine(sink, accepted, secured.bound(accepted)).offer(offered);
        live(outcome.live());
        secured.refused(outcome.blamingWhole(offered), accepted);
        kept.refused(outcome, accepted);
        candidate = accepted;
        secured.settle();
        trial.forget(accepted);
        suspects.clear();
        requests.addAll(responses.answer(outcome));
        tellDemanded();
        waitingSince = null;
    }

    /// Lets go live what waits for nothing: one cluster whose server is slow must not hold back a policy. What is
    /// refused is tried, and answered, with the rest, unless that takes too long.
    private void settleReady(Map<ResourceType, Set<String>> awaited, Set<String> hostsAwaited, Duration now) {
        var part = new ReadyPart(secured.withBound(candidate, accepted), accepted, awaited, hostsAwaited);
        trial.offer(part, now).ifPresent(live -> {
            live(live);
            tellDemanded();
        });
    }

    /// Answers what brought something that was refused, which the rest of the candidate goes on without.
    private List<DeltaDiscoveryRequest> refuse(Quarantine.Outcome refused) {
        refused.blamed().forEach((type, names) -> {
            var good = names.keySet().stream()
                    .flatMap(name -> accepted.resource(type, name).stream())
                    .toList();
            candidate = candidate.without(type, names.keySet()).with(type, good);
        });
        return goOnWithout(refused);
    }

    /// The same for what is bad by itself.
    private List<DeltaDiscoveryRequest> refuseAtOnce(Suspects.Found found) {
        var clusters = found.outcome().refused(ResourceType.CDS);
        candidate = secured.clustersCame(found.rest(), candidate, accepted, clusters);
        return goOnWithout(found.outcome());
    }

    private List<DeltaDiscoveryRequest> goOnWithout(Quarantine.Outcome refused) {
        refused.blamed()
                .forEach((type, names) -> of(nonexistent, type)
                        .addAll(difference(
                                names.keySet(), candidate.resources(type).keySet())));
        secured.refused(refused, accepted);
        kept.refused(refused, accepted);
        return responses.refuse(refused);
    }

    private void live(ResourceSet live) {
        accepted = live;
        // What came instead of something nonexistent and was refused is still nonexistent to us.
        missing(accepted).forEach((type, names) -> of(nonexistent, type).addAll(names));
    }

    /// Whether it is live as it should be, or gone as it should be.
    private boolean isLive(ResourceType type, String name) {
        return candidate.resource(type, name).equals(accepted.resource(type, name));
    }

    private void tellDemanded() {
        for (var type : ResourceType.values()) {
            var settled = demands.settled(type, name -> isLive(type, name));
            if (!settled.isEmpty()) {
                sink.answered(type, settled);
            }
        }
    }

    /// Asks for what is referred to now, and no longer for what is not.
    private List<DeltaDiscoveryRequest> subscribe() {
        var requests = new ArrayList<DeltaDiscoveryRequest>();
        var byCandidate = References.of(candidate);
        var byAccepted = References.of(accepted);
        for (var type : ResourceType.values()) {
            var wanted = new TreeSet<>(byCandidate.getOrDefault(type, Map.of()).keySet());
            wanted.addAll(byAccepted.getOrDefault(type, Map.of()).keySet());
            if (type == ResourceType.VHDS) {
                demands.names(type).removeIf(name -> !wanted.contains(References.referred(type, name)));
            }
            wanted.addAll(demands.names(type));
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
        return requests;
    }

    private void forget() {
        responses.forget();
        trial.forget(accepted);
        suspects.clear();
        secured.forget();
        subscribed.clear();
        waiting.clear();
        kept.clear();
        demands.forgetCame();
        nonexistent.clear();
        nonexistent.putAll(missing(accepted));
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
                into.add(NamedResource.read(type, resource));
            } catch (InvalidProtocolBufferException e) {
                problems.add(type + " " + resource.getName() + ": malformed: " + e.getMessage());
            }
        }
        return problems;
    }

    private static DeltaDiscoveryRequest.Builder request(ResourceType type) {
        return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
    }

    private static Set<String> of(Map<ResourceType, Set<String>> map, ResourceType type) {
        return map.computeIfAbsent(type, _ -> new TreeSet<>());
    }

    private static Set<String> difference(Collection<String> of, Collection<String> without) {
        var difference = new TreeSet<>(of);
        difference.removeAll(without);
        return difference;
    }
}
