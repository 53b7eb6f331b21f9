/// Hosts that are found by name: those of DNS clusters, and those that requests name themselves.
///
/// What lives here: names, when they are asked for again, and who waits for an answer. What must not: how a DNS server
/// is asked, and pools. Start reading at [io.heddle.proxy.upstream.name.NameResolver].
@NullMarked
package io.heddle.proxy.upstream.name;

import org.jspecify.annotations.NullMarked;
