/// What users mean, written as Envoy v3 resources for one proxy.
///
/// What lives here: [io.heddle.xds.write.MeshTranslator] and one Writer a resource type; all pure and deterministic:
/// equal views make equal bytes. What must not: gRPC, reading of resources, knowledge of other proxies. Start reading
/// at [io.heddle.xds.write.MeshTranslator].
@NullMarked
package io.heddle.xds.write;

import org.jspecify.annotations.NullMarked;
