package io.heddle.xds.read.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.heddle.traffic.runtime.TlsParameters;
import io.heddle.traffic.runtime.TlsVersions;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads which versions, ciphers and curves are spoken.
final class TlsParametersReader {
    private static final Fields<io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters> PARAMETERS =
            Fields.refusingOthers(io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.class)
                    .limits("tls_minimum_protocol_version", "`TLSv1_2`, `TLSv1_3`")
                    .limits("tls_maximum_protocol_version", "`TLSv1_2`, `TLSv1_3`")
                    .limits(
                            "cipher_suites",
                            "those of TLS 1.2 that BoringSSL has; groups of equal preference count in their order")
                    .limits("ecdh_curves", "`X25519`, `P-256`, `P-384`, `P-521`");

    /// What of TLS parameters is read.
    static final List<Fields<?>> FIELDS = List.of(PARAMETERS);

    /// Cipher suites of TLS 1.2: OpenSSL's name → IANA's.
    private static final Map<String, String> SUITES = Map.ofEntries(
            Map.entry("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
            Map.entry("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
            Map.entry("ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
            Map.entry("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
            Map.entry("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
            Map.entry("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
            Map.entry("ECDHE-ECDSA-AES128-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
            Map.entry("ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
            Map.entry("ECDHE-ECDSA-AES256-SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
            Map.entry("ECDHE-RSA-AES256-SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"));

    private static final Map<String, String> CURVES = Map.of(
            "X25519", "x25519",
            "P-256", "secp256r1",
            "P-384", "secp384r1",
            "P-521", "secp521r1");

    private TlsParametersReader() {}

    static TlsParameters read(
            io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters message, Scope scope) {
        scope.check(message, PARAMETERS);
        var suites = new ArrayList<String>();
        for (int i = 0; i < message.getCipherSuitesCount(); i++) {
            suites(message.getCipherSuites(i), suites, scope.at("cipher_suites", i));
        }
        var curves = new ArrayList<String>();
        for (int i = 0; i < message.getEcdhCurvesCount(); i++) {
            known(message.getEcdhCurves(i), CURVES, scope.at("ecdh_curves", i)).ifPresent(curves::add);
        }
        return new TlsParameters(versions(message, scope), suites, curves);
    }

    /// One name, or several of equal preference as `[a|b]`.
    private static void suites(String text, List<String> suites, Scope scope) {
        boolean group = text.startsWith("[") && text.endsWith("]");
        for (var name : (group ? text.substring(1, text.length() - 1) : text).split("\\|", -1)) {
            known(name, SUITES, scope).ifPresent(suites::add);
        }
    }

    private static Optional<String> known(String name, Map<String, String> names, Scope scope) {
        var found = Optional.ofNullable(names.get(name));
        if (found.isEmpty()) {
            scope.error(
                    "is not known: " + name,
                    "use " + String.join(", ", names.keySet().stream().sorted().toList()));
        }
        return found;
    }

    private static TlsVersions versions(
            io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters message, Scope scope) {
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

    private static TlsVersions.Version version(TlsProtocol message, TlsVersions.Version fallback, Scope scope) {
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
}
