package io.heddle.xds.read;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import io.heddle.traffic.runtime.TlsVersions;
import io.heddle.traffic.runtime.TrustSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads TLS settings. What concerns verification and is not supported is an error.
final class TlsReader {
    static final Fields<TransportSocket> TRANSPORT_SOCKET =
            Fields.refusingOthers(TransportSocket.class).reads("name").limits("typed_config", "TLS, and plaintext");
    private static final Fields<DownstreamTlsContext> DOWNSTREAM = Fields.ignoringOthers(DownstreamTlsContext.class)
            .reads("common_tls_context", "require_client_certificate")
            .refuses("require_sni", "disable_stateful_session_resumption")
            .accepts("disable_stateless_session_resumption", "session tickets are never used")
            .refuses("ocsp_staple_policy");
    private static final Fields<UpstreamTlsContext> UPSTREAM = Fields.ignoringOthers(UpstreamTlsContext.class)
            .reads("common_tls_context", "sni")
            .refuses("auto_host_sni", "auto_sni_san_validation");
    private static final Fields<CommonTlsContext> COMMON = Fields.refusingOthers(CommonTlsContext.class)
            .reads("tls_params", "validation_context", "validation_context_sds_secret_config")
            .reads("combined_validation_context")
            .limits("tls_certificates", "one certificate")
            .limits("tls_certificate_sds_secret_configs", "one certificate, over ADS")
            .limits("alpn_protocols", "`http/1.1` and other names; `h2` is left out, with a warning")
            .ignores("key_log");
    private static final Fields<CombinedCertificateValidationContext> COMBINED = Fields.refusingOthers(
                    CombinedCertificateValidationContext.class)
            .reads("default_validation_context", "validation_context_sds_secret_config");
    private static final Fields<TlsParameters> PARAMETERS = Fields.refusingOthers(TlsParameters.class)
            .limits("tls_minimum_protocol_version", "`TLSv1_2`, `TLSv1_3`")
            .limits("tls_maximum_protocol_version", "`TLSv1_2`, `TLSv1_3`");
    private static final Fields<TlsCertificate> CERTIFICATE = Fields.ignoringOthers(TlsCertificate.class)
            .limits("certificate_chain", "given in place, or a file")
            .limits("private_key", "given in place, or a file; PKCS#8 without a password")
            .accepts("watched_directory", "files are read again when they change")
            .refuses("pkcs12", "private_key_provider", "password");
    private static final Fields<CertificateValidationContext> VALIDATION = Fields.refusingOthers(
                    CertificateValidationContext.class)
            .limits("trusted_ca", "given in place, or a file")
            .reads("match_typed_subject_alt_names", "match_subject_alt_names")
            .accepts("watched_directory", "files are read again when they change");
    private static final Fields<io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher>
            SUBJECT_ALT_NAME = Fields.refusingOthers(
                            io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.class)
                    .limits("san_type", "`URI`, `DNS`, `EMAIL`, `IP_ADDRESS`")
                    .reads("matcher");
    private static final Fields<SdsSecretConfig> SDS =
            Fields.refusingOthers(SdsSecretConfig.class).reads("name").limits("sds_config", "ADS only");

    /// What of TLS settings is read.
    static final List<Fields<?>> FIELDS = List.of(
            TRANSPORT_SOCKET,
            DOWNSTREAM,
            UPSTREAM,
            COMMON,
            COMBINED,
            PARAMETERS,
            CERTIFICATE,
            VALIDATION,
            SUBJECT_ALT_NAME,
            SDS);

    private TlsReader() {}

    static ServerTls server(DownstreamTlsContext message, Scope scope) {
        scope.check(message, DOWNSTREAM);
        var common = common(message.getCommonTlsContext(), scope.at("common_tls_context"));
        boolean required = message.getRequireClientCertificate().getValue();
        if (common.applicationProtocols().contains(HttpProtocols.HTTP2)) {
            scope.at("common_tls_context.alpn_protocols")
                    .error("offers h2 alone, which is not supported yet", "offer http/1.1");
        }
        if (common.certificate() instanceof CertificateSource.None) {
            scope.at("common_tls_context").error("has no certificate", "set one certificate");
        }
        if (required && common.trust() instanceof TrustSource.None) {
            scope.at("require_client_certificate")
                    .error("asks for a certificate that nothing verifies", "set a validation context");
        }
        return new ServerTls(
                common.certificate(),
                common.trust(),
                required,
                common.names(),
                common.versions(),
                common.applicationProtocols());
    }

    static ClientTls client(UpstreamTlsContext message, Scope scope) {
        scope.check(message, UPSTREAM);
        var common = common(message.getCommonTlsContext(), scope.at("common_tls_context"));
        return new ClientTls(
                common.certificate(),
                common.trust(),
                common.names(),
                message.getSni(),
                common.versions(),
                common.applicationProtocols());
    }

    private record Parts(
            CertificateSource certificate,
            TrustSource trust,
            List<SubjectAltNameMatcher> names,
            TlsVersions versions,
            List<String> applicationProtocols) {}

    private record Validation(TrustSource trust, List<SubjectAltNameMatcher> names) {}

    private static Parts common(CommonTlsContext message, Scope scope) {
        scope.check(message, COMMON);
        var validation = validation(message, scope);
        if (!validation.names().isEmpty() && validation.trust() instanceof TrustSource.None) {
            scope.error("matches names of a certificate that nothing verifies", "set trusted_ca");
        }
        return new Parts(
                certificate(message, scope),
                validation.trust(),
                validation.names(),
                versions(message.getTlsParams(), scope.at("tls_params")),
                HttpProtocols.spoken(message.getAlpnProtocolsList(), scope.at("alpn_protocols")));
    }

