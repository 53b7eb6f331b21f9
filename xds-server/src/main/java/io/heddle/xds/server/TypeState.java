package io.heddle.xds.server;

import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.AdsRequest.Resume;
import io.heddle.xds.server.AdsRequest.Subscription;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What one client asked for of one type, what it has, and what it was sent and has not answered yet. Not thread-safe.
///
/// What it has (`known`) is updated when something is sent and put back when that is refused, so a refused resource is
/// part of the next difference again. A client may have taken the good part of what it refused; so it is not certain
/// then which version it has, and whatever comes next is a difference: going back to what was before, and
/// taking away.
final class TypeState {
    private static final String WILDCARD = "*";
    /// The version of a resource that was refused, perhaps only along with another one.
    private static final String UNSURE = "?";
    /// The same, of one that the client had from an earlier stream.
    private static final String UNSEEN = "??";

    private final ResourceType type;
    private final boolean divides;
    private final Set<String> names = new TreeSet<>();
    private final TreeMap<String, Known> known = new TreeMap<>();
    private final Set<String> cameBackWith = new TreeSet<>();
    private boolean asked;
    private boolean wildcard;
    private boolean firstAnswerDue;
    private Resume resume = new Resume.Nothing();
    private String lastNonce = "";
    private String acknowledged = "";
    private final Map<String, Outstanding> outstanding = new HashMap<>();
    private final RefusedChanges refused;

    /// Nothing was asked for yet.
    ///
    /// @param divides whether the client can be sent one resource by itself
    TypeState(ResourceType type, boolean divides) {
        this.type = type;
        this.divides = divides;
        this.refused = new RefusedChanges(divides);
    }

    /// What the client has under a name.
    ///
    /// @param version empty when it was told that there is none
    /// @param body empty when it has it from an earlier stream
    private record Known(String version, Optional<NamedResource> body) {
        static final Known ABSENT = new Known("", Optional.empty());

        boolean exists() {
            return !version.isEmpty();
        }

        /// As it is after a change was refused.
        Known unsure() {
            boolean unseen = exists() && body.isEmpty() && !version.equals(UNSURE);
            return new Known(unseen ? UNSEEN : UNSURE, body);
        }
    }

    private record Outstanding(String version, TypeChange change, Map<String, Optional<Known>> before) {}

    boolean asked() {
        return asked;
    }

    boolean busy() {
        return !outstanding.isEmpty();
    }

    /// Whether a request with this nonce speaks of an older state than the one sent last.
    boolean stale(String nonce) {
        return !nonce.isEmpty() && !lastNonce.isEmpty() && !nonce.equals(lastNonce);
    }

    // ---- what the client says

    /// Takes the answer to an outstanding response, if the request is one.
    Optional<SessionEvent> answer(String nonce, Optional<String> error) {
        var answered = outstanding.remove(nonce);
        if (answered == null) {
            return Optional.empty();
        }
        if (error.isEmpty()) {
            acknowledged = answered.version();
            return Optional.of(new SessionEvent.Acknowledged(type, answered.version()));
        }
        answered.before()
                .forEach((name, before) ->
                        before.ifPresentOrElse(entry -> known.put(name, entry), () -> known.remove(name)));
        answered.change()
                .upserts()
                .forEach(resource -> known.put(
                        resource.name(),
                        known.getOrDefault(resource.name(), Known.ABSENT).unsure()));
        known.keySet().removeIf(name -> !wants(name));
        refused.add(answered.change().signature(), error.get());
        // A client that has taken nothing yet may still run with what an earlier stream brought: it must be told all,
        // even when that is nothing.
        firstAnswerDue |= wildcard && acknowledged.isEmpty();
        return Optional.of(new SessionEvent.Rejected(type, answered.version(), error.get()));
    }

    void subscribe(Subscription subscription, Resume from) {
        boolean first = !asked;
        asked = true;
        switch (subscription) {
            case Subscription.Change(var more, var less) -> {
                boolean oldWildcard = first && more.isEmpty() && type.wildcardByDefault();
                change(oldWildcard ? List.of(WILDCARD) : more, less);
            }
            case Subscription.Exactly(var exactly) -> exactly(exactly, first);
        }
        if (first) {
            resume = from;
            firstAnswerDue = wildcard;
        }
    }

    private void exactly(List<String> exactly, boolean first) {
        boolean oldWildcard = exactly.isEmpty() && type.wildcardByDefault() && (first || (wildcard && names.isEmpty()));
        var wanted = oldWildcard ? List.of(WILDCARD) : exactly;
        var before = new ArrayList<>(names);
        if (wildcard) {
            before.add(WILDCARD);
        }
        var more = new ArrayList<>(wanted);
        more.removeAll(before);
        before.removeAll(wanted);
        change(more, before);
    }

