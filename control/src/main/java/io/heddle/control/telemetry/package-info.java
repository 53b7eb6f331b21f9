/// What the traffic does: the proxies' own metrics, read every second and added up to a graph of who calls whom.
///
/// What lives here: the scraper, the Prometheus text reader, the graph. What must not: configuration. Start reading at
/// [io.heddle.control.telemetry.TrafficGraph].
@NullMarked
package io.heddle.control.telemetry;

import org.jspecify.annotations.NullMarked;
