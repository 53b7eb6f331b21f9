package io.heddle.traffic.runtime;

import java.util.List;

/// TLS towards clients, as Envoy's `DownstreamTlsContext`.
///
/// @param shown what is shown to clients
/// @param verification what is asked of a client's certificate
/// @param requireClientCertificate whether a client without one is refused
/// @param parameters versions, ciphers and curves
/// @param applicationProtocols ALPN, in order of preference; empty offers none
/// @param sessions what is kept of sessions
public record ServerTls(
        ServerCertificates shown,
        PeerVerification verification,
        boolean requireClientCertificate,
        TlsParameters parameters,
        List<String> applicationProtocols,
        TlsSessions sessions)
        implements TlsSettings {
    public ServerTls {
        applicationProtocols = List.copyOf(applicationProtocols);
    }

    @Override
    public List<CertificateSource> certificates() {
        return shown.all();
    }
}
