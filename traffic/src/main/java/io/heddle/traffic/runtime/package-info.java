/// The root of everything compiled: one immutable [io.heddle.traffic.runtime.RuntimeConfig] is all a proxy runs by.
///
/// What lives here: listeners, filter chains, clusters and TLS settings as plain records. What must not: protobuf,
/// sockets. Start reading at [io.heddle.traffic.runtime.RuntimeConfig].
@NullMarked
package io.heddle.traffic.runtime;

import org.jspecify.annotations.NullMarked;
