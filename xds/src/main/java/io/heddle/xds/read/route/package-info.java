/// Route configurations, read.
///
/// What lives here: virtual hosts, matches, actions, and what tables and hosts hand down to their routes. What must
/// not: listeners and clusters; a cluster is a name here. Start reading at [io.heddle.xds.read.route.RouteReader].
@NullMarked
package io.heddle.xds.read.route;

import org.jspecify.annotations.NullMarked;
