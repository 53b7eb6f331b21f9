package io.heddle.xds.read.core;

import java.util.Locale;
import java.util.Map;

/// Reads which protocols a connection may turn to. Their names count without regard to case.
public final class UpgradeTypes {
    private UpgradeTypes() {}

    /// Adds one to `types`; an error when it has no name, or the name of one that is there.
    public static void add(String type, boolean enabled, Map<String, Boolean> types, Scope scope) {
        if (type.isEmpty()) {
            scope.error("is empty", "write for example websocket");
        }
        if (types.put(type.toLowerCase(Locale.ROOT), enabled) != null) {
            scope.error(type + " stands twice", "remove one of them");
        }
    }
}
