package io.heddle.proxy;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.tls.IdentityAgent;
import io.heddle.proxy.tls.IdentityFiles;
import io.heddle.proxy.tls.SecretStore;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.TrustSource;
import io.heddle.xds.client.AdsClient;
import io.heddle.xds.client.CertificateClient;
import io.heddle.xds.client.NodeInfo;
import io.heddle.xds.client.TlsFiles;
import io.heddle.xds.read.Bootstrap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;

/// The control plane of a bootstrap: where it is, and with which identity it is spoken to.
///
/// @param target where it is
/// @param tls the files for TLS to it; empty for plaintext
/// @param issuer how the proxy's own identity is obtained from it; empty when another certificate is used
record ControlServer(Bootstrap.AdsTarget target, Optional<TlsFiles> tls, Optional<IdentityAgent.Options> issuer) {

    /// Reads `target`; [#check] has found nothing wrong with it.
    static ControlServer of(Bootstrap.AdsTarget target, IdentityFiles own, ProxyOptions.Identity identity) {
        if (target.tls().isEmpty()) {
            return new ControlServer(target, Optional.empty(), Optional.empty());
        }
        var tls = target.tls().get();
        if (!SecretStore.isOwn(tls.certificate(), own)) {
            var files = (CertificateSource.Files) tls.certificate();
            var trust = (TrustSource.File) tls.verification().trust();
            var given = new TlsFiles(Path.of(files.chain()), Path.of(files.key()), Path.of(trust.path()));
            return new ControlServer(target, Optional.of(given), Optional.empty());
        }
        var issuer = new CertificateClient(
                target.host(), target.port(), identity.rootFile().orElse(own.root()));
        return new ControlServer(
                target,
                Optional.of(new TlsFiles(own.pair(), own.pair(), own.root())),
                Optional.of(new IdentityAgent.Options(issuer, identity.joinToken(), identity.lifetime())));
    }

    /// What of `target` cannot be done as written.
    static Checked<Bootstrap.AdsTarget> check(
            Bootstrap.AdsTarget target, IdentityFiles own, ProxyOptions.Identity identity) {
        var problems = new ArrayList<Problem>();
        if (!target.delta()) {
            problems.add(Problem.warning(
                    "Bootstrap",
                    "dynamic_resources.ads_config.api_type",
                    "the incremental protocol is spoken whatever is configured",
                    "use DELTA_GRPC"));
        }
        target.tls().ifPresent(tls -> {
            if (!tls.verification().isTrustAlone()) {
                problems.add(error(
                        target,
                        "names, digests and revocation of the server are not looked at; its host name is verified"
                                + " against trusted_ca instead",
                        "leave trusted_ca alone in validation_context"));
            }
            if (!tls.parameters().cipherSuites().isEmpty()
                    || !tls.parameters().curves().isEmpty()) {
                problems.add(error(
                        target, "ciphers and curves cannot be chosen towards the control plane", "remove tls_params"));
            }
            if (SecretStore.isOwn(tls.certificate(), own)) {
                IdentityAgent.missing(own, identity.rootFile()).ifPresent(problems::add);
            } else if (!isFiles(tls)) {
                problems.add(error(
                        target,
                        "the control plane needs certificates in files, or the secret `default`",
                        "name them as filename in tls_certificates and trusted_ca"));
            }
        });
        return Checked.of(target, problems);
    }

    AdsClient.Options options(NodeInfo node) {
        return new AdsClient.Options(target.host(), target.port(), tls, node);
    }

    private static boolean isFiles(ClientTls tls) {
        return tls.certificate() instanceof CertificateSource.Files
                && tls.verification().trust() instanceof TrustSource.File;
    }

    private static Problem error(Bootstrap.AdsTarget target, String reason, String remedy) {
        return Problem.error("Bootstrap", "cluster " + target.cluster(), reason, remedy);
    }
}
