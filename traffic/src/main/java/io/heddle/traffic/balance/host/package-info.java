/// The hosts of a cluster: what is configured of them, and their live state, which all balancers share.
///
/// What lives here: endpoints with their labels and weights, hosts with what is known of their health, load and
/// latency, and sets of hosts. What must not: how one of them is picked, and connections. Start reading at
/// [io.heddle.traffic.balance.host.HostState].
@NullMarked
package io.heddle.traffic.balance.host;

import org.jspecify.annotations.NullMarked;
