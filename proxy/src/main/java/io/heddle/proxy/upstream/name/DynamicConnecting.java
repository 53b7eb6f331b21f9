package io.heddle.proxy.upstream.name;

import io.heddle.proxy.upstream.connect.ClientTlsSource;
import io.heddle.proxy.upstream.connect.HostAddress;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import java.util.List;
import java.util.function.Function;

/// How the hosts of a dynamic forward proxy are reached: where there is TLS, each is called by its name, and must prove
/// that it is its own.
///
/// @param cluster the cluster
/// @param dynamic what it says of its hosts
/// @param transport its transport
/// @param tls makes TLS handlers
/// @param load its load
public record DynamicConnecting(
        Cluster cluster,
        Cluster.Discovery.DynamicForward dynamic,
        Cluster.Transport transport,
        Function<ClientTls, ClientTlsSource> tls,
        ClusterLoad load)
        implements DynamicHosts.Connecting {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    @Override
    public int port() {
        return slow() ? HTTPS : HTTP;
    }

    @Override
    public AddressOrder order() {
        return cluster.opening().order();
    }

    @Override
    public boolean slow() {
        return transport.tls().isPresent();
    }

    @Override
    public UpstreamTarget target(Host host, HostName name, HostAddress address) {
        var own = transport.tls().map(settings -> named(settings, name));
        return new UpstreamTarget(
                host,
                address,
                new Cluster.Transport(transport.match(), own, transport.announcement()),
                own.map(tls),
                cluster,
                load);
    }

    private ClientTls named(ClientTls settings, HostName name) {
        var serverName = name.isAddress() ? "" : name.certified();
        return new ClientTls(
                settings.certificate(),
                dynamic.verified() ? verifying(settings.verification(), name) : settings.verification(),
                dynamic.serverName() ? serverName : settings.serverName(),
                settings.parameters(),
                settings.applicationProtocols(),
                settings.sessions());
    }

    private static PeerVerification verifying(PeerVerification asked, HostName name) {
        var type = name.isAddress() ? SubjectAltNameMatcher.Type.IP_ADDRESS : SubjectAltNameMatcher.Type.DNS;
        var own = SubjectAltNameMatcher.of(type, new StringMatcher.Exact(name.certified(), true));
        return new PeerVerification(asked.trust(), List.of(own), asked.pins(), asked.revocation(), asked.maxDepth());
    }
}
