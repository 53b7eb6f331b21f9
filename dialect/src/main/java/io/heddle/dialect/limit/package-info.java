/// Files of rate limits, in the format of Envoy's rate limit service.
///
/// What lives here: the reader of such a file. What must not: kinds of the mesh, which have an API version;
/// counting. Start reading at [io.heddle.dialect.limit.LimitsFileReader].
@NullMarked
package io.heddle.dialect.limit;

import org.jspecify.annotations.NullMarked;
