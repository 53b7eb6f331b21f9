package io.heddle.control.store;

import io.heddle.model.name.ObjectName;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Keeps the configuration that users wrote. Safe for use by several threads.
///
/// Durability: when [#write] or a write to [KeyValues] returns, the change survives the end of the process and, as far
/// as the disk keeps its promises, of the machine.
public interface ConfigStore extends AutoCloseable {
    /// One object.
    Optional<StoredObject> find(ObjectName name);

    /// Every object, sorted by name.
    List<StoredObject> all();

    /// The number of changes made so far; it never goes back.
    long revision();

    /// Makes all the writes, or none: a version that does not fit refuses them together.
    ///
    /// @return one result a write, in their order
    /// @throws ConflictException when an object's version is not the expected one; nothing is changed
    /// @throws StoreException when the disk refuses
    List<WriteResult> write(List<Write> writes);

    /// Calls `listener` after every change, in the order of revisions, on the writer's thread. It must not block and
    /// must not write.
    void listen(Consumer<Change> listener);

    /// The small map of this name, made on first use.
    KeyValues keyValues(String name);

    /// Closes the store; a second call does nothing.
    @Override
    void close();
}
