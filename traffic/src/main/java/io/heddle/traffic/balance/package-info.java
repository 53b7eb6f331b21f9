/// Which endpoint of a cluster takes a request.
///
/// What lives here: endpoints, their shared live state, one class a balancing algorithm. What must not: connections.
/// Start reading at [io.heddle.traffic.balance.LoadBalancer].
@NullMarked
package io.heddle.traffic.balance;

import org.jspecify.annotations.NullMarked;