    private static TlsVersions versions(TlsParameters message, Scope scope) {
        scope.check(message, PARAMETERS);
        return new TlsVersions(
                version(
                        message.getTlsMinimumProtocolVersion(),
                        TlsVersions.DEFAULT.minimum(),
                        scope.at("tls_minimum_protocol_version")),
                version(
                        message.getTlsMaximumProtocolVersion(),
                        TlsVersions.DEFAULT.maximum(),
                        scope.at("tls_maximum_protocol_version")));
    }

    private static TlsVersions.Version version(
            TlsParameters.TlsProtocol message, TlsVersions.Version fallback, Scope scope) {
        return switch (message) {
            case TLS_AUTO -> fallback;
            case TLSv1_2 -> TlsVersions.Version.TLS_1_2;
            case TLSv1_3 -> TlsVersions.Version.TLS_1_3;
            case TLSv1_0, TLSv1_1, UNRECOGNIZED -> {
                scope.error(message + " is not supported", "use TLSv1_2 or TLSv1_3");
                yield fallback;
            }
        };
    }

    private static CertificateSource certificate(CommonTlsContext message, Scope scope) {
        int count = message.getTlsCertificatesCount() + message.getTlsCertificateSdsSecretConfigsCount();
        if (count > 1) {
            scope.error("has more than one certificate", "keep one");
        }
        if (message.getTlsCertificateSdsSecretConfigsCount() > 0) {
            return new CertificateSource.Secret(secret(
                    message.getTlsCertificateSdsSecretConfigs(0), scope.at("tls_certificate_sds_secret_configs", 0)));
        }
        return message.getTlsCertificatesCount() > 0
                ? certificate(message.getTlsCertificates(0), scope.at("tls_certificates", 0))
                : new CertificateSource.None();
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

    private static Validation validation(CommonTlsContext message, Scope scope) {
        return switch (message.getValidationContextTypeCase()) {
            case VALIDATION_CONTEXT -> validation(message.getValidationContext(), scope.at("validation_context"));
            case VALIDATION_CONTEXT_SDS_SECRET_CONFIG ->
                new Validation(
                        new TrustSource.Secret(secret(
                                message.getValidationContextSdsSecretConfig(),
                                scope.at("validation_context_sds_secret_config"))),
                        List.of());
            case COMBINED_VALIDATION_CONTEXT -> {
                var combined = message.getCombinedValidationContext();
                var here = scope.at("combined_validation_context");
                here.check(combined, COMBINED);
                var fixed = validation(combined.getDefaultValidationContext(), here.at("default_validation_context"));
                yield new Validation(
                        new TrustSource.Secret(secret(
                                combined.getValidationContextSdsSecretConfig(),
                                here.at("validation_context_sds_secret_config"))),
                        fixed.names());
            }
            case VALIDATION_CONTEXT_CERTIFICATE_PROVIDER, // refused above
                    VALIDATION_CONTEXT_CERTIFICATE_PROVIDER_INSTANCE,
                    VALIDATIONCONTEXTTYPE_NOT_SET -> new Validation(new TrustSource.None(), List.of());
        };
    }

    @SuppressWarnings("deprecation") // `match_subject_alt_names` is still written
    private static Validation validation(CertificateValidationContext message, Scope scope) {
        scope.check(message, VALIDATION);
        var names = new ArrayList<SubjectAltNameMatcher>();
        MatcherReader.texts(message.getMatchSubjectAltNamesList(), scope, "match_subject_alt_names")
                .forEach(matcher -> names.add(SubjectAltNameMatcher.ofAny(matcher)));
        for (int i = 0; i < message.getMatchTypedSubjectAltNamesCount(); i++) {
            var typed = message.getMatchTypedSubjectAltNames(i);
            var here = scope.at("match_typed_subject_alt_names", i);
            here.check(typed, SUBJECT_ALT_NAME);
            var matcher = MatcherReader.text(typed.getMatcher(), here.at("matcher"));
            nameType(typed.getSanType(), here.at("san_type"))
                    .ifPresent(type -> matcher.ifPresent(text -> names.add(SubjectAltNameMatcher.of(type, text))));
        }
        return new Validation(
                message.hasTrustedCa() ? trust(message.getTrustedCa(), scope.at("trusted_ca")) : new TrustSource.None(),
                names);
    }

    private static Optional<SubjectAltNameMatcher.Type> nameType(SanType message, Scope scope) {
        return switch (message) {
            case URI -> Optional.of(SubjectAltNameMatcher.Type.URI);
            case DNS -> Optional.of(SubjectAltNameMatcher.Type.DNS);
            case EMAIL -> Optional.of(SubjectAltNameMatcher.Type.EMAIL);
            case IP_ADDRESS -> Optional.of(SubjectAltNameMatcher.Type.IP_ADDRESS);
            case OTHER_NAME, SAN_TYPE_UNSPECIFIED, UNRECOGNIZED -> {
                scope.error(Scope.NOT_SUPPORTED, "use URI, DNS, EMAIL or IP_ADDRESS");
                yield Optional.empty();
            }
        };
    }

    static TrustSource trust(DataSource message, Scope scope) {
        if (!message.getFilename().isEmpty()) {
            return new TrustSource.File(message.getFilename());
        }
        return Values.inline(message, scope)
                .<TrustSource>map(TrustSource.Inline::new)
                .orElseGet(TrustSource.None::new);
    }

    private static String secret(SdsSecretConfig message, Scope scope) {
        if (message.getName().isEmpty()) {
            scope.at("name").error("is missing", "name the secret");
        }
        scope.check(message, SDS);
        if (message.hasSdsConfig()) {
            Values.overAds(message.getSdsConfig(), scope.at("sds_config"));
        }
        return message.getName();
    }
}
