package io.heddle.traffic.runtime;

import java.util.List;

/// TLS towards an upstream, as Envoy's `UpstreamTlsContext`.
///
/// @param certificate what is shown to the server
/// @param trust who may have signed the server's certificate
/// @param subjectAltNames one of the server's names must fit one of them; empty asks for none
/// @param serverName the SNI name sent; empty for none
/// @param versions which protocol versions
/// @param applicationProtocols ALPN, in order of preference; empty offers none
public record ClientTls(
        CertificateSource certificate,
        TrustSource trust,
        List<SubjectAltNameMatcher> subjectAltNames,
        String serverName,
        TlsVersions versions,
        List<String> applicationProtocols) {
    public ClientTls {
        subjectAltNames = List.copyOf(subjectAltNames);
        applicationProtocols = List.copyOf(applicationProtocols);
    }
}
