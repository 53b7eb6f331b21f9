/// Role-based access control: who may, as Envoy's RBAC decides it for requests and for connections.
///
/// What lives here: the rules, what they ask of a request or a connection, and the filter that applies them. What must
/// not: what a mesh's policies mean, which is the control plane's to say. Start reading at
/// [io.heddle.traffic.rbac.RbacFilter].
@NullMarked
package io.heddle.traffic.rbac;

import org.jspecify.annotations.NullMarked;
