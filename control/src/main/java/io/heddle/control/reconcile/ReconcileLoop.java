package io.heddle.control.reconcile;

import io.heddle.control.reconcile.Publication.ObjectState;
import io.heddle.control.store.Change;
import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.StoredObject;
import io.heddle.model.name.ObjectName;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.MeshSnapshot;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns changes of the store into publications, on one thread: take a change, absorb more until it is quiet or the
/// longest delay is over, build, publish.
///
/// A burst of changes so costs one build, and a lone change waits for the quiet time only. Building is pure; a bug
/// in it is logged with its cause and leaves the last publication standing.
public final class ReconcileLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReconcileLoop.class);

    /// Wakes the loop so that it sees that it has ended.
    private static final Change END = new Change(0, Set.of());

    private final ConfigStore store;
    private final MeshSettings settings;
    private final Timing timing;
    private final Consumer<Publication> publish;
    private final MeshReading reading = new MeshReading();
    private final LinkedBlockingQueue<Change> changes = new LinkedBlockingQueue<>();
    private final Map<ObjectName, Long> changedNanos = new ConcurrentHashMap<>();
    private Map<ObjectName, ObjectState> objects = Map.of();
    private long number;
    private @Nullable MeshSnapshot last;
    private @Nullable Thread thread;
    private volatile boolean ended;

    /// How long changes are collected.
    ///
    /// @param quiet build when nothing came for this long
    /// @param longest build at the latest after this time
    public record Timing(Duration quiet, Duration longest) {}

    /// @param publish takes each publication, on the loop's thread; it must not block
    public ReconcileLoop(ConfigStore store, MeshSettings settings, Timing timing, Consumer<Publication> publish) {
        this.store = store;
        this.settings = settings;
        this.timing = timing;
        this.publish = publish;
    }

    /// Publishes what is stored now, before it returns, and then every change.
    public void start() {
        store.listen(change -> {
            long now = System.nanoTime();
            change.objects().forEach(object -> changedNanos.put(object, now));
            changes.add(change);
        });
        buildAndPublish();
        var loop = Thread.ofPlatform().name("reconcile").daemon().unstarted(this::run);
        thread = loop;
        loop.start();
    }

    private void run() {
        try {
            while (!ended) {
                changes.take();
                absorb();
                if (!ended) {
                    buildAndPublish();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void absorb() throws InterruptedException {
        long deadline = System.nanoTime() + timing.longest.toNanos();
        long left = timing.longest.toNanos();
        while (left > 0) {
            var next = changes.poll(Math.min(left, timing.quiet.toNanos()), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            left = deadline - System.nanoTime();
        }
        changes.clear();
    }

    private void buildAndPublish() {
        try {
            publish.accept(build(store.all()));
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("the mesh could not be built; proxies keep what they have");
        }
    }

    private Publication build(List<StoredObject> stored) {
        var readings = reading.read(stored);
        var resources = MeshReading.resources(readings);
        var snapshot = last == null ? MeshSnapshot.of(settings, resources) : last.next(resources);
        last = snapshot;
        number++;
        objects = states(stored);
        changedNanos.keySet().retainAll(objects.keySet());
        var refused = MeshReading.refused(readings);
        refused.forEach((object, problems) -> log.atError()
                .addKeyValue("object", object)
                .addKeyValue("problems", problems)
                .log("stored object cannot be read; it is left out, and a policy stands as the strictest one"));
        return new Publication(number, snapshot, objects, refused);
    }

    private Map<ObjectName, ObjectState> states(List<StoredObject> stored) {
        long now = System.nanoTime();
        var next = new HashMap<ObjectName, ObjectState>();
        for (var object : stored) {
            var before = objects.get(object.name());
            boolean same = before != null && before.version() == object.resourceVersion();
            next.put(
                    object.name(),
                    same
                            ? before
                            : new ObjectState(
                                    object.resourceVersion(), number, changedNanos.getOrDefault(object.name(), now)));
        }
        return next;
    }

    @Override
    public void close() {
        var running = thread;
        if (running == null) {
            return;
        }
        ended = true;
        changes.add(END); // no interrupt: it would close the store's file under a read
        try {
            running.join(Duration.ofSeconds(5));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
