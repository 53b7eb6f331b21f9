/// HTTP filters and what routes set for them, read.
///
/// What lives here: one reader a filter, on one list; and the messages that filters exchange with services outside.
/// What must not: routes and listeners. Start reading at [io.heddle.xds.read.filter.FilterReaders].
@NullMarked
package io.heddle.xds.read.filter;

import org.jspecify.annotations.NullMarked;
