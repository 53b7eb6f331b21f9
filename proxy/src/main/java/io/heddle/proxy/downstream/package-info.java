/// The clients' connections: what reads their bytes and writes their answers, one handler a protocol.
///
/// What lives here: the life of a connection, how its requests follow one another, how it ends, and the relay of plain
/// bytes. What must not: routing, upstream connections, anything that holds for every protocol alike. Start reading at
/// [io.heddle.proxy.downstream.Http1Handler].
@NullMarked
package io.heddle.proxy.downstream;

import org.jspecify.annotations.NullMarked;
