package io.heddle.proxy.tls;

import java.security.cert.X509Certificate;
import java.util.List;

/// The certificates of one TLS configuration in use, for people.
///
/// @param authorities who may have signed a peer's certificate; empty when nobody is verified
/// @param chain what is shown to peers, the leaf first; empty for nothing
public record ShownCertificates(List<X509Certificate> authorities, List<X509Certificate> chain) {
    public ShownCertificates {
        authorities = List.copyOf(authorities);
        chain = List.copyOf(chain);
    }
}
