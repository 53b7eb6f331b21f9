package io.heddle.model.view;

/// What holds for the whole mesh.
///
/// @param trustDomain the SPIFFE trust domain
/// @param domainSuffix the DNS suffix of services, after `.svc.`
/// @param rootNamespace the namespace whose policies hold for every workload
/// @param clusterId the name of this cluster in metrics
/// @param outboundTraffic what happens to intercepted connections that go to no service of the mesh
public record MeshSettings(
        String trustDomain,
        String domainSuffix,
        String rootNamespace,
        String clusterId,
        OutboundTraffic outboundTraffic) {
    public static final MeshSettings DEFAULT =
            new MeshSettings("cluster.local", "cluster.local", "heddle-system", "local");

    /// Settings that let intercepted connections go where they want.
    public MeshSettings(String trustDomain, String domainSuffix, String rootNamespace, String clusterId) {
        this(trustDomain, domainSuffix, rootNamespace, clusterId, OutboundTraffic.ALLOW_ANY);
    }

    /// What happens to intercepted connections that go to no service of the mesh, as Istio's
    /// `outboundTrafficPolicy`.
    public enum OutboundTraffic {
        /// They go where they want.
        ALLOW_ANY,
        /// They go nowhere.
        REGISTRY_ONLY
    }
}
