/// TLS contexts and secrets, read.
///
/// What lives here: certificates, whom they are checked against, and the parameters of the handshake. Whatever cannot
/// be enforced as written refuses the configuration. What must not: sockets, and keys in problems. Start reading at
/// [io.heddle.xds.read.tls.TlsReader].
@NullMarked
package io.heddle.xds.read.tls;

import org.jspecify.annotations.NullMarked;
