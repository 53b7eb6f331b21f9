/// Envoy v3 resources as values: named, versioned by their content, held in immutable sets.
///
/// What lives here: what both planes exchange, without saying how it travels or what it means. What must not: gRPC, the
/// model, decisions. Start reading at [io.heddle.xds.resource.ResourceSet].
@NullMarked
package io.heddle.xds.resource;

import org.jspecify.annotations.NullMarked;
