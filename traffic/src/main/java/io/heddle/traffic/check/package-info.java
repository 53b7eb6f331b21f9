/// Tests of route tables, as users write them in the format of Envoy's router check tool.
///
/// What lives here: one test, the check of it against a [io.heddle.traffic.route.RouteTable], what came of it.
/// What must not: reading files, printing. The table, its matchers and its rewrites are those that the proxy
/// runs. Start reading at [io.heddle.traffic.check.RouteCheck].
@NullMarked
package io.heddle.traffic.check;

import org.jspecify.annotations.NullMarked;
