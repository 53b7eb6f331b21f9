/// The control plane as the proxy speaks to it: configuration over ADS, and certificates, both through the
/// proxy's own clusters.
///
/// What lives here: [io.heddle.proxy.ads.AdsClient], which keeps a stream open, [io.heddle.proxy.ads.AdsSource],
/// which knows what to run by meanwhile, and [io.heddle.proxy.ads.CertificateClient]. What must not: the words of
/// the protocol (those are in `xds/client`), and what a configuration means. Start reading at
/// [io.heddle.proxy.ads.AdsSource].
@NullMarked
package io.heddle.proxy.ads;

import org.jspecify.annotations.NullMarked;
