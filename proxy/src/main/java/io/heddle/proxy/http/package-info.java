/// HTTP messages as all its versions share them (RFC 9110): heads over their bytes, header lines, what may stand where.
///
/// What lives here: what the readers of every protocol fill and its writers copy from. What must not: framing,
/// channels, routing. Start reading at [io.heddle.proxy.http.HttpRequestHead].
@NullMarked
package io.heddle.proxy.http;

import org.jspecify.annotations.NullMarked;
