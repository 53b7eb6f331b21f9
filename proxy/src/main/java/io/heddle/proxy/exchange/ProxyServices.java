package io.heddle.proxy.exchange;

import io.heddle.proxy.config.ActiveConfig;
import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.proxy.overload.Overload;
import io.heddle.proxy.upstream.RouteBreakers;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.traffic.filter.ProxyHealth;
import io.heddle.traffic.ratelimit.LimitBuckets;
import io.heddle.traffic.resilience.Controllers;
import java.time.Duration;
import java.util.function.Supplier;

/// What every exchange of a proxy uses.
///
/// @param config the live configuration
/// @param upstreams its clusters
/// @param breakers those of routes with limits of their own
/// @param onDemand what requests wait for because the control plane has to be asked
/// @param observer who is told of finished requests
/// @param overload what is not done while the proxy is short of something
/// @param limits what local rate limits have left
/// @param controllers what filters found out about what becomes of requests
/// @param health what the proxy says of itself to those who ask whether it is well
/// @param http2 counts what ended clients' HTTP/2 connections
/// @param ownPeer the value of `x-heddle-peer` that this proxy sends; empty sends none
/// @param drainTime how long connections of a chain that went away may go on (Envoy's `--drain-time-s`)
public record ProxyServices(
        ActiveConfig config,
        Upstreams upstreams,
        RouteBreakers breakers,
        OnDemand onDemand,
        RequestObserver observer,
        Overload overload,
        LimitBuckets limits,
        Controllers controllers,
        Supplier<ProxyHealth> health,
        Http2Counters http2,
        String ownPeer,
        Duration drainTime) {}
