package io.heddle.xds.server;

import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.SpiffeId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Who stands at the other end of an ADS stream.
///
/// @param id the xDS node id
/// @param cluster the xDS node cluster
/// @param metadata the node metadata as plain values: strings, doubles, booleans, lists and maps; a null is left out
/// @param identity the identity its certificate proves; empty on the plaintext port
/// @param labels the labels that its certificate entitles it to state
/// @param remoteAddress `host:port` of the connection
/// @param userAgent name and version of the client, for example `envoy 1.36.2`
public record ConnectedNode(
        String id,
        String cluster,
        Map<String, Object> metadata,
        Optional<SpiffeId> identity,
        LabelGrant labels,
        String remoteAddress,
        String userAgent) {
    public ConnectedNode {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }
}
