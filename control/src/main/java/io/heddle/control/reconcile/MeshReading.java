package io.heddle.control.reconcile;

import io.heddle.control.store.StoredObject;
import io.heddle.dialect.Dialects;
import io.heddle.dialect.Document;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.resource.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads the whole store into resources, and remembers what it read: an object is read again only when its version
/// changed. Used by one thread.
final class MeshReading {
    private Map<ObjectName, Reading> readings = Map.of();

    /// One object as it was read.
    ///
    /// @param version the stored version that this is of
    /// @param document the document
    /// @param outcome the resource, or why there is none
    record Reading(long version, Document document, Checked<Resource> outcome) {}

    /// Reads `objects`.
    ///
    /// @return every object's reading, oldest first
    List<Reading> read(List<StoredObject> objects) {
        var next = new HashMap<ObjectName, Reading>();
        for (var object : objects) {
            var known = readings.get(object.name());
            boolean current = known != null && known.version == object.resourceVersion();
            next.put(object.name(), current ? known : read(object));
        }
        readings = next;
        var all = new ArrayList<>(next.values());
        all.sort((a, b) -> Document.BY_AGE.compare(a.document, b.document));
        return all;
    }

    private static Reading read(StoredObject object) {
        var document = StoredDocuments.document(object);
        return new Reading(object.resourceVersion(), document, Dialects.read(document));
    }

    /// The resources among `readings`, in their order.
    static List<Resource> resources(List<Reading> readings) {
        var resources = new ArrayList<Resource>();
        for (var reading : readings) {
            if (reading.outcome instanceof Checked.Ok<Resource> ok) {
                resources.add(ok.value());
            }
        }
        return resources;
    }

    /// What is wrong with objects that are in the store all the same; they take no part in the mesh.
    static Map<ObjectName, List<Problem>> refused(List<Reading> readings) {
        var refused = new HashMap<ObjectName, List<Problem>>();
        for (var reading : readings) {
            if (reading.outcome instanceof Checked.Rejected<Resource> rejected) {
                refused.put(reading.document.object(), rejected.problems());
            }
        }
        return refused;
    }
}
