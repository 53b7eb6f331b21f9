package io.heddle.control.telemetry;

/// One end of an edge: a workload as metrics name it.
///
/// @param namespace the namespace, or `unknown`
/// @param service the canonical service, or `unknown`
/// @param revision the canonical revision; empty when not known
record Party(String namespace, String service, String revision) {
    private static final String UNKNOWN = "unknown";

    static Party source(Sample sample) {
        return new Party(
                known(sample.label("source_workload_namespace"), UNKNOWN),
                known(sample.label("source_canonical_service"), sample.label("source_workload")),
                known(sample.label("source_canonical_revision"), ""));
    }

    /// The called end; a request that reached no instance still names the service it was meant for.
    static Party destination(Sample sample) {
        return new Party(
                known(sample.label("destination_workload_namespace"), sample.label("destination_service_namespace")),
                known(sample.label("destination_canonical_service"), sample.label("destination_service_name")),
                known(sample.label("destination_canonical_revision"), ""));
    }

    private static String known(String value, String fallback) {
        boolean missing = value.isEmpty() || value.equals(UNKNOWN);
        if (!missing) {
            return value;
        }
        return fallback.isEmpty() ? "" : fallback;
    }

    Party {
        namespace = namespace.isEmpty() ? UNKNOWN : namespace;
        service = service.isEmpty() ? UNKNOWN : service;
        revision = revision.equals("latest") || revision.equals(UNKNOWN) ? "" : revision;
    }

    /// Whether nothing is known of it.
    boolean isUnknown() {
        return service.equals(UNKNOWN) && namespace.equals(UNKNOWN);
    }

    /// The node's name in a graph by service, for example `shop/catalog`.
    String serviceId() {
        return isUnknown() ? UNKNOWN : namespace + "/" + service;
    }

    /// The node's name in a graph by workload, for example `shop/catalog-v1`.
    String workloadId() {
        return revision.isEmpty() ? serviceId() : serviceId() + "-" + revision;
    }
}
