package io.heddle.xds.server;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Reads PEM text.
final class Pem {
    private Pem() {}

    /// All certificates in the text, in order.
    ///
    /// @throws IllegalArgumentException when there is none or one is malformed
    static List<X509Certificate> certificates(String pem) {
        try {
            var read = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            if (read.isEmpty()) {
                throw new IllegalArgumentException("no certificate in the PEM text");
            }
            return read.stream().map(X509Certificate.class::cast).toList();
        } catch (CertificateException e) {
            throw new IllegalArgumentException("unreadable certificate", e);
        }
    }

    /// A PKCS#8 key, elliptic curve or RSA.
    ///
    /// @throws IllegalArgumentException when it is neither
    static PrivateKey privateKey(String pem) {
        var base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        var encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
        return key("EC", encoded)
                .or(() -> key("RSA", encoded))
                .orElseThrow(() -> new IllegalArgumentException("not a PKCS#8 key of an elliptic curve or RSA"));
    }

    private static Optional<PrivateKey> key(String algorithm, PKCS8EncodedKeySpec encoded) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(encoded));
        } catch (GeneralSecurityException _) {
            return Optional.empty(); // a key of another algorithm
        }
    }
}
