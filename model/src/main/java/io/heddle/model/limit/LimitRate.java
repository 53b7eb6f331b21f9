package io.heddle.model.limit;

/// So many requests in each window.
///
/// @param requests 0 or more
/// @param unit how long a window is
public record LimitRate(long requests, LimitUnit unit) {}
