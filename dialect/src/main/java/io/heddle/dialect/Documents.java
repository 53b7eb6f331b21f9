package io.heddle.dialect;

import io.heddle.dialect.tree.Names;
import io.heddle.dialect.tree.TreeReader;
import io.heddle.dialect.tree.TreeWriter;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// YAML or JSON text to documents, and back.
public final class Documents {
    private Documents() {}

    /// The objects in `text`: YAML 1.2 with any number of documents, or JSON; a `kind: List` stands for its items.
    ///
    /// The text is not trusted: at most 4 Mi characters, 50 levels, limited aliases, no key twice. All objects must
    /// be good, else all problems are returned; what a document means is not looked at ([Dialects#read] does that).
    ///
    /// @param defaultNamespace the namespace of objects that name none, a DNS label
    public static Checked<List<Document>> parse(String text, String defaultNamespace) {
        return TreeReader.read(text).then(roots -> {
            var intake = new Intake(defaultNamespace);
            for (var root : roots) {
                intake.add(root.value(), "document at line " + root.line());
            }
            return Checked.of(List.copyOf(intake.documents), intake.problems);
        });
    }

    /// Block-style YAML in the tree's own order.
    public static String toYaml(Map<String, Object> tree) {
        return TreeWriter.yaml(tree);
    }

    /// JSON in the tree's own order, without line feeds.
    public static String toJson(Map<String, Object> tree) {
        return TreeWriter.json(tree);
    }

    /// Takes trees in, one object after the other.
    private static final class Intake {
        private final String defaultNamespace;
        private final List<Document> documents = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();
        private final HashSet<ObjectName> seen = new HashSet<>();

        Intake(String defaultNamespace) {
            this.defaultNamespace = defaultNamespace;
        }

        void add(Object root, String place) {
            if (!(root instanceof Map<?, ?> map)) {
                refuse(
                        place,
                        "",
                        "must be an object with apiVersion, kind and metadata",
                        "see the files below examples");
                return;
            }
            if ("List".equals(map.get("kind"))) {
                addItems(map, place);
                return;
            }
            var kind = required(map, "kind", place, "kind");
            var apiVersion = required(map, "apiVersion", place, "apiVersion");
            name(map, place, kind.orElse("")).ifPresent(object -> {
                if (!seen.add(object)) {
                    refuse(object.toString(), "", "is given twice", "remove one of them");
                } else if (kind.isPresent() && apiVersion.isPresent()) {
                    documents.add(new Document(object, apiVersion.get(), withNamespace(map, object.namespace())));
                }
            });
        }

        private void addItems(Map<?, ?> list, String place) {
            if (!"v1".equals(list.get("apiVersion"))) {
                refuse(place, "apiVersion", "a List has apiVersion v1", "write apiVersion: v1");
            }
            if (!(list.get("items") instanceof List<?> items)) {
                refuse(place, "items", "must be a list of objects", "put \"- \" before each object");
                return;
            }
            int index = 0;
            for (var item : items) {
                add(item, place + ", items[" + index++ + "]");
            }
        }

        private Optional<ObjectName> name(Map<?, ?> map, String place, String kind) {
            if (!(map.get("metadata") instanceof Map<?, ?> metadata)) {
                refuse(place, "metadata", "must be a map with at least a name", "write metadata: {name: …}");
                return Optional.empty();
            }
            var name = required(metadata, "name", place, "metadata.name");
            var namespace = metadata.containsKey("namespace")
                    ? required(metadata, "namespace", place, "metadata.namespace")
                    : Optional.of(defaultNamespace);
            if (name.isPresent() && !Names.isDnsName(name.get())) {
                refuse(
                        place,
                        "metadata.name",
                        "\"" + name.get() + "\" is not a DNS name",
                        "use lower-case letters, digits, hyphens and dots");
                return Optional.empty();
            }
            if (namespace.isPresent() && !Names.isLabel(namespace.get())) {
                refuse(
                        place,
                        "metadata.namespace",
                        "\"" + namespace.get() + "\" is not a DNS label",
                        "use at most 63 lower-case letters, digits and inner hyphens");
                return Optional.empty();
            }
            return name.flatMap(known -> namespace.map(space -> new ObjectName(kind, space, known)));
        }

        private Optional<String> required(Map<?, ?> map, String key, String place, String path) {
            if (map.get(key) instanceof String text && !text.isEmpty()) {
                return Optional.of(text);
            }
            refuse(
                    place,
                    path,
                    map.containsKey(key) ? "must be a text" : "is required",
                    "write " + key + ": and a text");
            return Optional.empty();
        }

        private void refuse(String object, String path, String reason, String remedy) {
            problems.add(Problem.error(object, path, reason, remedy));
        }

        private static Map<String, Object> withNamespace(Map<?, ?> map, String namespace) {
            var tree = new LinkedHashMap<String, Object>();
            map.forEach((key, value) -> tree.put(String.valueOf(key), value));
            var metadata = new LinkedHashMap<String, Object>();
            if (map.get("metadata") instanceof Map<?, ?> written) {
                written.forEach((key, value) -> metadata.put(String.valueOf(key), value));
            }
            metadata.put("namespace", namespace);
            tree.put("metadata", Collections.unmodifiableMap(metadata));
            return Collections.unmodifiableMap(tree);
        }
    }
}
