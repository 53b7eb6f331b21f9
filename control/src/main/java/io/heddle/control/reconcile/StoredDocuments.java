package io.heddle.control.reconcile;

import io.heddle.control.store.StoredObject;
import io.heddle.control.store.Write;
import io.heddle.dialect.Document;
import io.heddle.dialect.Documents;
import io.heddle.model.problem.Checked;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Documents on their way into the store and out of it. The store keeps the fields that it answers for itself
/// (generation, version, creation time) beside the document; going in they are taken off, coming out they are put
/// on.
public final class StoredDocuments {
    private static final Set<String> KEPT_BY_THE_STORE =
            Set.of("generation", "resourceVersion", "creationTimestamp", "uid", "selfLink", "managedFields");

    private StoredDocuments() {}

    /// The write that stores `document`. A `metadata.resourceVersion` in it must still be the stored one.
    public static Write.Put put(Document document) {
        var tree = new LinkedHashMap<>(document.tree());
        tree.remove("status");
        var metadata = new LinkedHashMap<String, Object>();
        metadata(document).forEach((key, value) -> {
            if (key instanceof String name && !KEPT_BY_THE_STORE.contains(name)) {
                metadata.put(name, value);
            }
        });
        tree.put("metadata", metadata);
        var meaning = new LinkedHashMap<>(tree);
        meaning.remove("metadata");
        return new Write.Put(
                document.object(), Documents.toJson(tree), digest(meaning), expectedVersion(metadata(document)));
    }

    /// The document as users see it, with the store's own fields.
    ///
    /// @throws IllegalStateException when the store holds what is no document
    public static Document document(StoredObject object) {
        var parsed = Documents.parse(object.document(), object.name().namespace());
        if (!(parsed instanceof Checked.Ok<List<Document>> ok) || ok.value().size() != 1) {
            throw new IllegalStateException(object.name() + " in the store is no document: " + parsed.problems());
        }
        var document = ok.value().getFirst();
        var metadata = new LinkedHashMap<String, Object>();
        metadata(document).forEach((key, value) -> metadata.put(String.valueOf(key), value));
        metadata.put("generation", object.generation());
        metadata.put("resourceVersion", Long.toString(object.resourceVersion()));
        metadata.put("creationTimestamp", object.created().toString());
        var tree = new LinkedHashMap<>(document.tree());
        tree.put("metadata", metadata);
        return new Document(object.name(), document.apiVersion(), tree);
    }

    /// The version that the document says it was read at.
    private static Optional<Long> expectedVersion(Map<?, ?> metadata) {
        return metadata.get("resourceVersion") instanceof String text && text.matches("\\d{1,18}")
                ? Optional.of(Long.valueOf(text))
                : Optional.empty();
    }

    private static Map<?, ?> metadata(Document document) {
        return document.tree().get("metadata") instanceof Map<?, ?> map ? map : Map.of();
    }

    /// A digest of the content that does not depend on the order of keys.
    private static String digest(Map<String, Object> tree) {
        try {
            var text = Documents.toJson(sorted(tree)).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Map<String, Object> sorted(Map<?, ?> map) {
        var result = new TreeMap<String, Object>();
        map.forEach((key, value) -> result.put(String.valueOf(key), sortedValue(value)));
        return result;
    }

    private static Object sortedValue(Object value) {
        return switch (value) {
            case Map<?, ?> map -> sorted(map);
            case List<?> list -> list.stream().map(StoredDocuments::sortedValue).toList();
            default -> value;
        };
    }
}
