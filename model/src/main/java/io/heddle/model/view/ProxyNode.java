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
/// @param interception how connections reach it
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
        Interception interception,
        String version) {
    /// A proxy that its application and the other sidecars name as the destination.
    public ProxyNode(
            String id,
            SpiffeId identity,
            String namespace,
            String workload,
            Labels labels,
            Optional<ServiceName> service,
            String address,
            Ports ports,
            String version) {
        this(id, identity, namespace, workload, labels, service, address, ports, Interception.NONE, version);
    }

    /// The label that names an instance's service in metrics, as in Istio.
    public static final String CANONICAL_NAME_LABEL = "service.istio.io/canonical-name";
    /// The label that names an instance's version in metrics, as in Istio.
    public static final String CANONICAL_REVISION_LABEL = "service.istio.io/canonical-revision";

    /// How connections reach a proxy.
    ///
    /// @param mode who leads them to it
    /// @param ipv6 whether its machine has IPv6, so that it listens there too
    public record Interception(Mode mode, boolean ipv6) {
        public static final Interception NONE = new Interception(Mode.NONE, false);

        /// Whether connections come that name another destination.
        public boolean isTransparent() {
            return mode != Mode.NONE;
        }
    }

    /// Who leads connections to a proxy; the names are those of Istio's `interceptionMode`.
    public enum Mode {
        /// Nobody: clients name the proxy itself.
        NONE,
        /// The kernel rewrites their destination.
        REDIRECT,
        /// The kernel hands inbound connections over with their addresses as they are.
        TPROXY
    }

    /// A proxy's ports; 0 where it has none.
    ///
    /// @param outbound where its application sends requests (15001 by habit)
    /// @param inbound where other sidecars connect (15006 by habit)
    /// @param application where its application answers
    /// @param metrics where Prometheus scrapes (15090 by habit)
    /// @param admin the admin interface (15000 by habit)
    public record Ports(int outbound, int inbound, int application, int metrics, int admin) {}
}
