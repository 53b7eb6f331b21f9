package io.heddle.control.store;

import io.heddle.model.name.ObjectName;
import java.util.Optional;

/// One step of a change to the store.
public sealed interface Write {
    /// The object written.
    ObjectName name();

    /// The revision that the object must still have; empty to write whatever it has. 0 asks that it does not exist.
    Optional<Long> expectedVersion();

    /// Creates or replaces an object.
    ///
    /// @param name the object
    /// @param document its document as JSON
    /// @param specDigest a digest of the document without its metadata
    /// @param expectedVersion see [Write#expectedVersion]
    record Put(ObjectName name, String document, String specDigest, Optional<Long> expectedVersion) implements Write {}

    /// Removes an object; removing one that is not there changes nothing.
    ///
    /// @param name the object
    /// @param expectedVersion see [Write#expectedVersion]
    record Delete(ObjectName name, Optional<Long> expectedVersion) implements Write {}
}
