package io.heddle.traffic.format;

/// Whose metadata a command operator tells.
public enum MetadataOwner {
    /// The request: what filters have found out about it (`DYNAMIC`).
    REQUEST,
    /// Its route (`ROUTE`).
    ROUTE,
    /// The host that it goes to (`UPSTREAM_HOST`): what subsets are made by, in the namespace `envoy.lb`.
    HOST
}
