package io.heddle.proxy.ads;

import io.heddle.traffic.outside.GrpcService;
import io.heddle.xds.client.AdsVariant;
import java.time.Duration;

/// A server of ADS.
///
/// @param service how it is called
/// @param address for people
/// @param variant what it is spoken to
/// @param clustersTimeout how long listeners wait for the clusters; zero for ever
/// @param patience how long a cluster without hosts is waited for, since its names may still be asked for
public record AdsTarget(
        GrpcService service, String address, AdsVariant variant, Duration clustersTimeout, Duration patience) {}
