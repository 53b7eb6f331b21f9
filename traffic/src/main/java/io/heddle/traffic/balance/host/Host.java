package io.heddle.traffic.balance.host;

/// An endpoint together with its live state, which outlives configuration updates.
///
/// @param endpoint as configured
/// @param state what is going on there
public record Host(Endpoint endpoint, HostState state) {}
