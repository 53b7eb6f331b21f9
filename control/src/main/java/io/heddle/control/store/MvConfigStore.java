package io.heddle.control.store;

import io.heddle.control.store.WriteResult.Action;
import io.heddle.model.name.ObjectName;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/// The embedded store: one MVStore file.
///
/// Auto-commit is off. A change is written into the maps, committed, and synced before anything is answered, so what
/// was acknowledged is never lost and a change is never half there: a crash falls back to the last commit. One lock
/// makes writers follow each other, and keeps readers from seeing what is not on disk yet.
///
/// When the disk refuses a change, the writer gets the error, and everything in memory is thrown away and read from the
/// file again, at once or, while even that fails, at the next call. So what readers see is what the file holds. A
/// commit that was written but could not be synced is in the file: its writer gets the error and the listeners are
/// told, since the store then has the change.
public final class MvConfigStore implements ConfigStore {
    private static final String OBJECTS = "objects";
    private static final String FACTS = "facts";
    private static final String REVISION_KEY = "revision";
    private static final int COMPACT_MILLIS = 500;

    private final Object lock = new Object();
    private final Path path;
    private final Clock clock;
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    private MVStore file;
    private boolean closed;
    /// What failed and may still be in the file.
    private Optional<Change> doubtful = Optional.empty();

    private MvConfigStore(Path path, Clock clock) {
        this.path = path;
        this.clock = clock;
        this.file = openFile(path);
    }

    /// Opens the store in `path`, or creates it.
    ///
    /// @throws StoreException when another process has it open or it cannot be read
    public static MvConfigStore open(Path path, Clock clock) {
        return new MvConfigStore(path, clock);
    }

    private static MVStore openFile(Path path) {
        try {
            return new MVStore.Builder()
                    .fileName(path.toString())
                    .autoCommitDisabled()
                    .open();
        } catch (MVStoreException e) {
            throw new StoreException("cannot open the store " + path + ": " + plainReason(e), e);
        }
    }

    private static String plainReason(MVStoreException e) {
        boolean locked = String.valueOf(e.getMessage()).contains("locked");
        return locked ? "another control plane is using it; stop that one first" : String.valueOf(e.getMessage());
    }

    @Override
    public Optional<StoredObject> find(ObjectName name) {
        synchronized (lock) {
            return Optional.ofNullable(map(OBJECTS).get(key(name))).map(text -> StoredObject.decoded(name, text));
        }
    }

    @Override
    public List<StoredObject> all() {
        synchronized (lock) {
            var all = new ArrayList<StoredObject>(map(OBJECTS).size());
            map(OBJECTS).forEach((key, text) -> all.add(StoredObject.decoded(name(key), text)));
            all.sort((a, b) -> a.name().compareTo(b.name()));
            return List.copyOf(all);
        }
    }

    @Override
    public long revision() {
        synchronized (lock) {
            return Long.parseLong(map(FACTS).getOrDefault(REVISION_KEY, "0"));
        }
    }

    @Override
    public List<WriteResult> write(List<Write> writes) {
        synchronized (lock) {
            writes.forEach(this::checkVersion);
            long next = revision() + 1;
            try {
                var results = writes.stream().map(write -> perform(write, next)).toList();
                var touched = new HashSet<ObjectName>();
                results.stream().filter(WriteResult::changed).forEach(result -> touched.add(result.name()));
                if (touched.isEmpty()) {
                    return results;
                }
                map(FACTS).put(REVISION_KEY, Long.toString(next));
                makeDurable();
                tell(new Change(next, touched));
                return results;
            } catch (MVStoreException e) {
                doubtful = Optional.of(
                        new Change(next, writes.stream().map(Write::name).collect(Collectors.toSet())));
                throw failed(e);
            }
        }
    }

    private void tell(Change change) {
        listeners.forEach(listener -> listener.accept(change));
    }

