/// Envoy v3 resources read into what `traffic` decides by: the boundary after which nobody sees a protobuf class.
///
/// What lives here: [io.heddle.xds.read.RuntimeCompiler], [io.heddle.xds.read.BootstrapReader] and what is told of a
/// configuration; the readers of each kind of resource stand in packages of their own, which see `read/core` and each
/// other in one direction only: `listener` → `route` → `filter` → `cluster` → `tls`. Every set field that is not
/// understood becomes a problem with its path: a warning, or an error where leaving it out would route or admit what
/// was not meant. What must not: gRPC, sockets. Start reading at [io.heddle.xds.read.RuntimeCompiler].
@NullMarked
package io.heddle.xds.read;

import org.jspecify.annotations.NullMarked;
