package io.heddle.proxy.exchange;

import io.heddle.proxy.config.ActiveConfig;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.upstream.Upstreams;

/// What every exchange of a proxy uses.
///
/// @param config the live configuration
/// @param upstreams its clusters
/// @param observer who is told of finished requests
/// @param ownPeer the value of `x-heddle-peer` that this proxy sends; empty sends none
public record ProxyServices(ActiveConfig config, Upstreams upstreams, RequestObserver observer, String ownPeer) {}
