package io.heddle.xds.read.tls;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import io.heddle.traffic.runtime.TrustSource;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads what is asked of a peer's certificate. Whatever is not enforced is an error.
final class ValidationReader {
    private static final int DIGEST_BYTES = 32;

    private static final Fields<CombinedCertificateValidationContext> COMBINED = Fields.refusingOthers(
                    CombinedCertificateValidationContext.class)
            .reads("default_validation_context", "validation_context_sds_secret_config");
    private static final Fields<CertificateValidationContext> VALIDATION = Fields.refusingOthers(
                    CertificateValidationContext.class)
            .limits("trusted_ca", "given in place, or a file; revocation lists in it count")
            .limits(
                    "crl",
                    "given in place, or a file; every authority of a chain needs one, `only_verify_leaf_cert_crl` aside")
            .reads(
                    "only_verify_leaf_cert_crl",
                    "verify_certificate_hash",
                    "verify_certificate_spki",
                    "max_verify_depth")
            .reads("match_typed_subject_alt_names", "match_subject_alt_names")
            .accepts("watched_directory", "files are read again when they change");
    private static final Fields<io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher>
            SUBJECT_ALT_NAME = Fields.refusingOthers(
                            io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.class)
                    .limits("san_type", "`URI`, `DNS`, `EMAIL`, `IP_ADDRESS`")
                    .reads("matcher");
    private static final Fields<SdsSecretConfig> SDS =
            Fields.refusingOthers(SdsSecretConfig.class).reads("name").limits("sds_config", "ADS, or a file");

    /// What of the verification of peers is read.
    static final List<Fields<?>> FIELDS = List.of(COMBINED, VALIDATION, SUBJECT_ALT_NAME, SDS);

    private ValidationReader() {}

    static PeerVerification read(CommonTlsContext message, Scope scope) {
        var verification = kind(message, scope);
        boolean untrusting = verification.trust() instanceof TrustSource.None;
        if (untrusting && !verification.subjectAltNames().isEmpty()) {
            scope.error("matches names of a certificate that nothing verifies", "set trusted_ca");
        }
        if (untrusting && !verification.revocation().equals(PeerVerification.Revocation.NONE)) {
            scope.error("looks up the revocation of a certificate that nothing verifies", "set trusted_ca");
        }
        return verification;
    }

    private static PeerVerification kind(CommonTlsContext message, Scope scope) {
        return switch (message.getValidationContextTypeCase()) {
            case VALIDATION_CONTEXT -> context(message.getValidationContext(), scope.at("validation_context"));
            case VALIDATION_CONTEXT_SDS_SECRET_CONFIG ->
                PeerVerification.of(
                        secretTrust(
                                message.getValidationContextSdsSecretConfig(),
                                scope.at("validation_context_sds_secret_config")),
                        List.of());
            case COMBINED_VALIDATION_CONTEXT -> {
                var combined = message.getCombinedValidationContext();
                var here = scope.at("combined_validation_context");
                here.check(combined, COMBINED);
                var fixed = context(combined.getDefaultValidationContext(), here.at("default_validation_context"));
                yield new PeerVerification(
                        secretTrust(
                                combined.getValidationContextSdsSecretConfig(),
                                here.at("validation_context_sds_secret_config")),
                        fixed.subjectAltNames(),
                        fixed.pins(),
                        fixed.revocation(),
                        fixed.maxDepth());
            }
            case VALIDATION_CONTEXT_CERTIFICATE_PROVIDER, // refused above
                    VALIDATION_CONTEXT_CERTIFICATE_PROVIDER_INSTANCE,
                    VALIDATIONCONTEXTTYPE_NOT_SET -> PeerVerification.NONE;
        };
    }

