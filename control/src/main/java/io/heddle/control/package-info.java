/// The control plane: keeps configuration, builds the mesh from it, tells every proxy its part, and knows what
/// became of it.
///
/// What lives here: wiring. [io.heddle.control.ControlPlane] starts everything in order, so start reading there; the
/// design's walk of one configuration change goes through `api`, `reconcile` and `push`. What must not: protobuf (`xds`
/// has it), a Kubernetes client, and the proxy.
@NullMarked
package io.heddle.control;

import org.jspecify.annotations.NullMarked;
