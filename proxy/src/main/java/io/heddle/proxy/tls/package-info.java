/// TLS on connections: contexts for both directions, the secrets they are made of, the proxy's own identity.
///
/// What lives here: everything that touches a certificate or a key. What must not: listeners, pools, HTTP. Start
/// reading at [io.heddle.proxy.tls.TlsContexts].
@NullMarked
package io.heddle.proxy.tls;

import org.jspecify.annotations.NullMarked;
