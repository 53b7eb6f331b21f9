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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
/// A step that fails, because the store cannot be written, is tried again until it succeeds or its connection is gone,
/// after 100 ms at first and after twice as long each time, up to 30 s. It writes what the sidecar reported last.
///
/// A connection alone registers nothing: the entry comes with the first report that the application takes requests, so
/// that no request is sent to a sidecar whose application still starts.
public final class ConnectedWorkloads implements DiscoverySource {
    /// The annotation that names the sidecar which registered an entry.
    public static final String PROXY_ID = "heddle.io/proxy-id";
    private static final String HEALTH = "heddle.io/health";
    private static final String KIND = "WorkloadEntry";
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);
    private static final Logger log = LoggerFactory.getLogger(ConnectedWorkloads.class);

    private final ConfigStore store;
    private final Graces graces;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("connected-workloads").daemon().factory());
    /// Every open connection of a sidecar with an application; used by the one thread only, as the next three are.
    private final Map<String, Connection> connections = new HashMap<>();
    /// Workload entry → the connection that holds it.
    private final Map<ObjectName, String> holders = new HashMap<>();
    /// What steps that failed are about.
    private final Set<String> waiting = new HashSet<>();
    private final Map<ObjectName, Problem> problems = new ConcurrentHashMap<>();
    private long count;

    /// How long an entry outlives its sidecar's connection.
    ///
    /// @param afterLoss after a connection was lost
    /// @param afterRestart after the control plane was started
    public record Graces(Duration afterLoss, Duration afterRestart) {}

    /// A connected sidecar.
    ///
    /// @param number the newer connection has the greater one
    /// @param health what it reported last
    private record Connection(long number, ProxyNode node, Optional<Workload.Health> health) {
        ObjectName object() {
            return new ObjectName(KIND, node.namespace(), node.workload());
        }

        Connection with(Workload.Health reported) {
            return new Connection(number, node, Optional.of(reported));
        }
    }

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
                later(graces.afterRestart, () -> removeInTheEnd(object.name()));
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
        now(() -> {
            connections.put(connection, new Connection(++count, node, Optional.empty()));
            settle(connection);
        });
    }

    /// A sidecar reported that its application takes requests, or that it does not yet, or no longer.
    public void healthReported(String connection, boolean healthy) {
        now(() -> {
            var health = healthy ? Workload.Health.HEALTHY : Workload.Health.DRAINING;
            connections.computeIfPresent(connection, (_, known) -> known.with(health));
            settle(connection);
        });
    }

    /// A connection ended.
    public void disconnected(String connection) {
        now(() -> {
            connections.remove(connection);
            for (var entry : Map.copyOf(holders).entrySet()) {
                if (entry.getValue().equals(connection)) {
                    holders.remove(entry.getKey());
                    problems.remove(entry.getKey());
                    later(graces.afterLoss, () -> removeInTheEnd(entry.getKey()));
                }
            }
        });
    }

    /// Brings the store to what a connection said last, now and, when that fails, again.
    private void settle(String connection) {
        retried(connection, () -> register(connection), FIRST_RETRY);
    }

    private void removeInTheEnd(ObjectName object) {
        retried(object.toString(), () -> removeUnlessHeld(object), FIRST_RETRY);
    }

    /// Runs `step`, and when it fails again later; so it must look at what holds when it runs.
    ///
    /// @param subject what the step is about: of steps about the same, one waits
    private void retried(String subject, Runnable step, Duration delay) {
        try {
            step.run();
        } catch (RuntimeException e) {
            log.atError()
                    .setCause(e)
                    .addKeyValue("subject", subject)
                    .addKeyValue("retryMillis", delay.toMillis())
                    .log("a workload's registration failed and will be tried again");
            if (waiting.add(subject)) {
                later(delay, () -> {
                    waiting.remove(subject);
                    retried(subject, step, doubled(delay));
                });
            }
        }
    }

    private static Duration doubled(Duration delay) {
        var doubled = delay.multipliedBy(2);
        return doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
    }

    private void register(String connection) {
        var known = connections.get(connection);
        if (known == null) {
            return; // it ended
        }
        var object = known.object();
        if (!connection.equals(holders.get(object)) && !hold(object, connection, known)) {
            return;
        }
        if (known.health.isPresent()
                && (known.health.get() == Workload.Health.HEALTHY
                        || store.find(object).isPresent())) {
            write(object, known.node, known.health.get());
        }
    }

    /// Makes `connection` the holder of `object`.
    ///
    /// @return whether it may hold it
    private boolean hold(ObjectName object, String connection, Connection known) {
        var node = known.node;
        var before = Optional.ofNullable(holders.get(object)).map(connections::get);
        if (before.isPresent() && before.get().number > known.number) {
            return false; // a newer one came while this one could not be registered
        }
        var stored = store.find(object);
        if (stored.isPresent() && !isRegistered(stored.get())) {
            var problem = Problem.warning(
                    object.toString(),
                    "",
                    "is written by hand, so the sidecar " + node.id() + " does not register itself under this name",
                    "delete the entry, or start the sidecar with another --workload name");
            refuse(object, problem);
            return false;
        }
        var owner = stored.flatMap(entry -> account(StoredDocuments.document(entry)));
        if (owner.isPresent() && !owner.get().equals(node.identity().account())) {
            var problem = Problem.warning(
                    object.toString(),
                    "spec.serviceAccount",
                    "belongs to the account " + owner.get() + ", so the sidecar " + node.id() + " of the account "
                            + node.identity().account() + " may not take it",
                    "start the sidecar with another --workload name");
            refuse(object, problem);
            return false;
        }
        holders.put(object, connection);
        before.filter(other -> !other.node.id().equals(node.id()))
                .ifPresent(other -> log.atWarn()
                        .addKeyValue("object", object)
                        .addKeyValue("older", other.node.id())
                        .addKeyValue("newer", node.id())
                        .log("two sidecars claim one workload; the newer one has it"));
        return true;
    }

    /// Every report of the sidecar's health leads here again, so only news is logged.
    private void refuse(ObjectName object, Problem problem) {
        if (!problem.equals(problems.put(object, problem))) {
            log.atWarn().log(problem.toString());
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
            var _ = thread.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException _) {
            log.atDebug().log("closing: what is stored stays for the next start");
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
