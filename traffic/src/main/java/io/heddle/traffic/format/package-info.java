/// Texts with Envoy's command operators, for example `%REQ(x-user)%`, compiled once and filled in per request.
///
/// What lives here: the formats, the operators, header changes whose values are such formats. What must not:
/// routes, I/O, the clock; what a request is like comes from a [io.heddle.traffic.format.FormatSource]. Start
/// reading at [io.heddle.traffic.format.SubstitutionFormat].
@NullMarked
package io.heddle.traffic.format;

import org.jspecify.annotations.NullMarked;
