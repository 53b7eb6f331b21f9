package io.heddle.traffic.runtime;

import java.util.List;

/// TLS towards an upstream, as Envoy's `UpstreamTlsContext`.
///
/// @param certificate what is shown to the server
/// @param verification what is asked of the server's certificate
/// @param serverName the SNI name sent; empty for none
/// @param parameters versions, ciphers and curves
/// @param applicationProtocols ALPN, in order of preference; empty offers none
/// @param sessions what is kept of sessions
public record ClientTls(
        CertificateSource certificate,
        PeerVerification verification,
        String serverName,
        TlsParameters parameters,
        List<String> applicationProtocols,
        TlsSessions sessions)
        implements TlsSettings {
    public ClientTls {
        applicationProtocols = List.copyOf(applicationProtocols);
    }

    @Override
    public List<CertificateSource> certificates() {
        return certificate instanceof CertificateSource.None ? List.of() : List.of(certificate);
    }

    /// The same with other protocols offered by ALPN.
    public ClientTls offering(List<String> protocols) {
        return new ClientTls(certificate, verification, serverName, parameters, protocols, sessions);
    }
}
