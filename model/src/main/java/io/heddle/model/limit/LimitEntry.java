package io.heddle.model.limit;

/// One part of a descriptor, the name under which requests are counted together.
///
/// @param key what is said of the request, for example `remote_address`
/// @param value what it is; may be empty
public record LimitEntry(String key, String value) {}
