package io.heddle.traffic.runtime;

import java.util.List;

/// Which versions, ciphers and curves are spoken, as Envoy's `TlsParameters`.
///
/// @param versions both ends included
/// @param cipherSuites those of TLS 1.2 by their IANA names, in order of preference; empty for the engine's own. Those
///     of
///     TLS 1.3 are fixed
/// @param curves for the key exchange, by the names of Java (`secp256r1`, `x25519`), in order of preference; empty for
///     the
///     engine's own
public record TlsParameters(TlsVersions versions, List<String> cipherSuites, List<String> curves) {
    public static final TlsParameters DEFAULT = of(TlsVersions.DEFAULT);

    public TlsParameters {
        cipherSuites = List.copyOf(cipherSuites);
        curves = List.copyOf(curves);
    }

    /// These versions with the engine's ciphers and curves.
    public static TlsParameters of(TlsVersions versions) {
        return new TlsParameters(versions, List.of(), List.of());
    }
}
