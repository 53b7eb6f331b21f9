/// The asking side of xDS: an ADS client of both variants, the last good configuration on disk, and the messages
/// of the certificate service.
///
/// What lives here: [io.heddle.xds.client.AdsSubscriptions], the protocol as a state machine, and
/// [io.heddle.xds.client.AdsConversation], the same in bytes. What must not: a transport (the proxy has one), and
/// what the resources mean (that is [io.heddle.xds.client.ConfigSink]). Start reading at
/// [io.heddle.xds.client.AdsSubscriptions].
@NullMarked
package io.heddle.xds.client;

import org.jspecify.annotations.NullMarked;
