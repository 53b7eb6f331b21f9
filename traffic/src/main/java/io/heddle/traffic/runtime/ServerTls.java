package io.heddle.traffic.runtime;

import java.util.List;

/// TLS towards clients, as Envoy's `DownstreamTlsContext`.
///
/// @param certificate what is shown to clients
/// @param trust who may have signed a client's certificate
/// @param requireClientCertificate whether a client without one is refused
/// @param subjectAltNames one of the client's names must fit one of them; empty asks for none
/// @param versions which protocol versions
/// @param applicationProtocols ALPN, in order of preference; empty offers none
public record ServerTls(
        CertificateSource certificate,
        TrustSource trust,
        boolean requireClientCertificate,
        List<SubjectAltNameMatcher> subjectAltNames,
        TlsVersions versions,
        List<String> applicationProtocols) {
    public ServerTls {
        subjectAltNames = List.copyOf(subjectAltNames);
        applicationProtocols = List.copyOf(applicationProtocols);
    }
}
