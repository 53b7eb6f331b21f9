/// Where connections come in: server sockets, telling TLS from plaintext, and the pipeline of each connection.
///
/// What lives here: [io.heddle.proxy.listen.Listeners], which follows the configuration, and the one method in which
/// every handler of a connection stands. What must not: requests. Start reading at [io.heddle.proxy.listen.Listeners],
/// then [io.heddle.proxy.listen.ListenerPipeline].
@NullMarked
package io.heddle.proxy.listen;

import org.jspecify.annotations.NullMarked;
