package io.heddle.control.push;

import io.heddle.control.push.OpenPush.Range;
import io.heddle.control.reconcile.Publication;
import io.heddle.model.name.ObjectName;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.AdsSession.Handle;
import io.heddle.xds.server.SyncState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One proxy's connection: what it was offered, and which publications are live there. Thread-safe.
///
/// A publication is live when the proxy has every resource that it changed, as it is offered now; one that changes
/// nothing for it is as soon as what was offered before is. Of a proxy that answers nothing the oldest ones are told
/// apart no longer: each is live with the last of them.
final class ProxySession {
    /// How many publications are told apart that are not live.
    static final int MOST_OPEN = 16;

    private final Handle handle;
    private final ProxyNode node;
    private final Instant since;
    private final Optional<String> objection;
    private final Function<ProxyView, ResourceSet> translate;
    private final long connectedNanos = System.nanoTime();
    private @Nullable ProxyView view;
    private Optional<ResourceSet> offered = Optional.empty();
    private Optional<MeshSnapshot> snapshot = Optional.empty();
    private long offeredNumber;
    /// What was offered and is not all live, oldest first.
    private final List<OpenPush> pushes = new ArrayList<>();
    private long offeredNanos;
    private Optional<Long> lastPushNanos = Optional.empty();

    /// @param objection why the control plane must not connect to the address that the proxy states; empty when it may
    /// @param translate writes a view as resources
    ProxySession(
            Handle handle,
            ProxyNode node,
            Instant since,
            Optional<String> objection,
            Function<ProxyView, ResourceSet> translate) {
        this.translate = translate;
        this.handle = handle;
        this.node = node;
        this.since = since;
        this.objection = objection;
    }

    ProxyNode node() {
        return node;
    }

    Instant since() {
        return since;
    }

    /// Why the control plane must not connect to the address that the proxy states; empty when it may.
    Optional<String> objection() {
        return objection;
    }

    /// When it connected, of [System#nanoTime].
    long connectedNanos() {
        return connectedNanos;
    }

    Handle handle() {
        return handle;
    }

    /// Offers what `publication` has for this proxy.
    ///
    /// @return whether something was offered, and not merely found unchanged
    synchronized boolean push(Publication publication) {
        if (publication.number() <= offeredNumber) {
            return false;
        }
        var next = publication.snapshot().viewFor(node);
        var before = offered;
        if (!next.equals(view)) {
            offered = Optional.of(translate.apply(next));
            view = next;
        }
        boolean fresh = !offered.equals(before);
        note(publication, fresh ? before : offered);
        offeredNumber = publication.number();
        snapshot = Optional.of(publication.snapshot());
        if (fresh) {
            offeredNanos = System.nanoTime();
            lastPushNanos = Optional.empty();
            offered.ifPresent(handle::offer);
        }
        return fresh;
    }

    /// What of a publication waits: what it changes, or all that waits already where it changes nothing.
    private void note(Publication publication, Optional<ResourceSet> before) {
        var open = ObjectParts.differences(before.orElse(ResourceSet.EMPTY), offered.orElse(ResourceSet.EMPTY));
        if (open.isEmpty()) {
            pushes.forEach(push -> push.open()
                    .forEach((type, names) ->
                            open.computeIfAbsent(type, _ -> new HashSet<>()).addAll(names)));
        }
        boolean first = snapshot.isEmpty();
        if (!open.isEmpty() || first) {
            var parts = new ObjectParts(snapshot, publication.snapshot(), mesh -> translate.apply(mesh.viewFor(node)));
            pushes.add(new OpenPush(new Range(offeredNumber, publication.number()), open, false, parts));
        }
        if (pushes.size() > MOST_OPEN) {
            pushes.set(0, pushes.getFirst().roughly(pushes.remove(1)));
        }
    }

    /// Looks how far the proxy has come.
    ///
    /// @return the nanoseconds that the last offer took, once, when it has just become live
    Optional<Long> settle() {
        long newest = newestOpen();
        var asked = newest > 0 ? handle.asked() : Set.<ResourceType>of();
        return asked.isEmpty() ? Optional.empty() : settle(newest, asked, handle.unsettled());
    }

    /// The last publication that is not live; 0 for none.
    private synchronized long newestOpen() {
        return pushes.isEmpty() ? 0 : pushes.getLast().range().upTo();
    }

