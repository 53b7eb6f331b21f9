package io.heddle.control.store;

import java.util.Map;
import java.util.Optional;

/// A small durable map beside the configuration, for example of join tokens. Every write is on disk when its method
/// returns. Safe for use by several threads.
public interface KeyValues {
    /// The value of `key`.
    Optional<String> find(String key);

    /// Sets the value of `key`.
    void put(String key, String value);

    /// Removes `key` and answers the value it had: of several callers exactly one gets it.
    Optional<String> remove(String key);

    /// All entries, as they are now.
    Map<String, String> entries();
}
