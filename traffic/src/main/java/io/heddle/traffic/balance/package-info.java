/// Which endpoint of a cluster takes a request.
///
/// What lives here: balancers, the layers they are made of, one class a balancing algorithm; the hosts themselves stand
/// in `balance/host`. What must not: connections. Start reading at [io.heddle.traffic.balance.LoadBalancer].
@NullMarked
package io.heddle.traffic.balance;

import org.jspecify.annotations.NullMarked;
