package io.heddle.control.push;

import io.heddle.control.discovery.ConnectedWorkloads;
import io.heddle.control.reconcile.Publication;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.Admission;
import io.heddle.xds.server.AdsSession.Handle;
import io.heddle.xds.server.ConnectedNode;
import io.heddle.xds.server.ProxyConnections;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every proxy with an open stream. Publications come in on one side, and go to each proxy that they change something
/// for; what the proxies answer comes in on the other side, and goes to the status board. Thread-safe.
///
/// Nothing is offered before the first publication, so a proxy that reconnects after a restart keeps what it has until
/// the mesh is built from everything stored. Of two connections with one node id the newer one is the proxy, and the
/// older one is closed.
public final class ConnectedProxies implements ProxyConnections, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ConnectedProxies.class);
    /// The condition of the Gateway API that says whether what an object refers to exists.
    public static final String RESOLVED_REFS = "ResolvedRefs";

    private static final int MAX_GONE = 1000;
    private static final Duration SHOW_GONE = Duration.ofMinutes(5);

    private final MeshSettings settings;
    private final Function<ProxyView, ResourceSet> translate;
    private final ConnectedWorkloads workloads;
    private final Clock clock;
    private final PushQueue queue = new PushQueue();
    private final ProxyStatusBoard board = new ProxyStatusBoard();
    private final ReferenceBoard references = new ReferenceBoard();
    private final Transitions transitions = new Transitions();
    private final PushCounts counts = new PushCounts();
    private final Map<String, ProxySession> byHandle = new ConcurrentHashMap<>();
    private final Map<String, Boolean> secured = new ConcurrentHashMap<>();
    private volatile Optional<Publication> current = Optional.empty();
    /// Node id → how it was when it left, oldest first; guarded by itself.
    private final Map<String, ProxyStatus> gone = new LinkedHashMap<>();

    /// @param translate writes a view as resources
    public ConnectedProxies(
            MeshSettings settings,
            Function<ProxyView, ResourceSet> translate,
            ConnectedWorkloads workloads,
            Clock clock) {
        this.settings = settings;
        this.translate = translate;
        this.workloads = workloads;
        this.clock = clock;
    }

    /// Makes `publication` what all proxies should have.
    public void publish(Publication publication) {
        current = Optional.of(publication);
        board.published(publication);
        references.published(publication);
        transitions.keep(publication.objects().keySet());
        publication.objects().keySet().forEach(this::noteReferences);
        byHandle.values().forEach(this::requestPush);
        board.progressed(counted());
    }

    /// Noted when it happens, because nobody may ask for a long time.
    private void noteReferences(ObjectName object) {
        boolean resolved = references.of(object).stream().noneMatch(Problem::isError);
        conditionSince(object, RESOLVED_REFS, resolved ? "True" : "False");
    }

    /// Since when a condition of `object` has had this value, as far as this process has seen.
    public Instant conditionSince(ObjectName object, String condition, String value) {
        return transitions.since(object, condition, value, clock.instant());
    }

    private void requestPush(ProxySession session) {
        queue.request(session.handle().id(), () -> push(session));
    }

    private void push(ProxySession session) {
        current.ifPresent(publication -> {
            boolean offered = session.push(publication);
            log.atDebug()
                    .addKeyValue("proxy", session.node().id())
                    .addKeyValue("publication", publication.number())
                    .addKeyValue("offered", offered)
                    .log("pushed");
            settle(session);
        });
    }

    private void settle(ProxySession session) {
        session.settle().ifPresent(counts::converged);
        board.progressed(counted());
    }

    @Override
    public Admission connected(ConnectedNode node, Handle handle) {
        var proxy = NodeReader.read(node, settings);
        var refusal = refusal(node, proxy);
        if (refusal.isPresent()) {
            log.atWarn()
                    .addKeyValue("proxy", node.id())
                    .addKeyValue("remote", node.remoteAddress())
                    .addKeyValue("reason", refusal.get())
                    .log("proxy refused");
            return Admission.refused(refusal.get());
        }
        var objection = objection(node, proxy);
        var session = new ProxySession(handle, proxy, clock.instant(), objection, translate);
        secured.put(handle.id(), node.identity().isPresent());
        byHandle.put(handle.id(), session);
        closeOlder(session);
        synchronized (gone) {
            gone.remove(proxy.id());
        }
        log.atInfo()
                .addKeyValue("proxy", proxy.id())
                .addKeyValue("identity", proxy.identity())
                .addKeyValue("remote", node.remoteAddress())
                .log("proxy connected");
        objection.ifPresent(reason -> log.atWarn()
                .addKeyValue("proxy", proxy.id())
                .addKeyValue("reason", reason)
                .log("stated address refused"));
        if (node.identity().isPresent()) {
            workloads.connected(handle.id(), proxy);
        }
        requestPush(session);
        return Admission.accepted();
    }

    /// A certificate proves namespace and account and which labels may be stated, not the node's id or address: those
    /// must not stand for another's.
    private Optional<String> refusal(ConnectedNode node, ProxyNode proxy) {
        if (node.identity().isEmpty()) {
            return Optional.empty();
        }
        if (!isAddress(proxy.address())) {
            return Optional.of("node metadata ADDRESS is no IP address: " + proxy.address());
        }
        var excess = node.labels().excess(proxy.labels());
        if (excess.isPresent()) {
            return Optional.of("the certificate does not entitle " + proxy.identity() + " to the label " + excess.get()
                    + ", only to " + node.labels() + "; join with a token made with --service or --label for it");
        }
        boolean held = byHandle.values().stream()
                .anyMatch(other -> isSecured(other)
                        && other.node().id().equals(proxy.id())
                        && !other.node().identity().equals(proxy.identity()));
        return held
                ? Optional.of("the node id " + proxy.id() + " is held by a proxy with another identity; choose another"
                        + " workload name")
                : Optional.empty();
    }

    /// Only a proxy that has proved who it is and has a metrics port is ever connected to.
    private static Optional<String> objection(ConnectedNode node, ProxyNode proxy) {
        return node.identity().isEmpty() || proxy.ports().metrics() == 0
                ? Optional.empty()
                : StatedAddress.objection(proxy.address(), node.remoteAddress());
    }

    private static boolean isAddress(String text) {
        try {
            return !InetAddress.ofLiteral(text).isAnyLocalAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private void closeOlder(ProxySession newer) {
        for (var other : byHandle.values()) {
            boolean older =
                    other != newer && other.node().id().equals(newer.node().id());
            if (older && sameProof(other, newer)) {
                other.handle().close("a newer connection of this node took its place");
            }
        }
    }

    /// A node on the plaintext port is only a claim, and must not drive out one that has proved who it is.
    private boolean sameProof(ProxySession older, ProxySession newer) {
        return isSecured(newer) || !isSecured(older);
    }

    private boolean isSecured(ProxySession session) {
        return secured.getOrDefault(session.handle().id(), false);
    }

    @Override
    public void acknowledged(Handle handle, ResourceType type, String version) {
        counts.acknowledged(type);
        Optional.ofNullable(byHandle.get(handle.id())).ifPresent(this::settle);
    }

    @Override
    public void rejected(Handle handle, ResourceType type, String version, String detail) {
        counts.rejected(type);
        Optional.ofNullable(byHandle.get(handle.id()))
                .ifPresent(session -> log.atWarn()
                        .addKeyValue("proxy", session.node().id())
                        .addKeyValue("type", type)
                        .addKeyValue("reason", detail)
                        .log("proxy refused some of its configuration and keeps what it had of that"));
    }

    @Override
    public void healthReported(Handle handle, boolean healthy, String detail) {
        workloads.healthReported(handle.id(), healthy);
    }

    @Override
    public void disconnected(Handle handle) {
        var session = byHandle.get(handle.id());
        if (session == null) {
            return;
        }
        var last = status(session);
        byHandle.remove(handle.id());
        secured.remove(handle.id());
        workloads.disconnected(handle.id());
        boolean replaced = byHandle.values().stream()
                .anyMatch(other -> other.node().id().equals(session.node().id()));
        if (!replaced) {
            remember(last);
        }
        board.progressed(counted());
        log.atInfo().addKeyValue("proxy", session.node().id()).log("proxy disconnected");
    }

    private void remember(ProxyStatus last) {
        synchronized (gone) {
            gone.remove(last.node().id());
            gone.put(
                    last.node().id(),
                    new ProxyStatus(
                            last.node(),
                            last.secured(),
                            false,
                            clock.instant(),
                            ProxyStatus.State.DISCONNECTED,
                            last.types(),
                            last.versions(),
                            last.lastPushMillis(),
                            last.problems()));
            if (gone.size() > MAX_GONE) {
                gone.remove(gone.keySet().iterator().next());
            }
        }
    }

    /// Where `object` is in force. Those count that run the mesh's traffic on its terms: connected proxies that have
    /// proved who they are and ask for clusters and listeners.
    ///
    /// @param version the stored version that is asked about; one that is not published yet is in force nowhere
    public ObjectStatus object(ObjectName object, long version) {
        counted().forEach(this::settle);
        var status = board.object(object, version, counted());
        return board.isPublished(object, version) ? status.withWarnings(references.of(object)) : status;
    }

    /// Where `object`, which is no longer stored, is gone. The same proxies count.
    public ObjectStatus removal(ObjectName object) {
        counted().forEach(this::settle);
        return board.removal(object, counted());
    }

    private Collection<ProxySession> counted() {
        return newest(session -> isSecured(session) && session.takesConfiguration());
    }

    /// Every connected proxy, and those that left in the last minutes, by id.
    public List<ProxyStatus> statuses() {
        var statuses = new ArrayList<ProxyStatus>();
        sessions().forEach(session -> statuses.add(status(session)));
        synchronized (gone) {
            Instant limit = clock.instant().minus(SHOW_GONE);
            gone.values().removeIf(status -> status.since().isBefore(limit));
            statuses.addAll(gone.values());
        }
        statuses.sort(Comparator.comparing(status -> status.node().id()));
        return statuses;
    }

    private ProxyStatus status(ProxySession session) {
        settle(session);
        return ProxyStatusBoard.proxy(session, isSecured(session));
    }

    /// The connected proxies.
    public Collection<ProxyNode> nodes() {
        return sessions().stream().map(ProxySession::node).toList();
    }

    /// The connected proxies whose metrics may be read: they have proved who they are, and state an address that is
    /// theirs.
    public Collection<ProxyNode> scrapedNodes() {
        return newest(this::isSecured).stream()
                .filter(session -> session.objection().isEmpty())
                .map(ProxySession::node)
                .toList();
    }

    /// Whether anything has been published.
    public boolean hasPublication() {
        return current.isPresent();
    }

    /// The newest publication.
    public Optional<Publication> publication() {
        return current;
    }

    /// What was pushed so far.
    public PushCounts.Figures figures() {
        return counts.figures();
    }

    /// One session a node id, the newest.
    private Collection<ProxySession> sessions() {
        return newest(_ -> true);
    }

    private Collection<ProxySession> newest(Predicate<ProxySession> which) {
        var newest = new HashMap<String, ProxySession>();
        byHandle.values().stream()
                .filter(which)
                .forEach(session -> newest.merge(
                        session.node().id(), session, (a, b) -> a.since().isAfter(b.since()) ? a : b));
        return new TreeMap<>(newest).values();
    }

    @Override
    public void close() {
        queue.close();
    }
}
