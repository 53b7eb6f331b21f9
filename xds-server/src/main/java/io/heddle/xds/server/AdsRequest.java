package io.heddle.xds.server;

import io.heddle.xds.resource.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A client's request about one type, whichever protocol variant it came by.
///
/// @param type what it is about
/// @param subscription how the names asked for change
/// @param resume what the client says it has from an earlier stream
/// @param nonce the response it answers; empty for a spontaneous request
/// @param error why that response was refused; empty for an acknowledgement
record AdsRequest(ResourceType type, Subscription subscription, Resume resume, String nonce, Optional<String> error) {
    /// How the names asked for change.
    sealed interface Subscription {
        /// Delta: some more, some no longer.
        record Change(List<String> subscribe, List<String> unsubscribe) implements Subscription {}

        /// State of the world: exactly these from now on.
        record Exactly(List<String> names) implements Subscription {}
    }

    /// What the client still has from an earlier stream.
    sealed interface Resume {
        /// Nothing.
        record Nothing() implements Resume {}

        /// Delta: resource name → version (`initial_resource_versions`).
        record Versions(Map<String, String> versions) implements Resume {}

        /// State of the world: the version of everything it asks for (`version_info`).
        record Whole(String version) implements Resume {}
    }
}
