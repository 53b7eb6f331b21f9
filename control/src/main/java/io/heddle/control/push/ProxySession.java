package io.heddle.control.push;

import io.heddle.control.reconcile.Publication;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.AdsSession.Handle;
import io.heddle.xds.server.SyncState;
import io.heddle.xds.server.SyncState.Status;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One proxy's connection: what it was offered, and up to which publication it is live. Thread-safe.
///
/// A proxy is live up to a publication when it has acknowledged everything that this publication's configuration
/// has for it; a publication that changes nothing for it counts as soon as what it has is acknowledged.
final class ProxySession {
    private final Handle handle;
    private final ProxyNode node;
    private final Instant since;
    private final Optional<String> objection;
    private final long connectedNanos = System.nanoTime();
    private @Nullable ProxyView view;
    private Optional<ResourceSet> offered = Optional.empty();
    private long offeredNumber;
    private long liveNumber;
    private long offeredNanos;
    private Optional<Long> lastPushNanos = Optional.empty();

    /// @param objection why the control plane must not connect to the address that the proxy states; empty when it may
    ProxySession(Handle handle, ProxyNode node, Instant since, Optional<String> objection) {
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
    synchronized boolean push(Publication publication, Function<ProxyView, ResourceSet> translate) {
        if (publication.number() <= offeredNumber) {
            return false;
        }
        var next = publication.snapshot().viewFor(node);
        boolean fresh = !next.equals(view);
        if (fresh) {
            var resources = Optional.of(translate.apply(next));
            view = next;
            fresh = !resources.equals(offered);
            offered = resources;
        }
        offeredNumber = publication.number();
        if (fresh) {
            offeredNanos = System.nanoTime();
            lastPushNanos = Optional.empty();
            offered.ifPresent(handle::offer);
        }
        return fresh;
    }

    /// Looks how far the proxy has come.
    ///
    /// @return the nanoseconds that the last offer took, once, when it has just become live
    synchronized Optional<Long> settle() {
        if (offered.isEmpty() || liveNumber == offeredNumber || !isSynced()) {
            return Optional.empty();
        }
        liveNumber = offeredNumber;
        if (lastPushNanos.isPresent()) {
            return Optional.empty();
        }
        lastPushNanos = Optional.of(System.nanoTime() - offeredNanos);
        return lastPushNanos;
    }

    private boolean isSynced() {
        var states = handle.states().values();
        return anySynced(states)
                && states.stream()
                        .allMatch(state -> state.status() == Status.SYNCED || state.status() == Status.NOT_SENT);
    }

    private static boolean anySynced(Collection<SyncState> states) {
        return states.stream().anyMatch(state -> state.status() == Status.SYNCED);
    }

    /// Whether the proxy takes a whole configuration from here: it asks for clusters and for listeners. Before anything
    /// was offered it is taken to do so.
    synchronized boolean takesConfiguration() {
        return offered.isEmpty() || (asksFor(ResourceType.CDS) && asksFor(ResourceType.LDS));
    }

    private boolean asksFor(ResourceType type) {
        var state = handle.states().get(type);
        return state != null && state.status() != Status.NOT_SENT;
    }

    /// The publication up to which the proxy is live; 0 for none.
    synchronized long liveNumber() {
        return liveNumber;
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
