package io.heddle.model.name;

/// Where an endpoint runs, as in Envoy's `core.v3.Locality`; empty parts are unknown.
///
/// @param region for example `eu-west`
/// @param zone for example `eu-west-1a`
/// @param subZone for example a rack
public record Locality(String region, String zone, String subZone) {
    public static final Locality UNKNOWN = new Locality("", "", "");
}
