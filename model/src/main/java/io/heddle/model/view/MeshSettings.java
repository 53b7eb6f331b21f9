package io.heddle.model.view;

/// What holds for the whole mesh.
///
/// @param trustDomain the SPIFFE trust domain
/// @param domainSuffix the DNS suffix of services, after `.svc.`
/// @param rootNamespace the namespace whose policies hold for every workload
/// @param clusterId the name of this cluster in metrics
public record MeshSettings(String trustDomain, String domainSuffix, String rootNamespace, String clusterId) {
    public static final MeshSettings DEFAULT =
            new MeshSettings("cluster.local", "cluster.local", "heddle-system", "local");
}
