package io.heddle.xds.read.tls;

import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.ServerCertificates;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.TlsSessions;
import io.heddle.traffic.runtime.TrustSource;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.ArrayList;
import java.util.List;

/// Reads TLS settings. What concerns verification and is not supported is an error.
public final class TlsReader {
    /// What holds a context of TLS.
    public static final Fields<TransportSocket> TRANSPORT_SOCKET = Fields.refusingOthers(TransportSocket.class)
            .reads("name")
            .limits("typed_config", "TLS, plaintext, and in clusters either behind a PROXY header");
    private static final Fields<DownstreamTlsContext> DOWNSTREAM = Fields.ignoringOthers(DownstreamTlsContext.class)
            .reads("common_tls_context", "require_client_certificate")
            .refuses("require_sni")
            .reads("disable_stateful_session_resumption", "session_timeout", "full_scan_certs_on_sni_mismatch")
            .limits("disable_stateless_session_resumption", "on where clients are verified: they get no tickets")
            .limits("ocsp_staple_policy", "`LENIENT_STAPLING` only");
    private static final Fields<UpstreamTlsContext> UPSTREAM = Fields.ignoringOthers(UpstreamTlsContext.class)
            .reads("common_tls_context", "sni")
            .limits("max_session_keys", "at most 256; so many without it")
            .refuses("auto_host_sni", "auto_sni_san_validation");
    private static final Fields<CommonTlsContext> COMMON = Fields.refusingOthers(CommonTlsContext.class)
            .reads("tls_params", "validation_context", "validation_context_sds_secret_config")
            .reads("combined_validation_context")
            .limits("tls_certificates", "one for clusters")
            .limits("tls_certificate_sds_secret_configs", "one for clusters; not beside `tls_certificates`")
            .reads("alpn_protocols")
            .ignores("key_log");
    private static final Fields<TlsCertificate> CERTIFICATE = Fields.ignoringOthers(TlsCertificate.class)
            .limits("certificate_chain", "given in place, or a file")
            .limits("private_key", "given in place, or a file; PKCS#8, PKCS#1 or SEC 1, without a password")
            .accepts("watched_directory", "files are read again when they change")
            .refuses("pkcs12", "private_key_provider", "password");

    /// What of TLS settings is read.
    static final List<Fields<?>> FIELDS = List.of(TRANSPORT_SOCKET, DOWNSTREAM, UPSTREAM, COMMON, CERTIFICATE);

    private TlsReader() {}

    /// How connections from clients are secured.
    public static ServerTls server(DownstreamTlsContext message, Scope scope) {
        scope.check(message, DOWNSTREAM);
        if (message.getOcspStaplePolicy() != DownstreamTlsContext.OcspStaplePolicy.LENIENT_STAPLING) {
            scope.at("ocsp_staple_policy").error("OCSP staples are not supported", "write LENIENT_STAPLING");
        }
        var common = message.getCommonTlsContext();
        var here = scope.at("common_tls_context");
        here.check(common, COMMON);
        var tls = new ServerTls(
                new ServerCertificates(
                        certificates(common, here),
                        message.getFullScanCertsOnSniMismatch().getValue()),
                ValidationReader.read(common, here),
                message.getRequireClientCertificate().getValue(),
                TlsParametersReader.read(common.getTlsParams(), here.at("tls_params")),
                common.getAlpnProtocolsList(),
                sessions(message, scope));
        if (tls.certificates().isEmpty()) {
            here.error("has no certificate", "set one or more");
        }
        if (tls.requireClientCertificate() && !verifies(tls.verification())) {
            scope.at("require_client_certificate")
                    .error("asks for a certificate that nothing verifies", "set a validation context");
        }
        return tls;
    }

    private static boolean verifies(PeerVerification verification) {
        return !(verification.trust() instanceof TrustSource.None)
                || !verification.pins().isEmpty();
    }

    /// How connections to the hosts of a cluster are secured.
    public static ClientTls client(UpstreamTlsContext message, Scope scope) {
        scope.check(message, UPSTREAM);
        var common = message.getCommonTlsContext();
        var here = scope.at("common_tls_context");
        here.check(common, COMMON);
        var certificates = certificates(common, here);
        if (certificates.size() > 1) {
            here.error("has more than one certificate to show to servers", "keep one");
        }
        return new ClientTls(
                certificates.isEmpty() ? new CertificateSource.None() : certificates.getFirst(),
                ValidationReader.read(common, here),
                message.getSni(),
                TlsParametersReader.read(common.getTlsParams(), here.at("tls_params")),
                common.getAlpnProtocolsList(),
                sessions(message));
    }

    private static TlsSessions sessions(DownstreamTlsContext message, Scope scope) {
        var standard = TlsSessions.DEFAULT;
        return new TlsSessions(
                message.getDisableStatefulSessionResumption() ? 0 : standard.kept(),
                message.hasSessionTimeout()
                        ? Values.duration(message.getSessionTimeout(), standard.timeout(), scope.at("session_timeout"))
                        : standard.timeout(),
                !message.getDisableStatelessSessionResumption());
    }

    private static TlsSessions sessions(UpstreamTlsContext message) {
        var standard = TlsSessions.DEFAULT;
        int most = message.hasMaxSessionKeys() ? message.getMaxSessionKeys().getValue() : standard.kept();
        return new TlsSessions(Math.clamp(Integer.toUnsignedLong(most), 0, standard.kept()), standard.timeout(), false);
    }

    /// In their order; those that cannot be read are left out.
    private static List<CertificateSource> certificates(CommonTlsContext message, Scope scope) {
        if (message.getTlsCertificatesCount() > 0 && message.getTlsCertificateSdsSecretConfigsCount() > 0) {
            scope.error("has certificates in place and by secrets", "give all of them in one of the two ways");
        }
        var found = new ArrayList<CertificateSource>();
        for (int i = 0; i < message.getTlsCertificatesCount(); i++) {
            found.add(certificate(message.getTlsCertificates(i), scope.at("tls_certificates", i)));
        }
        for (int i = 0; i < message.getTlsCertificateSdsSecretConfigsCount(); i++) {
            found.add(secret(
                    message.getTlsCertificateSdsSecretConfigs(i), scope.at("tls_certificate_sds_secret_configs", i)));
        }
        found.removeIf(CertificateSource.None.class::isInstance);
        return found;
    }

    private static CertificateSource secret(SdsSecretConfig message, Scope scope) {
        return ValidationReader.file(message, scope)
                .<CertificateSource>map(path -> new CertificateSource.SecretFile(path, message.getName()))
                .orElseGet(() -> new CertificateSource.Secret(ValidationReader.secret(message, scope)));
    }

    static CertificateSource certificate(TlsCertificate message, Scope scope) {
        scope.check(message, CERTIFICATE);
        var chain = message.getCertificateChain();
        var key = message.getPrivateKey();
        if (!chain.getFilename().isEmpty() && !key.getFilename().isEmpty()) {
            return new CertificateSource.Files(chain.getFilename(), key.getFilename());
        }
        var chainText = Values.inline(chain, scope.at("certificate_chain"));
        var keyText = Values.inline(key, scope.at("private_key"));
        return chainText.isPresent() && keyText.isPresent()
                ? new CertificateSource.Inline(chainText.get(), keyText.get())
                : new CertificateSource.None();
    }
}
