package io.heddle.proxy.tls;

import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// What a verified certificate says of a connection's far end. Read once per connection, after the handshake.
///
/// @param principal the SPIFFE URI; empty when the certificate has none, several, or is an authority's own
/// @param subject the subject's distinguished name (RFC 2253); often empty
/// @param hash SHA-256 of the certificate, in lower-case hexadecimal
/// @param uris its URI names
/// @param dns its DNS names
/// @param localUris the URI names of the certificate shown to the peer
/// @param chain it and what it came with
public record PeerCertificate(
        Optional<String> principal,
        String subject,
        String hash,
        List<String> uris,
        List<String> dns,
        List<String> localUris,
        List<X509Certificate> chain) {
    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /// Reads a session whose peer has been verified; empty when it showed no certificate.
    static Optional<PeerCertificate> of(SSLSession session) {
        try {
            var chain = chain(session.getPeerCertificates());
            var leaf = chain.getFirst();
            var names = SubjectNames.of(leaf);
            return Optional.of(new PeerCertificate(
                    principal(leaf),
                    leaf.getSubjectX500Principal().getName(),
                    hash(leaf),
                    names.names(SubjectAltNameMatcher.Type.URI),
                    names.names(SubjectAltNameMatcher.Type.DNS),
                    local(session.getLocalCertificates()),
                    chain));
        } catch (SSLPeerUnverifiedException anonymous) {
            return Optional.empty();
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("a verified certificate cannot be read", unreadable);
        }
    }

    private static List<X509Certificate> chain(Certificate[] certificates) {
        return Stream.of(certificates).map(X509Certificate.class::cast).toList();
    }

    private static List<String> local(Certificate[] shown) throws GeneralSecurityException {
        return shown == null || shown.length == 0
                ? List.of()
                : SubjectNames.of((X509Certificate) shown[0]).names(SubjectAltNameMatcher.Type.URI);
    }

    /// The certificate alone, PEM.
    public String leafPem() {
        return pem(chain.getFirst());
    }

    /// The whole chain, PEM.
    public String chainPem() {
        return chain.stream().map(PeerCertificate::pem).collect(Collectors.joining());
    }

    /// `pem` as it stands in a header: percent-encoded where a header would mistake it.
    public static String escaped(String pem) {
        return pem.replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }

    static String pem(X509Certificate certificate) {
        try {
            return "-----BEGIN CERTIFICATE-----\n" + PEM.encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException unreadable) {
            throw new IllegalStateException("a verified certificate cannot be read", unreadable);
        }
    }

    static Optional<String> principal(X509Certificate leaf) throws GeneralSecurityException {
        boolean authority = leaf.getBasicConstraints() >= 0;
        return authority ? Optional.empty() : SubjectNames.of(leaf).spiffeId();
    }

    private static String hash(X509Certificate leaf) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded()));
    }
}
