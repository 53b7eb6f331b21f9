/// The serving side of xDS: ADS over gRPC and the certificate service.
///
/// What lives here: [io.heddle.xds.server.AdsSession], the protocol of one stream as a state machine without I/O, and
/// [io.heddle.xds.server.AdsServer], the gRPC shell around it. What must not: what is served (that is the caller's
/// [io.heddle.xds.resource.ResourceSet]) and who may have it (that is [io.heddle.xds.server.ProxyConnections]). Start
/// reading at [io.heddle.xds.server.AdsSession].
@NullMarked
package io.heddle.xds.server;

import org.jspecify.annotations.NullMarked;
