package io.heddle.xds.read;

import io.heddle.traffic.resilience.OverloadPolicy;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a proxy is started with, as Envoy's `bootstrap.v3.Bootstrap`.
///
/// @param node who the proxy says it is
/// @param admin where its admin interface listens; empty for none
/// @param fixed the listeners, clusters and secrets that stand in it
/// @param ads where it gets the rest; empty when there is no rest
/// @param overload what it does when it is short of something
/// @param text all of it as it was read, for [ConfigDump]; may hold private keys
public record Bootstrap(
        Node node,
        Optional<Admin> admin,
        RuntimeConfig fixed,
        Optional<AdsTarget> ads,
        OverloadPolicy overload,
        String text) {
    /// Without the text: it may hold private keys.
    @Override
    public String toString() {
        return "Bootstrap[" + node + ", " + admin + ", " + ads + "]";
    }

    /// Who a proxy says it is.
    ///
    /// @param id the node's id; may be empty
    /// @param cluster the node's cluster; may be empty
    /// @param metadata texts, numbers (as `Double`), booleans, lists and maps of these
    public record Node(String id, String cluster, Map<String, Object> metadata) {
        public Node {
            metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        }
    }

    /// Where the admin interface listens.
    public record Admin(String address, int port) {}

    /// An ADS server.
    ///
    /// @param cluster the cluster of the bootstrap that leads to it
    /// @param host its first endpoint's host
    /// @param port its first endpoint's port
    /// @param tls TLS to it; empty for plaintext
    /// @param delta whether the incremental protocol is spoken
    public record AdsTarget(String cluster, String host, int port, Optional<ClientTls> tls, boolean delta) {}
}
