package io.heddle.traffic.runtime;

import java.util.List;

/// How a connection is encrypted and how its peer proves who it is: what both directions have in common.
public sealed interface TlsSettings permits ServerTls, ClientTls {
    /// What is shown to the peer: none, one, or one of several, of which only a server has more.
    List<CertificateSource> certificates();

    /// What is asked of the peer's certificate.
    PeerVerification verification();

    /// Versions, ciphers and curves.
    TlsParameters parameters();

    /// ALPN, in order of preference; empty offers none.
    List<String> applicationProtocols();

    /// What is kept to shorten later handshakes.
    TlsSessions sessions();
}
