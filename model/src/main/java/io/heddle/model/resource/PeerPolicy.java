package io.heddle.model.resource;

import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Selector;
import java.util.Map;

/// Whether workloads take plaintext: an Istio PeerAuthentication. In the root namespace without a selector it holds for
/// the mesh, in another namespace without a selector for that namespace, with a selector for the workloads selected.
///
/// @param object the stored object
/// @param selector the workloads; [Selector#ALL] for all of the namespace (or mesh)
/// @param mode what holds for ports without a mode of their own
/// @param portModes workload port → its mode
public record PeerPolicy(ObjectName object, Selector selector, Mode mode, Map<Integer, Mode> portModes)
        implements Resource {
    public PeerPolicy {
        portModes = Map.copyOf(portModes);
    }

    /// What an inbound port takes.
    public enum Mode {
        /// Whatever the next wider policy says.
        UNSET,
        /// Plaintext only.
        DISABLE,
        /// mTLS and plaintext.
        PERMISSIVE,
        /// mTLS only.
        STRICT
    }
}
