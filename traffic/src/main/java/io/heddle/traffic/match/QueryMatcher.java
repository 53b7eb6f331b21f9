package io.heddle.traffic.match;

import java.util.Optional;

/// Fits a query parameter, as Envoy's `route.v3.QueryParameterMatcher`.
///
/// @param name the parameter
/// @param value what its first value must be; empty asks only that it is there
public record QueryMatcher(String name, Optional<StringMatcher> value) {}
