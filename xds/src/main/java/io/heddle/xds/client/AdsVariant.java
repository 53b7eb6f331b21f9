package io.heddle.xds.client;

/// Which variant of ADS is spoken (Envoy's `ApiConfigSource.api_type`).
public enum AdsVariant {
    /// Only what differs is sent (`DELTA_GRPC`).
    DELTA("/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"),
    /// Everything of a type is sent when something of it differs (`GRPC`).
    STATE_OF_THE_WORLD("/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources");

    private final String path;

    AdsVariant(String path) {
        this.path = path;
    }

    /// The path of its gRPC method.
    public String path() {
        return path;
    }
}
