/// Values that may change without a change of configuration: Envoy's layered runtime.
///
/// What lives here: the layers of a runtime, the snapshot that is laid of them, and what a configuration says where a
/// value may be overridden by a key: a share, a flag, a number. What must not: where layers come from, and texts that
/// stand in files. Start reading at [io.heddle.traffic.layer.RuntimeKey].
@NullMarked
package io.heddle.traffic.layer;

import org.jspecify.annotations.NullMarked;
