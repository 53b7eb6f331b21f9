/// What decisions see of a request and its answer: heads over bytes, and the edits to be made to them.
///
/// What lives here: read-only views of heads, spans, header names, recorded edits. What must not: parsing, buffers,
/// sockets. Start reading at [io.heddle.traffic.request.RequestHead].
@NullMarked
package io.heddle.traffic.request;

import org.jspecify.annotations.NullMarked;
