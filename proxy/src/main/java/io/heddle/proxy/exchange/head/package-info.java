/// Heads on their way through this hop: what of them is believed, what is changed before anybody decides by them, and
/// what this hop adds and takes.
///
/// What lives here: who the client is, the rules of plain heads, forwarding headers, request ids, and what gRPC says in
/// heads. What must not: exchanges, tries, and edits that filters and routes want. Start reading at
/// [io.heddle.proxy.exchange.head.HopHeaders].
@NullMarked
package io.heddle.proxy.exchange.head;

import org.jspecify.annotations.NullMarked;
