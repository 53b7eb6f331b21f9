package io.heddle.traffic.request;

/// Which workload stands behind an endpoint or a peer, for metrics and logs.
///
/// @param workload the instance's name
/// @param namespace its namespace
/// @param service its canonical service
/// @param revision its canonical revision
/// @param cluster the cluster it runs in
public record PeerMetadata(String workload, String namespace, String service, String revision, String cluster) {
    public static final PeerMetadata UNKNOWN = new PeerMetadata("unknown", "unknown", "unknown", "latest", "unknown");

    /// Reads `workload;namespace;service;revision;cluster`; missing parts are unknown.
    public static PeerMetadata parse(String text) {
        var parts = text.split(";", -1);
        return new PeerMetadata(
                part(parts, 0, UNKNOWN.workload),
                part(parts, 1, UNKNOWN.namespace),
                part(parts, 2, UNKNOWN.service),
                part(parts, 3, UNKNOWN.revision),
                part(parts, 4, UNKNOWN.cluster));
    }

    private static String part(String[] parts, int index, String fallback) {
        return index < parts.length && !parts[index].isEmpty() ? parts[index] : fallback;
    }

    /// The text form that [#parse] reads.
    @Override
    public String toString() {
        return String.join(";", workload, namespace, service, revision, cluster);
    }
}
