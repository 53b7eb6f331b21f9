package io.heddle.xds.server;

import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceType;
import java.util.List;

/// A response about one type, whichever protocol variant carries it.
///
/// @param type what it is about
/// @param resources delta: what is new or changed; state of the world: everything
/// @param removed delta: names that do not exist (any more)
/// @param version the version of the whole type after this response
/// @param nonce unique in its stream
record AdsResponse(
        ResourceType type, List<NamedResource> resources, List<String> removed, String version, String nonce) {
    AdsResponse {
        resources = List.copyOf(resources);
        removed = List.copyOf(removed);
    }
}
