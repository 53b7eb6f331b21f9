package io.heddle.proxy;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.ads.AdsTarget;
import io.heddle.proxy.tls.IdentityAgent;
import io.heddle.proxy.tls.IdentityFiles;
import io.heddle.proxy.tls.SecretStore;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.outside.GrpcService;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import io.heddle.traffic.runtime.TrustSource;
import io.heddle.xds.client.AdsVariant;
import io.heddle.xds.read.Bootstrap;
import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The control plane of a bootstrap: how it is called, and with which identity.
///
/// @param target where it is
/// @param issuing the clusters over which the proxy's own identity is obtained from it; empty when another
///     certificate is used, or none
record ControlServer(Bootstrap.AdsTarget target, Optional<Issuing> issuing) {
    private static final String JOINING = "identity-join";
    private static final String RENEWING = "identity-renew";
    private static final int LARGEST_CERTIFICATES = 1024 * 1024;

    /// How certificates are asked for: over connections of their own, one a call, so that each proves who asks
    /// with what it has then.
    ///
    /// @param clusters both clusters
    /// @param joining how the service is called without a certificate
    /// @param renewing how it is called with the proxy's own
    record Issuing(RuntimeConfig clusters, GrpcService joining, GrpcService renewing) {}

    /// Reads `target`; [#check] has found nothing wrong with it.
    static ControlServer of(Bootstrap.AdsTarget target, IdentityFiles own, ProxyOptions.Identity identity) {
        return new ControlServer(
                target,
                target.tls()
                        .filter(tls -> SecretStore.isOwn(tls.certificate(), own))
                        .map(tls -> issuing(target, tls, own, identity)));
    }

    private static Issuing issuing(
            Bootstrap.AdsTarget target, ClientTls tls, IdentityFiles own, ProxyOptions.Identity identity) {
        var root = identity.rootFile().orElse(own.root()).toString();
        var checks = guarded(target.cluster(), tls).verification();
        var verification = new PeerVerification(
                new TrustSource.File(root),
                checks.subjectAltNames(),
                checks.pins(),
                checks.revocation(),
                checks.maxDepth());
        var pair = own.pair().toString();
        var joining = cluster(target.cluster(), JOINING, with(tls, new CertificateSource.None(), verification));
        var renewing =
                cluster(target.cluster(), RENEWING, with(tls, new CertificateSource.Files(pair, pair), verification));
        var clusters =
                new RuntimeConfig(Map.of(), Map.of(), Map.of(JOINING, joining, RENEWING, renewing), Map.of(), Map.of());
        return new Issuing(clusters, calling(target.service(), JOINING), calling(target.service(), RENEWING));
    }

    private static GrpcService calling(GrpcService service, String cluster) {
        return new GrpcService(
                cluster, service.authority(), service.metadata(), service.timeout(), LARGEST_CERTIFICATES);
    }

    /// `cluster` under another name, with one request a connection.
    private static Cluster cluster(Cluster cluster, String name, ClientTls tls) {
        var limits = new ConnectionLimits(
                cluster.connections().idle(), 1, cluster.connections().duration());
        return new Cluster(
                name,
                cluster.discovery(),
                cluster.endpoints(),
                cluster.connectTimeout(),
                cluster.balancer(),
                cluster.limits(),
                List.of(new Cluster.Transport(Map.of(), Optional.of(tls))),
                cluster.protocol(),
                cluster.http1(),
                cluster.http2(),
                limits,
                cluster.responses(),
                cluster.opening(),
                cluster.health(),
                cluster.service());
    }

    private static ClientTls with(ClientTls tls, CertificateSource certificate, PeerVerification verification) {
        return new ClientTls(
                certificate,
                verification,
                tls.serverName(),
                tls.parameters(),
                tls.applicationProtocols(),
                tls.sessions());
    }

    /// `fixed` with the server's name verified: where the bootstrap says nothing of the names that the control
    /// plane's certificate must have, it must have that of an endpoint. An authority alone does not do: in a mesh
    /// it has signed the certificate of every workload, and each could pose as the control plane.
    RuntimeConfig guarded(RuntimeConfig fixed) {
        var clusters = new HashMap<>(fixed.clusters());
        var cluster = target.cluster();
        var transports = cluster.transports().stream()
                .map(transport ->
                        new Cluster.Transport(transport.match(), transport.tls().map(tls -> guarded(cluster, tls))))
                .toList();
        clusters.put(
                cluster.name(),
                new Cluster(
                        cluster.name(),
                        cluster.discovery(),
                        cluster.endpoints(),
                        cluster.connectTimeout(),
                        cluster.balancer(),
                        cluster.limits(),
                        transports,
                        cluster.protocol(),
                        cluster.http1(),
                        cluster.http2(),
                        cluster.connections(),
                        cluster.responses(),
                        cluster.opening(),
                        cluster.health(),
                        cluster.service()));
        return new RuntimeConfig(fixed.listeners(), fixed.routes(), clusters, fixed.trust(), fixed.certificates());
    }

    private static ClientTls guarded(Cluster cluster, ClientTls tls) {
        var asked = tls.verification();
        if (!asked.subjectAltNames().isEmpty() || !asked.pins().isEmpty()) {
            return tls;
        }
        var names = cluster.endpoints().endpoints().stream()
                .map(endpoint -> name(endpoint.address()))
                .distinct()
                .toList();
        return with(
                tls,
                tls.certificate(),
                new PeerVerification(asked.trust(), names, asked.pins(), asked.revocation(), asked.maxDepth()));
    }

    private static SubjectAltNameMatcher name(String host) {
        var address = NetUtil.createInetAddressFromIpAddressString(host);
        return address == null
                ? SubjectAltNameMatcher.of(SubjectAltNameMatcher.Type.DNS, new StringMatcher.Exact(host, true))
                : SubjectAltNameMatcher.of(
                        SubjectAltNameMatcher.Type.IP_ADDRESS,
                        new StringMatcher.Exact(NetUtil.toAddressString(address), false));
    }

    /// What of `target` cannot be done as written.
    static Checked<Bootstrap.AdsTarget> check(
            Bootstrap.AdsTarget target, IdentityFiles own, ProxyOptions.Identity identity) {
        var problems = new ArrayList<Problem>();
        target.tls().ifPresent(tls -> {
            var verification = tls.verification();
            if (verification.trust() instanceof TrustSource.None
                    && verification.pins().isEmpty()) {
                problems.add(Problem.error(
                        "Bootstrap",
                        "cluster " + target.cluster().name(),
                        "nobody verifies who the control plane is",
                        "give trusted_ca in its validation_context"));
            }
            if (SecretStore.isOwn(tls.certificate(), own)) {
                IdentityAgent.missing(own, identity.rootFile()).ifPresent(problems::add);
            }
        });
        return Checked.of(target, problems);
    }

    /// The server as [io.heddle.proxy.ads.AdsClient] speaks to it.
    AdsTarget ads() {
        return new AdsTarget(
                target.service(),
                target.address(),
                target.delta() ? AdsVariant.DELTA : AdsVariant.STATE_OF_THE_WORLD,
                target.clustersTimeout(),
                target.cluster().connectTimeout());
    }
}
