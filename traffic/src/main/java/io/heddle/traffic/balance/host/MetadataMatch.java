package io.heddle.traffic.balance.host;

import java.util.Map;
import java.util.TreeMap;

/// What the labels of an endpoint must be for a request to go there (Envoy's `metadata_match`): one object per route
/// or weighted cluster, which remembers its hash, so that a subset is found without garbage.
public final class MetadataMatch {
    /// Any endpoint.
    public static final MetadataMatch NONE = new MetadataMatch(Map.of());

    private final Map<String, LabelValue> wanted;
    private final int hash;

    private MetadataMatch(Map<String, LabelValue> wanted) {
        this.wanted = Map.copyOf(wanted);
        this.hash = this.wanted.hashCode();
    }

    /// Endpoints with these labels.
    public static MetadataMatch of(Map<String, LabelValue> wanted) {
        return wanted.isEmpty() ? NONE : new MetadataMatch(wanted);
    }

    /// The labels wanted; none for any endpoint.
    public Map<String, LabelValue> wanted() {
        return wanted;
    }

    /// These labels, and of `other`, whose values come first, those as well.
    public MetadataMatch and(MetadataMatch other) {
        if (other.wanted.isEmpty()) {
            return this;
        }
        var both = new TreeMap<>(wanted);
        both.putAll(other.wanted);
        return of(both);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MetadataMatch match && hash == match.hash && wanted.equals(match.wanted);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "MetadataMatch" + wanted;
    }
}