    private static PeerVerification context(CertificateValidationContext message, Scope scope) {
        scope.check(message, VALIDATION);
        return new PeerVerification(
                message.hasTrustedCa() ? pem(message.getTrustedCa(), scope.at("trusted_ca")) : new TrustSource.None(),
                names(message, scope),
                new PeerVerification.Pins(certificatePins(message, scope), keyPins(message, scope)),
                new PeerVerification.Revocation(
                        message.hasCrl() ? pem(message.getCrl(), scope.at("crl")) : new TrustSource.None(),
                        message.getOnlyVerifyLeafCertCrl()),
                message.hasMaxVerifyDepth()
                        ? OptionalInt.of((int) Math.min(
                                100,
                                Integer.toUnsignedLong(
                                        message.getMaxVerifyDepth().getValue())))
                        : OptionalInt.empty());
    }

    @SuppressWarnings("deprecation") // `match_subject_alt_names` is still written
    private static List<SubjectAltNameMatcher> names(CertificateValidationContext message, Scope scope) {
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
        return names;
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

    /// Hexadecimal, with colons between the bytes or without.
    private static List<String> certificatePins(CertificateValidationContext message, Scope scope) {
        var pins = new ArrayList<String>();
        for (int i = 0; i < message.getVerifyCertificateHashCount(); i++) {
            var pin = message.getVerifyCertificateHash(i).replace(":", "").toLowerCase(Locale.ROOT);
            if (pin.matches("[0-9a-f]{64}")) {
                pins.add(pin);
            } else {
                scope.at("verify_certificate_hash", i).error("is no SHA-256 in hexadecimal", "write 64 digits");
            }
        }
        return pins;
    }

    /// Base64.
    private static List<String> keyPins(CertificateValidationContext message, Scope scope) {
        var pins = new ArrayList<String>();
        for (int i = 0; i < message.getVerifyCertificateSpkiCount(); i++) {
            digest(message.getVerifyCertificateSpki(i), scope.at("verify_certificate_spki", i))
                    .ifPresent(pins::add);
        }
        return pins;
    }

    private static Optional<String> digest(String base64, Scope scope) {
        try {
            var bytes = Base64.getDecoder().decode(base64);
            if (bytes.length == DIGEST_BYTES) {
                return Optional.of(HexFormat.of().formatHex(bytes));
            }
        } catch (IllegalArgumentException _) {
            // reported below
        }
        scope.error("is no SHA-256 in base64", "write the base64 of 32 bytes");
        return Optional.empty();
    }

    static TrustSource pem(DataSource message, Scope scope) {
        if (!message.getFilename().isEmpty()) {
            return new TrustSource.File(message.getFilename());
        }
        return Values.inline(message, scope)
                .<TrustSource>map(TrustSource.Inline::new)
                .orElseGet(TrustSource.None::new);
    }

    private static TrustSource secretTrust(SdsSecretConfig message, Scope scope) {
        return file(message, scope)
                .<TrustSource>map(path -> new TrustSource.SecretFile(path, message.getName()))
                .orElseGet(() -> new TrustSource.Secret(secret(message, scope)));
    }

    /// The name of a secret that comes over ADS.
    static String secret(SdsSecretConfig message, Scope scope) {
        if (message.getName().isEmpty()) {
            scope.at("name").error("is missing", "name the secret");
        }
        scope.check(message, SDS);
        if (message.hasSdsConfig()) {
            Values.overAds(message.getSdsConfig(), scope.at("sds_config"));
        }
        return message.getName();
    }

    /// The file that has the secret; empty where it comes from elsewhere.
    @SuppressWarnings("deprecation") // `path` came before `path_config_source` and is still written
    static Optional<String> file(SdsSecretConfig message, Scope scope) {
        var source = message.getSdsConfig();
        if (!source.hasPathConfigSource() && !source.hasPath()) {
            return Optional.empty();
        }
        scope.check(message, SDS);
        if (message.getName().isEmpty()) {
            scope.at("name").error("is missing", "name the secret");
        }
        var here = scope.at("sds_config");
        here.check(source, Values.CONFIG_SOURCE);
        here.at("path_config_source").check(source.getPathConfigSource(), Values.PATH);
        return Optional.of(
                source.hasPath()
                        ? source.getPath()
                        : source.getPathConfigSource().getPath());
    }
}
