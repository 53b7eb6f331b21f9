/// The names of things: services, workloads, identities, ports, labels, places.
///
/// What lives here: small value records with their text form. What must not: anything that knows a resource kind, a
/// wire format or a network. Start reading at [io.heddle.model.name.ServiceName].
@NullMarked
package io.heddle.model.name;

import org.jspecify.annotations.NullMarked;
