/// Compression of bodies: which are compressed for whom, and which are made plain.
///
/// What lives here: the two filters and what a client accepts. What must not: the coding itself, which is the proxy's.
/// Start reading at [io.heddle.traffic.compression.CompressorFilter].
@NullMarked
package io.heddle.traffic.compression;

import org.jspecify.annotations.NullMarked;
