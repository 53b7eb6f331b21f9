package io.heddle.traffic.filter;

/// Settings of one filter for one route, virtual host or weighted cluster (Envoy's `typed_per_filter_config`).
/// Each filter that knows overrides has its own.
public interface FilterOverride {}
