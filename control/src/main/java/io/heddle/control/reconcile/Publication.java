package io.heddle.control.reconcile;

import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.MeshSnapshot;
import java.util.List;
import java.util.Map;

/// A built mesh, ready for the proxies.
///
/// @param number 1, 2, 3 … in this process
/// @param snapshot the mesh
/// @param objects every object in the store, with the publication that first had it as it is
/// @param refused objects that are stored but cannot be read, with the reasons; they take no part in the mesh, but
///     for the strictest policy in place of an AuthorizationPolicy or a PeerAuthentication
public record Publication(
        long number,
        MeshSnapshot snapshot,
        Map<ObjectName, ObjectState> objects,
        Map<ObjectName, List<Problem>> refused) {
    public Publication {
        objects = Map.copyOf(objects);
        refused = Map.copyOf(refused);
    }

    /// Since when an object is as it is.
    ///
    /// @param version its stored version
    /// @param since the number of the first publication with this version
    /// @param changedNanos when it was stored, of [System#nanoTime]; the publication's own time when it was stored
    ///     before this process began
    public record ObjectState(long version, long since, long changedNanos) {}
}
