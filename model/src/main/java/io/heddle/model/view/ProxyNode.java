package io.heddle.model.view;

import io.heddle.model.name.Labels;
import io.heddle.model.name.ServiceName;
import io.heddle.model.name.SpiffeId;
import java.util.Optional;

/// One connected proxy: who it is and where its listeners stand.
///
/// @param id the xDS node id, `sidecar~<address>~<workload>.<namespace>~<namespace>.svc.<suffix>`
/// @param identity the identity its certificate carries
/// @param namespace its workload's namespace
/// @param workload its workload's name, unique in the namespace
/// @param labels its workload's labels
/// @param service the service its application answers for; empty for a workload that only calls
/// @param address the address on which others reach its inbound listener
/// @param ports its listeners' ports
/// @param version the proxy's version text
public record ProxyNode(
        String id,
        SpiffeId identity,
        String namespace,
        String workload,
        Labels labels,
        Optional<ServiceName> service,
        String address,
        Ports ports,
        String version) {
    /// The label that names an instance's service in metrics, as in Istio.
    public static final String CANONICAL_NAME_LABEL = "service.istio.io/canonical-name";
    /// The label that names an instance's version in metrics, as in Istio.
    public static final String CANONICAL_REVISION_LABEL = "service.istio.io/canonical-revision";

    /// A proxy's ports; 0 where it has none.
    ///
    /// @param outbound where its application sends requests (15001 by habit)
    /// @param inbound where other sidecars connect (15006 by habit)
    /// @param application where its application answers
    /// @param metrics where Prometheus scrapes (15090 by habit)
    /// @param admin the admin interface (15000 by habit)
    public record Ports(int outbound, int inbound, int application, int metrics, int admin) {}
}
