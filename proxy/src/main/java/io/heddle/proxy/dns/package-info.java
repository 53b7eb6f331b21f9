/// Names and their addresses: Netty's DNS client, the system's files beside it, and what is remembered of names.
///
/// What lives here: questions and answers. What must not: clusters, connections, requests. Start reading at
/// [io.heddle.proxy.dns.DnsClients].
@NullMarked
package io.heddle.proxy.dns;

import org.jspecify.annotations.NullMarked;
