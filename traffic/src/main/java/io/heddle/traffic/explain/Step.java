package io.heddle.traffic.explain;

/// One decision of an [Explanation].
///
/// @param step which decision, for example `route`
/// @param subject what was tried
/// @param verdict what came of it
public record Step(String step, String subject, String verdict) {}
