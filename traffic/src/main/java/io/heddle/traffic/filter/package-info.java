/// HTTP filters: what happens to a request between its listener and its route's action.
///
/// What lives here: the filter contract, the chain, one class a filter. What must not: I/O; a filter that needs some
/// answers [io.heddle.traffic.filter.FilterStep.Ask]. Start reading at [io.heddle.traffic.filter.HttpFilter].
@NullMarked
package io.heddle.traffic.filter;

import org.jspecify.annotations.NullMarked;
