/// From a request head to a route and its action.
///
/// What lives here: compiled virtual hosts and routes and the tables that find them. What must not: I/O, protobuf.
/// Start reading at [io.heddle.traffic.route.RouteTable].
@NullMarked
package io.heddle.traffic.route;

import org.jspecify.annotations.NullMarked;
