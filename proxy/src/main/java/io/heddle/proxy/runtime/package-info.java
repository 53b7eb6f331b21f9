/// The layers of the proxy's runtime (Envoy's `layered_runtime`).
///
/// What lives here: [io.heddle.proxy.runtime.RuntimeLayers], which lays them over each other, and what reads those on
/// disk. What must not: what a value means, which is up to who asks for it. Start reading at
/// [io.heddle.proxy.runtime.RuntimeLayers].
@NullMarked
package io.heddle.proxy.runtime;

import org.jspecify.annotations.NullMarked;
