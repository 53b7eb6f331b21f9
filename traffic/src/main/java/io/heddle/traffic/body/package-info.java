/// What can be done to the bodies of messages, told as data.
///
/// What lives here: content codings and rates with their settings. What must not: bytes, which are the
/// proxy's, and when something is done, which filters decide. Start reading at
/// [io.heddle.traffic.body.ContentCoding].
@NullMarked
package io.heddle.traffic.body;

import org.jspecify.annotations.NullMarked;
