/// The hot path: one request from its head to its last byte.
///
/// What lives here: the exchange that walks a request through routing, filters, tries and its answer, and the byte
/// relay; heads are read and changed in `exchange/head`. What must not: opening sockets, choosing certificates,
/// metrics. Start reading at [io.heddle.proxy.exchange.HttpExchange].
@NullMarked
package io.heddle.proxy.exchange;

import org.jspecify.annotations.NullMarked;
