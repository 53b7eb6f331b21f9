package io.heddle.control.store;

import io.heddle.model.name.ObjectName;
import java.time.Instant;

/// One document in the store, as it was written, with what the store knows about it.
///
/// @param name the object's name
/// @param document the document as JSON, without the fields that the store keeps itself
/// @param specDigest a digest of all but the metadata; the generation counts its changes
/// @param generation how often the meaning changed, from 1
/// @param resourceVersion the store's revision at the last write
/// @param created when the object was first written
public record StoredObject(
        ObjectName name, String document, String specDigest, long generation, long resourceVersion, Instant created) {
    /// One line of facts, then the document.
    String encoded() {
        return generation + " " + resourceVersion + " " + created.toEpochMilli() + " " + specDigest + "\n" + document;
    }

    static StoredObject decoded(ObjectName name, String text) {
        int end = text.indexOf('\n');
        var facts = text.substring(0, end).split(" ", 4);
        return new StoredObject(
                name,
                text.substring(end + 1),
                facts[3],
                Long.parseLong(facts[0]),
                Long.parseLong(facts[1]),
                Instant.ofEpochMilli(Long.parseLong(facts[2])));
    }
}