    private void checkVersion(Write write) {
        if (write.expectedVersion().isEmpty()) {
            return;
        }
        long expected = write.expectedVersion().get();
        long actual = find(write.name()).map(StoredObject::resourceVersion).orElse(0L);
        if (expected != actual) {
            throw new ConflictException(
                    write.name() + " has version " + actual + " now, not " + expected + ": read it again and retry");
        }
    }

    private WriteResult perform(Write write, long revision) {
        return switch (write) {
            case Write.Put put -> put(put, revision);
            case Write.Delete delete -> {
                boolean existed = map(OBJECTS).remove(key(delete.name())) != null;
                yield new WriteResult(delete.name(), existed ? Action.DELETED : Action.NOT_FOUND, 0);
            }
        };
    }

    private WriteResult put(Write.Put put, long revision) {
        var before = find(put.name());
        if (before.isEmpty()) {
            store(new StoredObject(put.name(), put.document(), put.specDigest(), 1, revision, clock.instant()));
            return new WriteResult(put.name(), Action.CREATED, 1);
        }
        var old = before.get();
        if (old.document().equals(put.document())) {
            return new WriteResult(put.name(), Action.UNCHANGED, old.generation());
        }
        long generation = old.specDigest().equals(put.specDigest()) ? old.generation() : old.generation() + 1;
        store(new StoredObject(put.name(), put.document(), put.specDigest(), generation, revision, old.created()));
        return new WriteResult(put.name(), Action.CONFIGURED, generation);
    }

    private void store(StoredObject object) {
        map(OBJECTS).put(key(object.name()), object.encoded());
    }

    private void makeDurable() {
        file.commit();
        file.sync();
    }

    /// Throws away what is in memory and reads the file again.
    private StoreException failed(MVStoreException cause) {
        file.closeImmediately();
        var failure = new StoreException("cannot write the store: " + cause.getMessage(), cause);
        try {
            ensureOpen();
        } catch (StoreException unreadable) {
            failure.addSuppressed(unreadable);
        }
        return failure;
    }

    private void ensureOpen() {
        if (closed || !file.isClosed()) {
            return;
        }
        file = openFile(path);
        var unsure = doubtful;
        doubtful = Optional.empty();
        unsure.filter(change -> change.revision() == revision()).ifPresent(this::tell);
    }

    private MVMap<String, String> map(String name) {
        ensureOpen();
        return file.openMap(name);
    }

    @Override
    public void listen(Consumer<Change> listener) {
        listeners.add(listener);
    }

    @Override
    public KeyValues keyValues(String name) {
        synchronized (lock) {
            return new DurableMap("values." + name);
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            if (!file.isClosed()) {
                file.commit();
                file.close(COMPACT_MILLIS);
            }
        }
    }

    private static String key(ObjectName name) {
        return name.kind() + "/" + name.namespace() + "/" + name.name();
    }

    private static ObjectName name(String key) {
        var parts = key.split("/", 3);
        return new ObjectName(parts[0], parts[1], parts[2]);
    }

    private final class DurableMap implements KeyValues {
        private final String name;

        DurableMap(String name) {
            this.name = name;
        }

        @Override
        public Optional<String> find(String key) {
            synchronized (lock) {
                return Optional.ofNullable(map(name).get(key));
            }
        }

        @Override
        public void put(String key, String value) {
            synchronized (lock) {
                try {
                    map(name).put(key, value);
                    makeDurable();
                } catch (MVStoreException e) {
                    throw failed(e);
                }
            }
        }

        @Override
        public Optional<String> remove(String key) {
            synchronized (lock) {
                try {
                    var value = Optional.ofNullable(map(name).remove(key));
                    value.ifPresent(_ -> makeDurable());
                    return value;
                } catch (MVStoreException e) {
                    throw failed(e);
                }
            }
        }

        @Override
        public Map<String, String> entries() {
            synchronized (lock) {
                return new TreeMap<>(map(name));
            }
        }
    }
}
