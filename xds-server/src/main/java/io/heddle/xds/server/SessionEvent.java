package io.heddle.xds.server;

import io.heddle.xds.resource.ResourceType;

/// What a client's request says about the response before it.
sealed interface SessionEvent {
    /// It took the response.
    record Acknowledged(ResourceType type, String version) implements SessionEvent {}

    /// It refused the response.
    record Rejected(ResourceType type, String version, String detail) implements SessionEvent {}
}
