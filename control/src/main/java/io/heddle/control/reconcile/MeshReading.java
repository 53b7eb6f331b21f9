package io.heddle.control.reconcile;

import io.heddle.control.store.StoredObject;
import io.heddle.dialect.Dialects;
import io.heddle.dialect.Document;
import io.heddle.dialect.StandInPolicy;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.PeerPolicy.Mode;
import io.heddle.model.resource.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Reads the whole store into resources, and remembers what it read: an object is read again only when its version
/// changed. Used by one thread.
final class MeshReading {
    private Map<ObjectName, Reading> readings = Map.of();

    /// One object as it was read.
    ///
    /// @param version the stored version that this is of
    /// @param document the document
    /// @param outcome the resource, or why there is none
    record Reading(long version, Document document, Checked<Resource> outcome) {
        static Reading of(Document document, long version) {
            return new Reading(version, document, Dialects.read(document));
        }

        /// What stands in for it: for a security policy that cannot be read.
        Optional<StandInPolicy> standIn() {
            return outcome instanceof Checked.Rejected<Resource> ? StandInPolicy.of(document) : Optional.empty();
        }
    }

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
        return Reading.of(StoredDocuments.document(object), object.resourceVersion());
    }

    /// The resources among `readings`, in their order, with what stands in for policies that cannot be read.
    static List<Resource> resources(List<Reading> readings) {
        var resources = new ArrayList<Resource>();
        for (var reading : readings) {
            switch (reading.outcome) {
                case Checked.Ok<Resource> ok -> resources.add(ok.value());
                case Checked.Rejected<Resource> _ ->
                    reading.standIn().map(StandInPolicy::policy).ifPresent(resources::add);
            }
        }
        resources.replaceAll(tightening(readings));
        return resources;
    }

    /// A PeerAuthentication of unknown selector may be narrower than any other in its namespace, and so win over it:
    /// none of them may loosen anything.
    private static UnaryOperator<Resource> tightening(List<Reading> readings) {
        var namespaces = new HashSet<String>();
        for (var reading : readings) {
            reading.standIn()
                    .filter(standIn -> standIn.policy() instanceof PeerPolicy && !standIn.selectorKnown())
                    .ifPresent(
                            standIn -> namespaces.add(standIn.policy().object().namespace()));
        }
        return resource -> resource instanceof PeerPolicy peer
                        && namespaces.contains(peer.object().namespace())
                ? new PeerPolicy(peer.object(), peer.selector(), Mode.STRICT, Map.of())
                : resource;
    }

    /// What is wrong with objects that are in the store all the same. They take no part in the mesh, but for what
    /// stands in for a policy.
    static Map<ObjectName, List<Problem>> refused(List<Reading> readings) {
        var refused = new HashMap<ObjectName, List<Problem>>();
        for (var reading : readings) {
            if (reading.outcome instanceof Checked.Rejected<Resource> rejected) {
                var problems = new ArrayList<Problem>();
                reading.standIn().map(StandInPolicy::problem).ifPresent(problems::add);
                problems.addAll(rejected.problems());
                refused.put(reading.document.object(), List.copyOf(problems));
            }
        }
        return refused;
    }
}
