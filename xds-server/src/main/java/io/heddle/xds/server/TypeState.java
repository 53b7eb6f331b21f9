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
import org.jspecify.annotations.Nullable;

/// What one client asked for of one type, what it has, and what it was sent and has not answered yet. Not thread-safe.
///
/// What it has (`known`) is updated when something is sent and put back when that is refused, so a refused resource is
/// part of the next difference again. A client may have taken the good part of what it refused; so it is not certain
/// then
/// which version it has, and whatever comes next is a difference: going back to what was before, and taking away.
final class TypeState {
    private static final String WILDCARD = "*";
    /// The version of a resource that was refused, perhaps only along with another one.
    private static final String UNSURE = "?";

    private static final int MOST_SECOND_CHANCES = 3;

    private final ResourceType type;
    private final Set<String> names = new TreeSet<>();
    private final TreeMap<String, Known> known = new TreeMap<>();
    private boolean asked;
    private boolean wildcard;
    private boolean firstAnswerDue;
    private Resume resume = new Resume.Nothing();
    private String lastNonce = "";
    private String acknowledged = "";
    private final Map<String, Outstanding> outstanding = new HashMap<>();
    private @Nullable Rejection rejection;
    private int secondChances;

    TypeState(ResourceType type) {
        this.type = type;
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
    }

    private record Outstanding(String version, TypeChange change, Map<String, Optional<Known>> before) {}

    private record Rejection(Map<String, String> signature, String detail) {
        boolean covers(TypeChange change) {
            return signature.entrySet().containsAll(change.signature().entrySet());
        }

        Rejection without(String name) {
            var rest = new HashMap<>(signature);
            rest.remove(name);
            return new Rejection(rest, detail);
        }
    }

    boolean asked() {
        return asked;
    }

    boolean busy() {
        return !outstanding.isEmpty();
    }

    boolean rejected() {
        return rejection != null;
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
        answered.change().upserts().forEach(resource -> {
            var before = Optional.ofNullable(known.get(resource.name()));
            known.put(resource.name(), new Known(UNSURE, before.flatMap(Known::body)));
        });
        known.keySet().removeIf(name -> !wants(name));
        rejection = new Rejection(answered.change().signature(), error.get());
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
                if (rejection != null) {
                    rejection = rejection.without(name);
                }
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
                        known.put(name, new Known(version, Optional.empty()));
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

    /// Whether `change` is to be sent: it is not empty, and there is more in it than what was refused.
    boolean due(TypeChange change) {
        var refused = rejection;
        boolean worth = !change.isEmpty() || firstAnswerDue;
        return worth && (refused == null || !refused.covers(change));
    }

    /// Whether something was refused and nothing of it is wanted any more.
    boolean refusalIsHistory(ResourceSet target) {
        var refused = rejection;
        if (refused == null) {
            return false;
        }
        var wanted = new ArrayList<>(additions(target).signature().entrySet());
        wanted.addAll(removals(target).signature().entrySet());
        return refused.signature().entrySet().stream().noneMatch(wanted::contains);
    }

    /// Lets what was refused be sent again.
    void forgive() {
        secondChances = 0;
        rejection = null;
    }

    /// Lets what was refused be sent again since something was taken, which is a reason only so often: the answer to
    /// what is sent again may be one more reason.
    void forgiveForNow() {
        if (rejection != null && secondChances < MOST_SECOND_CHANCES) {
            secondChances++;
            rejection = null;
        }
    }

    /// Forgets that the client has a resource, so that it is sent again.
    void forget(String name) {
        known.remove(name);
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
        rejection = null;
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
        if (rejection != null) {
            return new SyncState(SyncState.Status.REJECTED, offered, acknowledged, rejection.detail());
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
