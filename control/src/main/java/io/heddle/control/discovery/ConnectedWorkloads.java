package io.heddle.control.discovery;

import io.heddle.control.reconcile.StoredDocuments;
import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.StoredObject;
import io.heddle.control.store.Write;
import io.heddle.dialect.Dialects;
import io.heddle.dialect.Document;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.Workload;
import io.heddle.model.view.ProxyNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Registers the workload behind each connected sidecar as a WorkloadEntry, and takes it away when the sidecar has been
/// gone for a while.
///
/// Everything happens on one thread, in the order in which it was told. A registration belongs to a connection, not
/// to a proxy: when the same workload connects a second time the newer connection holds the registration, and the
/// end of the older one means nothing. After a restart the stored entries wait a longer while for their sidecars,
/// so that a restart of the control plane takes no instance out of service. An entry written by hand is never
/// touched.
///
/// A connection alone registers nothing: the entry comes with the first report that the application takes requests, so
/// that no request is sent to a sidecar whose application still starts.
public final class ConnectedWorkloads implements DiscoverySource {
    /// The annotation that names the sidecar which registered an entry.
    public static final String PROXY_ID = "heddle.io/proxy-id";
    private static final String HEALTH = "heddle.io/health";
    private static final String KIND = "WorkloadEntry";
    private static final Logger log = LoggerFactory.getLogger(ConnectedWorkloads.class);

