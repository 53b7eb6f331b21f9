package io.heddle.model.view;

import io.heddle.model.name.Labels;
import io.heddle.model.name.Locality;
import io.heddle.model.resource.Workload;
import java.util.Optional;

/// One instance of a service as a caller sees it.
///
/// @param workload the instance's name
/// @param namespace its namespace
/// @param address IP address or DNS name
/// @param port where to connect
/// @param labels the instance's labels
/// @param identity the SPIFFE URI it must prove; empty when it has no sidecar
/// @param tls whether to speak mTLS to it
/// @param health what is known of its health
/// @param weight its share, at least 1
/// @param locality where it runs
public record EndpointView(
        String workload,
        String namespace,
        String address,
        int port,
        Labels labels,
        Optional<String> identity,
        boolean tls,
        Workload.Health health,
        int weight,
        Locality locality) {}
