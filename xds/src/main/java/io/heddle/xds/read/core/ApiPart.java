package io.heddle.xds.read.core;

import java.util.List;

/// A part of Envoy's API as it is read: messages that one reader knows.
///
/// @param title of its part of `docs/reference/envoy-api.md`
/// @param fields one entry for each kind of message
public record ApiPart(String title, List<Fields<?>> fields) {}
