package io.heddle.model.name;

/// Names one stored object: its kind, namespace and name.
///
/// @param kind the kind as users write it, for example `HTTPRoute`
/// @param namespace the namespace
/// @param name the object's name
public record ObjectName(String kind, String namespace, String name) implements Comparable<ObjectName> {
    @Override
    public int compareTo(ObjectName other) {
        int order = kind.compareTo(other.kind);
        if (order == 0) {
            order = namespace.compareTo(other.namespace);
        }
        return order != 0 ? order : name.compareTo(other.name);
    }

    /// `HTTPRoute shop/catalog`, the form in every message about the object.
    @Override
    public String toString() {
        return kind + " " + namespace + "/" + name;
    }
}
