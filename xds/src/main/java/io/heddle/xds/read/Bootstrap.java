package io.heddle.xds.read;

import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.outside.GrpcService;
import io.heddle.traffic.resilience.OverloadPolicy;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Home;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a proxy is started with, as Envoy's `bootstrap.v3.Bootstrap`.
///
/// @param node who the proxy says it is
/// @param admin where its admin interface listens; empty for none
/// @param fixed the listeners, clusters and secrets that stand in it
/// @param ads where it gets the rest; empty when there is no rest, and when that is in files
/// @param files where the rest begins, when it is in files
/// @param home where it runs, for balancing by locality
/// @param ejections the file in which ejections of hosts are told, as lines of JSON; empty for the proxy's log only
/// @param overload what it does when it is short of something
/// @param runtime the layers of its runtime, the first one first
/// @param text all of it as it was read, for [ConfigDump]; may hold private keys
public record Bootstrap(
        Node node,
        Optional<Admin> admin,
        RuntimeConfig fixed,
        Optional<AdsTarget> ads,
        Optional<ConfigFiles> files,
        Home home,
        Optional<String> ejections,
        OverloadPolicy overload,
        List<LayerSource> runtime,
        String text) {
    public Bootstrap {
        runtime = List.copyOf(runtime);
    }

    /// What the layers say together that stand in it.
    public RuntimeSnapshot fixedRuntime() {
        return new RuntimeSnapshot(runtime.stream()
                .filter(LayerSource.Fixed.class::isInstance)
                .map(source -> ((LayerSource.Fixed) source).layer())
                .toList());
    }

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

    /// The files with which configuration begins, as the sources `lds_config` and `cds_config` name them.
    ///
    /// @param listeners the file of listeners; empty without
    /// @param clusters the file of clusters; empty without
    public record ConfigFiles(Optional<String> listeners, Optional<String> clusters) {
        boolean isNone() {
            return listeners.isEmpty() && clusters.isEmpty();
        }
    }

    /// An ADS server.
    ///
    /// @param service how it is called
    /// @param cluster the cluster of the bootstrap that leads to it; has at least one endpoint and speaks HTTP/2
    /// @param delta whether the incremental protocol is spoken
    /// @param nodeOnce whether only the first message of a stream says who the proxy is
    /// @param clustersTimeout how long listeners wait for the clusters; zero for ever
    public record AdsTarget(
            GrpcService service, Cluster cluster, boolean delta, boolean nodeOnce, Duration clustersTimeout) {
        AdsTarget waitingForClusters(Duration timeout) {
            return new AdsTarget(service, cluster, delta, nodeOnce, timeout);
        }

        /// Host and port of its first endpoint, for people.
        public String address() {
            return cluster.endpoints().endpoints().getFirst().key();
        }

        /// TLS to it; empty for plaintext.
        public Optional<ClientTls> tls() {
            return cluster.transports().getLast().tls();
        }
    }
}