    private void change(Collection<String> more, Collection<String> less) {
        for (var name : less) {
            if (name.equals(WILDCARD)) {
                wildcard = false;
            } else {
                names.remove(name);
                known.remove(name);
            }
        }
        for (var name : more) {
            if (name.equals(WILDCARD)) {
                firstAnswerDue |= !wildcard;
                wildcard = true;
            } else {
                names.add(name);
                known.remove(name); // named again means: send it again, even what was refused
                refused.forget(name);
            }
        }
        known.keySet().removeIf(name -> !wants(name));
    }

    // ---- what it should get

    /// Takes over what the client still has from an earlier stream, once there is something to compare it with.
    void resumeWith(ResourceSet target) {
        switch (resume) {
            case Resume.Nothing() -> {}
            case Resume.Versions(var versions) -> {
                versions.forEach((name, version) -> {
                    if (wants(name)) {
                        known.put(name, new Known(version, unchanged(name, version, target)));
                        cameBackWith.add(name);
                    }
                });
                firstAnswerDue = firstAnswerDue && versions.isEmpty();
            }
            case Resume.Whole(var version) -> {
                var wanted = new TreeMap<String, NamedResource>();
                wanted(target).forEach(resource -> wanted.put(resource.name(), resource));
                var versions = new TreeMap<String, String>();
                wanted.forEach((name, resource) -> versions.put(name, resource.version()));
                if (ResourceSet.versionOf(versions).equals(version)) {
                    wanted.forEach(
                            (name, resource) -> known.put(name, new Known(resource.version(), Optional.of(resource))));
                    firstAnswerDue = false;
                }
            }
        }
        resume = new Resume.Nothing();
    }

    /// A resource of which a client has this version, where it is still the one that it should have.
    private Optional<NamedResource> unchanged(String name, String version, ResourceSet target) {
        return target.resource(type, name).filter(resource -> resource.version().equals(version));
    }

    /// Whether the client had something under a name when this stream began.
    boolean cameBackWith(String name) {
        return cameBackWith.contains(name);
    }

    /// What is new or changed, and the names asked for that do not exist.
    TypeChange additions(ResourceSet target) {
        return difference(target, wanted(target), names);
    }

    /// The part of [#additions] that the client asked for by name and does not have: it may go at once, whatever
    /// else is under way.
    TypeChange answers(ResourceSet target) {
        var missing = wanted(target).stream()
                .filter(resource -> names.contains(resource.name()) && !has(resource.name()))
                .toList();
        return difference(target, missing, names);
    }

    private TypeChange difference(ResourceSet target, List<NamedResource> candidates, Set<String> named) {
        var upserts = candidates.stream()
                .filter(resource -> {
                    var has = known.get(resource.name());
                    return has == null || !has.version().equals(resource.version());
                })
                .toList();
        var existing = target.resources(type);
        var absent = named.stream()
                .filter(name -> !existing.containsKey(name) && !known.containsKey(name))
                .toList();
        return new TypeChange(upserts, absent, List.of());
    }

    /// What it has and what exists no more.
    TypeChange removals(ResourceSet target) {
        var existing = target.resources(type);
        var gone = known.entrySet().stream()
                .filter(entry -> entry.getValue().exists() && !existing.containsKey(entry.getKey()))
                .map(Map.Entry::getKey)
                .toList();
        return new TypeChange(List.of(), List.of(), gone);
    }

    /// The part of `change` that is to be sent: without what was refused, or else what of that is to be tried next.
    TypeChange due(TypeChange change) {
        var signature = change.signature();
        var fresh = change.only(name -> !refused.covers(name, signature.getOrDefault(name, "")));
        if (!divides) {
            return fresh.isEmpty() ? fresh : change; // one part of it cannot be sent without the other
        }
        return fresh.isEmpty()
                ? refused.next(signature.keySet())
                        .map(group -> change.only(group::contains))
                        .orElse(TypeChange.NONE)
                : fresh;
    }

    /// Whether the client is to be answered though there is nothing to tell it.
    boolean answerDue() {
        return firstAnswerDue && refused.isEmpty();
    }

    /// Forgets what was refused and is not wanted any more.
    void forgetHistory(ResourceSet target) {
        if (!refused.isEmpty()) {
            var wanted = additions(target).signature();
            wanted.putAll(removals(target).signature());
            refused.retain(wanted);
        }
    }

