package io.heddle.dialect;

import io.heddle.model.name.Labels;
import io.heddle.model.name.ObjectName;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// One object as a user wrote it.
///
/// @param object its kind, namespace and name
/// @param apiVersion for example `gateway.networking.k8s.io/v1`
/// @param tree the whole object, `metadata.namespace` filled in: immutable `Map`, `List`, `String`, `Long`,
///     `Double` and
///     `Boolean`, keys in the order written
public record Document(ObjectName object, String apiVersion, Map<String, Object> tree) {
    /// Oldest first, as the Gateway API and Istio settle conflicts: by creation time, objects without one last,
    /// then by name.
    public static final Comparator<Document> BY_AGE = Comparator.comparing(
                    (Document document) -> document.creationTimestamp().orElse(Instant.MAX))
            .thenComparing(Document::object);

    /// The object's own labels.
    public Labels labels() {
        return new Labels(metadataTexts("labels"));
    }

    /// The object's annotations.
    public Map<String, String> annotations() {
        return metadataTexts("annotations");
    }

    /// How often the object has changed, as its store counts; 0 when it was never stored.
    public long generation() {
        return metadata().get("generation") instanceof Long generation ? generation : 0;
    }

    /// When the object was first stored; empty when it never was.
    public Optional<Instant> creationTimestamp() {
        if (!(metadata().get("creationTimestamp") instanceof String text)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException _) {
            return Optional.empty(); // Dialects.read reports it
        }
    }

    private Map<String, String> metadataTexts(String name) {
        var result = new LinkedHashMap<String, String>();
        if (metadata().get(name) instanceof Map<?, ?> map) {
            map.forEach((key, value) -> result.put(String.valueOf(key), String.valueOf(value)));
        }
        return Map.copyOf(result);
    }

    private Map<?, ?> metadata() {
        return tree.get("metadata") instanceof Map<?, ?> map ? map : Map.of();
    }
}
