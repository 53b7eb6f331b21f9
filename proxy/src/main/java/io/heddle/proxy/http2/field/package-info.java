/// The fields of HTTP/2 messages (RFC 9113, section 8): what a request, a response and trailers may consist of, and the
/// heads made of them.
///
/// What lives here: one sink of decoded fields for each kind of head. What must not: streams, frames, and how fields
/// are encoded. Start reading at [io.heddle.proxy.http2.field.RequestFields].
@NullMarked
package io.heddle.proxy.http2.field;

import org.jspecify.annotations.NullMarked;