    /// Takes note of what was not settled after `upTo` was offered, of which something later says nothing.
    private synchronized Optional<Long> settle(
            long upTo, Set<ResourceType> asked, Map<ResourceType, Set<String>> unsettled) {
        if (pushes.isEmpty()) {
            return Optional.empty();
        }
        long newest = pushes.getLast().range().upTo();
        pushes.replaceAll(push -> push.range().upTo() <= upTo ? push.settled(asked, unsettled) : push);
        pushes.removeIf(push -> push.range().upTo() <= upTo && push.isLive(asked));
        mergePushes();
        boolean live = pushes.isEmpty() || pushes.getLast().range().upTo() < newest;
        if (!live || lastPushNanos.isPresent()) {
            return Optional.empty();
        }
        lastPushNanos = Optional.of(System.nanoTime() - offeredNanos);
        return lastPushNanos;
    }

    /// What waits for the same is one, however many publications come while that is refused.
    private void mergePushes() {
        for (int i = pushes.size() - 1; i > 0; i--) {
            var earlier = pushes.get(i - 1);
            if (earlier.waitsLike(pushes.get(i))) {
                pushes.set(i - 1, earlier.and(pushes.remove(i)));
            }
        }
    }

    /// Whether the proxy takes a whole configuration from here: it asks for clusters and for listeners. Before anything
    /// was offered it is taken to do so.
    boolean takesConfiguration() {
        if (!isOffered()) {
            return true;
        }
        var asked = handle.asked();
        return asked.contains(ResourceType.CDS) && asked.contains(ResourceType.LDS);
    }

    private synchronized boolean isOffered() {
        return offered.isPresent();
    }

    /// The publications of which something is not live.
    synchronized List<Range> waiting() {
        var ranges = new ArrayList<>(pushes.stream().map(OpenPush::range).toList());
        ranges.add(new Range(offeredNumber, Long.MAX_VALUE));
        return ranges;
    }

    /// How far a proxy has come with an object.
    sealed interface Progress {
        /// It runs with it.
        record Live() implements Progress {}

        /// It was not offered yet, or is on its way.
        record UnderWay() implements Progress {}

        /// Something that the object has a part in was refused.
        record Refused(String reason) implements Progress {}
    }

    /// How far the proxy has come with an object.
    ///
    /// @param since the publication that first had the object as it is, or had it no more
    /// @param stands whether it is in the mesh, or is gone from it
    Progress progress(ObjectName object, long since, boolean stands) {
        OpenPush push;
        synchronized (this) {
            if (offeredNumber < since) {
                return new Progress.UnderWay();
            }
            var found = pushes.stream().filter(open -> open.range().has(since)).findFirst();
            if (found.isEmpty()) {
                return new Progress.Live();
            }
            push = found.get();
        }
        // What it has a part in takes long to find out: nothing that the proxy says must wait for that.
        return progress(object, stands, push, handle.refused());
    }

    private static Progress progress(
            ObjectName object, boolean stands, OpenPush push, Map<ResourceType, Map<String, String>> refused) {
        var details = new LinkedHashSet<String>();
        if (push.isFirst() && !stands) {
            refused.forEach((type, reasons) -> reasons.values().forEach(reason -> details.add(type + ": " + reason)));
            return details.isEmpty() ? new Progress.UnderWay() : new Progress.Refused(String.join("; ", details));
        }
        if (refused.isEmpty()) {
            return new Progress.UnderWay();
        }
        var open = push.parts().of(object, push.open());
        open.forEach((type, names) -> names.forEach(
                name -> Optional.ofNullable(refused.getOrDefault(type, Map.of()).get(name))
                        .ifPresent(reason -> details.add(type + ": " + reason))));
        if (!details.isEmpty()) {
            return new Progress.Refused(String.join("; ", details));
        }
        return open.isEmpty() && !push.rough() ? new Progress.Live() : new Progress.UnderWay();
    }

    /// The publication up to which the proxy was offered everything; 0 for none.
    synchronized long offeredNumber() {
        return offeredNumber;
    }

    /// How long the last offer took to become live; empty while it is not.
    synchronized Optional<Long> lastPushNanos() {
        return lastPushNanos;
    }

    Map<ResourceType, SyncState> states() {
        return handle.states();
    }
}