    /// Something else is offered.
    void offered() {
        refused.renew();
    }

    /// Something was taken.
    void taken() {
        refused.giveSecondChance();
    }

    /// The versions with which the client runs on where it has refused newer ones; of those that `which` chooses.
    List<NamedResource> olderVersions(Predicate<String> which) {
        return known.entrySet().stream()
                .filter(entry -> entry.getValue().version().equals(UNSURE) && which.test(entry.getKey()))
                .flatMap(entry -> entry.getValue().body().stream())
                .toList();
    }

    /// Whether it runs on with something of which only the version is known; of those that `which` chooses.
    boolean runsWithUnknown(Predicate<String> which) {
        return known.entrySet().stream()
                .anyMatch(entry -> entry.getValue().version().equals(UNSEEN) && which.test(entry.getKey()));
    }

    /// What the client has under a name.
    Optional<NamedResource> body(String name) {
        return Optional.ofNullable(known.get(name)).flatMap(Known::body);
    }

    /// What is refused, or in doubt, by name, and why.
    Map<String, String> refused() {
        return refused.details();
    }

    /// The names under which the client does not have, or may not have, what it should.
    Set<String> unsettled(ResourceSet target) {
        if (!asked) {
            return Set.of();
        }
        var names = new TreeSet<>(additions(target).signature().keySet());
        names.addAll(removals(target).signature().keySet());
        names.addAll(refused.details().keySet());
        outstanding
                .values()
                .forEach(sent -> names.addAll(sent.change().signature().keySet()));
        return names;
    }

    /// Forgets that the client has a resource, so that it is sent again.
    void forget(String name) {
        known.remove(name);
        refused.forget(name);
    }

    boolean has(String name) {
        var entry = known.get(name);
        return entry != null && entry.exists();
    }

    // ---- what is sent

    /// Notes a change as sent. A state-of-the-world client cannot be told everything: see [#silent].
    void sent(TypeChange change, String nonce) {
        var before = apply(change);
        lastNonce = nonce;
        outstanding.put(nonce, new Outstanding(version(), change, before));
    }

    /// Notes a change that the protocol has no words for.
    void silent(TypeChange change) {
        apply(change);
    }

    private Map<String, Optional<Known>> apply(TypeChange change) {
        var before = new HashMap<String, Optional<Known>>();
        for (var resource : change.upserts()) {
            before.put(resource.name(), Optional.ofNullable(known.get(resource.name())));
            known.put(resource.name(), new Known(resource.version(), Optional.of(resource)));
        }
        for (var name : change.gone()) {
            before.put(name, Optional.ofNullable(known.get(name)));
            known.put(name, Known.ABSENT);
        }
        if (!change.removals().isEmpty()) {
            known.entrySet().removeIf(entry -> !entry.getValue().exists() && !names.contains(entry.getKey()));
        }
        firstAnswerDue = false;
        refused.sent(change.signature().keySet());
        return before;
    }

    /// Every resource that the client has, for a protocol that always sends everything.
    List<NamedResource> everything() {
        return known.values().stream().flatMap(entry -> entry.body().stream()).toList();
    }

    /// The version of what the client has.
    String version() {
        var versions = new TreeMap<String, String>();
        known.forEach((name, entry) -> {
            if (entry.exists()) {
                versions.put(name, entry.version());
            }
        });
        return ResourceSet.versionOf(versions);
    }

    SyncState syncState(@Nullable ResourceSet target) {
        if (target == null) {
            return new SyncState(SyncState.Status.NOT_SENT, "", acknowledged, "");
        }
        var offered = target.version(type);
        if (!asked) {
            return new SyncState(SyncState.Status.NOT_SENT, offered, acknowledged, "");
        }
        if (!refused.isEmpty()) {
            return new SyncState(SyncState.Status.REJECTED, offered, acknowledged, refused.detail());
        }
        boolean pending = busy()
                || firstAnswerDue
                || !additions(target).isEmpty()
                || !removals(target).isEmpty();
        var status = pending ? SyncState.Status.STALE : SyncState.Status.SYNCED;
        return new SyncState(status, offered, pending ? acknowledged : version(), "");
    }

    private boolean wants(String name) {
        return wildcard || names.contains(name);
    }

    private List<NamedResource> wanted(ResourceSet target) {
        var all = target.resources(type);
        if (wildcard) {
            return List.copyOf(all.values());
        }
        return names.stream()
                .flatMap(name -> Optional.ofNullable(all.get(name)).stream())
                .toList();
    }
}