    private final ConfigStore store;
    private final Graces graces;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("connected-workloads").daemon().factory());
    /// Workload entry → the connection that holds it; used by the one thread only.
    private final Map<ObjectName, Holder> holders = new HashMap<>();
    private final Map<ObjectName, Problem> problems = new ConcurrentHashMap<>();

    /// How long an entry outlives its sidecar's connection.
    ///
    /// @param afterLoss after a connection was lost
    /// @param afterRestart after the control plane was started
    public record Graces(Duration afterLoss, Duration afterRestart) {}

    private record Holder(String connection, ProxyNode node) {}

    public ConnectedWorkloads(ConfigStore store, Graces graces) {
        this.store = store;
        this.graces = graces;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public String name() {
        return "connected workloads";
    }

    @Override
    public void start() {
        for (var object : store.all()) {
            if (isRegistered(object)) {
                later(graces.afterRestart, () -> removeUnlessHeld(object.name()));
            }
        }
    }

    /// A sidecar connected and proved who it is; its entry is made, or made anew, by its first report of health.
    ///
    /// @param connection names the connection, unique in this process
    public void connected(String connection, ProxyNode node) {
        if (node.ports().inbound() == 0 || node.ports().application() == 0) {
            return;
        }
        now(() -> register(connection, node));
    }

    /// A sidecar reported that its application takes requests, or that it does not yet, or no longer.
    public void healthReported(String connection, boolean healthy) {
        now(() -> holders.forEach((object, holder) -> {
            if (holder.connection.equals(connection)
                    && (healthy || store.find(object).isPresent())) {
                write(object, holder.node, healthy ? Workload.Health.HEALTHY : Workload.Health.DRAINING);
            }
        }));
    }

    /// A connection ended.
    public void disconnected(String connection) {
        now(() -> {
            for (var entry : Map.copyOf(holders).entrySet()) {
                if (entry.getValue().connection.equals(connection)) {
                    holders.remove(entry.getKey());
                    problems.remove(entry.getKey());
                    later(graces.afterLoss, () -> removeUnlessHeld(entry.getKey()));
                }
            }
        });
    }

    private void register(String connection, ProxyNode node) {
        var object = new ObjectName(KIND, node.namespace(), node.workload());
        var stored = store.find(object);
        if (stored.isPresent() && !isRegistered(stored.get())) {
            var problem = Problem.warning(
                    object.toString(),
                    "",
                    "is written by hand, so the sidecar " + node.id() + " does not register itself under this name",
                    "delete the entry, or start the sidecar with another --workload name");
            problems.put(object, problem);
            log.atWarn().log(problem.toString());
            return;
        }
        var owner = stored.flatMap(entry -> account(StoredDocuments.document(entry)));
        if (owner.isPresent() && !owner.get().equals(node.identity().account())) {
            var problem = Problem.warning(
                    object.toString(),
                    "spec.serviceAccount",
                    "belongs to the account " + owner.get() + ", so the sidecar " + node.id() + " of the account "
                            + node.identity().account() + " may not take it",
                    "start the sidecar with another --workload name");
            problems.put(object, problem);
            log.atWarn().log(problem.toString());
            return;
        }
        var before = holders.put(object, new Holder(connection, node));
        if (before != null && !before.node.id().equals(node.id())) {
            log.atWarn()
                    .addKeyValue("object", object)
                    .addKeyValue("older", before.node.id())
                    .addKeyValue("newer", node.id())
                    .log("two sidecars claim one workload; the newer one has it");
        }
    }

    private void write(ObjectName object, ProxyNode node, Workload.Health health) {
        var document = document(object, node, health);
        var read = Dialects.read(document);
        if (read instanceof Checked.Rejected<Resource> rejected) {
            problems.put(object, rejected.problems().getFirst());
            log.atError()
                    .addKeyValue("proxy", node.id())
                    .addKeyValue("problems", rejected.problems())
                    .log("the sidecar's workload cannot be registered");
            return;
        }
        problems.remove(object);
        store.write(List.of(StoredDocuments.put(document)));
    }

    private static Document document(ObjectName object, ProxyNode node, Workload.Health health) {
        var labels = new LinkedHashMap<String, Object>(node.labels().values());
        labels.put(Workload.TLS_MODE_LABEL, Workload.TLS_MODE_MUTUAL);
        var annotations = new LinkedHashMap<String, Object>();
        annotations.put(PROXY_ID, node.id());
        annotations.put(
                HEALTH,
                switch (health) {
                    case HEALTHY -> "healthy";
                    case DRAINING -> "draining";
                    case UNHEALTHY -> "unhealthy";
                });
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("name", object.name());
        metadata.put("namespace", object.namespace());
        metadata.put("annotations", annotations);
        var spec = new LinkedHashMap<String, Object>();
        spec.put("address", node.address());
        spec.put("labels", labels);
        // Others connect to the application's own port, and the kernel leads them to the sidecar.
        int port = node.interception().isTransparent()
                ? node.ports().application()
                : node.ports().inbound();
        spec.put("ports", Map.of("*", (long) port));
        spec.put("serviceAccount", node.identity().account());
        var tree = new LinkedHashMap<String, Object>();
        tree.put("apiVersion", "networking.istio.io/v1");
        tree.put("kind", KIND);
        tree.put("metadata", metadata);
        tree.put("spec", spec);
        return new Document(object, "networking.istio.io/v1", tree);
    }

    private void removeUnlessHeld(ObjectName object) {
        boolean registered =
                store.find(object).map(ConnectedWorkloads::isRegistered).orElse(false);
        if (!holders.containsKey(object) && registered) {
            log.atInfo().addKeyValue("object", object).log("sidecar gone, workload removed");
            store.write(List.of(new Write.Delete(object, Optional.empty())));
        }
    }

    private static Optional<String> account(Document document) {
        return document.tree().get("spec") instanceof Map<?, ?> spec
                        && spec.get("serviceAccount") instanceof String account
                ? Optional.of(account)
                : Optional.empty();
    }

    private static boolean isRegistered(StoredObject object) {
        return object.name().kind().equals(KIND)
                && StoredDocuments.document(object).annotations().containsKey(PROXY_ID);
    }

    private void now(Runnable step) {
        later(Duration.ZERO, step);
    }

    private void later(Duration delay, Runnable step) {
        try {
            var _ = thread.schedule(() -> runLogged(step), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException _) {
            log.atDebug().log("closing: what is stored stays for the next start");
        }
    }

    private static void runLogged(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a workload's registration failed");
        }
    }

    @Override
    public List<Problem> problems() {
        return List.copyOf(problems.values());
    }

    @Override
    public void close() {
        thread.shutdown(); // no interrupt: it would close the store's file under a write
        try {
            thread.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
