package io.heddle.traffic.runtime;

import io.heddle.traffic.compression.CompressorFilter;
import io.heddle.traffic.compression.DecompressorFilter;
import io.heddle.traffic.filter.AdaptiveConcurrencyFilter;
import io.heddle.traffic.filter.AdmissionControlFilter;
import io.heddle.traffic.filter.BandwidthLimitFilter;
import io.heddle.traffic.filter.BufferFilter;
import io.heddle.traffic.filter.CorsFilter;
import io.heddle.traffic.filter.CsrfFilter;
import io.heddle.traffic.filter.DynamicForwardFilter;
import io.heddle.traffic.filter.FaultFilter;
import io.heddle.traffic.filter.GrpcStatsFilter;
import io.heddle.traffic.filter.GrpcWebFilter;
import io.heddle.traffic.filter.HeaderMutationFilter;
import io.heddle.traffic.filter.HealthCheckFilter;
import io.heddle.traffic.filter.LocalRateLimitFilter;
import io.heddle.traffic.filter.OnDemandFilter;
import io.heddle.traffic.filter.OriginalSourceFilter;
import io.heddle.traffic.filter.RateLimitFilter;
import io.heddle.traffic.filter.SetMetadataFilter;
import io.heddle.traffic.filter.StatefulSessionFilter;
import io.heddle.traffic.rbac.RbacFilter;
import java.util.List;

/// Every HTTP filter we have: one line each. The router ends every chain and is none.
///
/// A listener's own order holds for its chain; this order is the one in which our control plane writes
/// them.
public final class BuiltinFilters {
    /// Envoy's names of the filters.
    public static final List<String> NAMES = List.of(
            HealthCheckFilter.NAME, // who asks whether the proxy is well, is nobody's caller
            SetMetadataFilter.NAME, // what is said of every request, can be asked for by all that follow
            CorsFilter.NAME, // browsers' preflights say nothing of who asks, so they cannot pass the next ones
            CompressorFilter.NAME, // sees an answer last, as the client gets it
            GrpcWebFilter.NAME, // what follows sees gRPC
            GrpcStatsFilter.NAME, // counts what is gRPC by then, refused or not
            CsrfFilter.NAME, // who was led here by another page, gets nothing either
            RbacFilter.NAME, // before all that costs anything: who may not, gets nothing
            OnDemandFilter.NAME, // gets what is not known yet, before anybody decides about it
            DynamicForwardFilter.NAME, // says for whom a request is, once it may pass
            LocalRateLimitFilter.NAME, // what is too much goes no further
            RateLimitFilter.NAME, // asks outside only about what is not too much already
            AdmissionControlFilter.NAME, // nor what the service would fail at
            AdaptiveConcurrencyFilter.NAME, // nor what it would have to queue
            DecompressorFilter.NAME, // before what looks at bodies
            BufferFilter.NAME, // once it may pass: nobody holds a body for who may not
            OriginalSourceFilter.NAME, // from where, once it is known that it is forwarded
            StatefulSessionFilter.NAME, // which host, once it is known that it is forwarded
            HeaderMutationFilter.NAME, // heads as they leave, after all that read them
            BandwidthLimitFilter.NAME, // nearest to the application, whose bytes it counts
            FaultFilter.NAME); // last: a fault stands in for the service itself

    private BuiltinFilters() {}
}
