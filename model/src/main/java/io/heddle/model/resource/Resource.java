package io.heddle.model.resource;

import io.heddle.model.name.ObjectName;

/// Anything a user can declare about the mesh.
public sealed interface Resource permits Service, Workload, HttpRoute, FaultPolicy, PeerPolicy, AccessPolicy {
    /// The stored object this was read from.
    ObjectName object();
}
