package io.heddle.xds.resource;

import java.time.Instant;

/// A resource as it came and was refused (Envoy's `admin.v3.UpdateFailureState`).
///
/// @param type its type
/// @param resource as it came
/// @param at when it was refused last
/// @param details why, one problem a line
public record RefusedResource(ResourceType type, NamedResource resource, Instant at, String details) {}
