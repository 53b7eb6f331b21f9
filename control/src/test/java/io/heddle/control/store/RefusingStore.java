package io.heddle.control.store;

import io.heddle.model.name.ObjectName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A store that refuses the next writes as a full disk does, and is another one's face otherwise.
public final class RefusingStore implements ConfigStore {
    private final ConfigStore store;
    private final AtomicInteger refusals = new AtomicInteger();

    public RefusingStore(ConfigStore store) {
        this.store = store;
    }

    /// Refuses the next `count` writes.
    public void refuse(int count) {
        refusals.set(count);
    }

    /// How many writes it still refuses.
    public int left() {
        return refusals.get();
    }

    @Override
    public List<WriteResult> write(List<Write> writes) {
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new StoreException("no space left", new IOException("no space left"));
        }
        return store.write(writes);
    }

    @Override
    public Optional<StoredObject> find(ObjectName name) {
        return store.find(name);
    }

    @Override
    public List<StoredObject> all() {
        return store.all();
    }

    @Override
    public long revision() {
        return store.revision();
    }

    @Override
    public void listen(Consumer<Change> listener) {
        store.listen(listener);
    }

    @Override
    public KeyValues keyValues(String name) {
        return store.keyValues(name);
    }

    @Override
    public void close() {
        store.close();
    }
}
