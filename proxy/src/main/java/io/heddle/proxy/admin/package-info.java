/// The proxy's doors for operators and scrapers: the admin interface and the metrics port.
///
/// What lives here: a small blocking HTTP server off the event loops, and what its pages say. What must not:
/// anything on the path of a request. Start reading at [io.heddle.proxy.admin.AdminPages].
@NullMarked
package io.heddle.proxy.admin;

import org.jspecify.annotations.NullMarked;
