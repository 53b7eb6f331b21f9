package io.heddle.model.resource;

import io.heddle.model.name.Labels;
import io.heddle.model.name.Locality;
import io.heddle.model.name.ObjectName;
import java.util.Map;
import java.util.Optional;

/// One running instance: an Istio WorkloadEntry, written by hand or registered by its sidecar.
///
/// @param object the stored object
/// @param address an IP address, or a DNS name
/// @param ports port name → the port on which the instance answers (its sidecar's inbound port, where it has one); may
///     be empty, then a service's target port is used as it is
/// @param labels the labels that services and policies select by
/// @param account the service account, hence the identity; empty when the instance has none
/// @param locality where it runs
/// @param weight its share of traffic, 1 to 10,000; 1 when not given
/// @param tls whether it has a sidecar that terminates mTLS (label `security.istio.io/tlsMode: istio`)
/// @param health what is known of its health
/// @param proxyId the xDS node id of the sidecar that registered it; empty when written by hand
public record Workload(
        ObjectName object,
        String address,
        Map<String, Integer> ports,
        Labels labels,
        Optional<String> account,
        Locality locality,
        int weight,
        boolean tls,
        Health health,
        Optional<String> proxyId)
        implements Resource {
    /// The label by which an instance says that its sidecar terminates mTLS, as in Istio.
    public static final String TLS_MODE_LABEL = "security.istio.io/tlsMode";
    /// The value of [#TLS_MODE_LABEL] that means mTLS.
    public static final String TLS_MODE_MUTUAL = "istio";

    public Workload {
        ports = Map.copyOf(ports);
    }

    /// An instance's health, as in Envoy's `core.v3.HealthStatus`.
    public enum Health {
        HEALTHY,
        DRAINING,
        UNHEALTHY
    }
}
