package io.heddle.dialect;

import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import java.time.DateTimeException;
import java.time.Instant;

/// Checks what every object has beside its spec: Kubernetes' type and object metadata.
final class MetadataReader {
    private MetadataReader() {}

    static void read(Fields root) {
        root.accept("apiVersion", "kind", "status");
        var metadata = root.object("metadata");
        metadata.accept(
                "name",
                "namespace",
                "uid",
                "resourceVersion",
                "selfLink",
                "managedFields",
                "ownerReferences",
                "finalizers",
                "deletionTimestamp",
                "deletionGracePeriodSeconds",
                "generateName");
        Names.labels(metadata, "labels");
        metadata.textMap("annotations");
        metadata.integer("generation", 0, Integer.MAX_VALUE);
        metadata.text("creationTimestamp").ifPresent(text -> {
            try {
                Instant.parse(text);
            } catch (DateTimeException _) {
                metadata.error("creationTimestamp", "\"" + text + "\" is not a time", "write 2026-01-31T12:00:00Z");
            }
        });
    }
}
