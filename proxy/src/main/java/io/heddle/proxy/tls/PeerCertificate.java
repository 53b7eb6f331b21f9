package io.heddle.proxy.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// What a verified certificate says of a connection's far end. Read once per connection, after the handshake.
///
/// @param principal the SPIFFE URI; empty when the certificate has none, several, or is an authority's own
/// @param subject the subject's distinguished name (RFC 2253); often empty
/// @param hash SHA-256 of the certificate, in lower-case hexadecimal
/// @param localPrincipal the SPIFFE URI of the certificate shown to the peer
public record PeerCertificate(
        Optional<String> principal, String subject, String hash, Optional<String> localPrincipal) {

    /// Reads a session whose peer has been verified; empty when it showed no certificate.
    static Optional<PeerCertificate> of(SSLSession session) {
        try {
            var leaf = (X509Certificate) session.getPeerCertificates()[0];
            return Optional.of(new PeerCertificate(
                    principal(leaf),
                    leaf.getSubjectX500Principal().getName(),
                    hash(leaf),
                    local(session.getLocalCertificates())));
        } catch (SSLPeerUnverifiedException anonymous) {
            return Optional.empty();
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("a verified certificate cannot be read", unreadable);
        }
    }

    private static Optional<String> local(Certificate[] shown) throws GeneralSecurityException {
        return shown == null || shown.length == 0 ? Optional.empty() : principal((X509Certificate) shown[0]);
    }

    static Optional<String> principal(X509Certificate leaf) throws GeneralSecurityException {
        boolean authority = leaf.getBasicConstraints() >= 0;
        return authority ? Optional.empty() : SubjectNames.of(leaf).spiffeId();
    }

    private static String hash(X509Certificate leaf) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded()));
    }
}
