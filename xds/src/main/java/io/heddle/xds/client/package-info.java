/// The asking side of xDS: a delta ADS client, the last good configuration on disk, and the certificate call.
///
/// What lives here: [io.heddle.xds.client.AdsSubscriptions], the protocol as a state machine without I/O, and
/// [io.heddle.xds.client.AdsClient], a thin gRPC shell around it. Only the delta variant is spoken. What must not: what
/// the resources mean (that is [io.heddle.xds.client.ConfigSink]). Start reading at
/// [io.heddle.xds.client.AdsSubscriptions].
@NullMarked
package io.heddle.xds.client;

import org.jspecify.annotations.NullMarked;
