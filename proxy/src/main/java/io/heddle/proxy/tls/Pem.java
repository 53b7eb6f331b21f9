package io.heddle.proxy.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Reads and writes PEM texts (RFC 7468): certificates, revocation lists and private keys.
final class Pem {
    private static final int MAX_LENGTH = 1 << 20;
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String REVOCATIONS = "X509 CRL";
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String RSA_KEY = "RSA PRIVATE KEY";
    private static final String ELLIPTIC_KEY = "EC PRIVATE KEY";
    private static final String CURVE = "EC PARAMETERS";

    private Pem() {}

    /// Every certificate of `text`, in its order; at least one.
    static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
        var factory = CertificateFactory.getInstance("X.509");
        var found = new ArrayList<X509Certificate>();
        for (byte[] der : blocks(text, CERTIFICATE)) {
            found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        if (found.isEmpty()) {
            throw new CertificateException("no CERTIFICATE block");
        }
        return List.copyOf(found);
    }

    /// Every revocation list of `text`; may be none.
    static List<X509CRL> revocations(String text) throws GeneralSecurityException {
        var factory = CertificateFactory.getInstance("X.509");
        var found = new ArrayList<X509CRL>();
        for (byte[] der : blocks(text, REVOCATIONS)) {
            found.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(der)));
        }
        return List.copyOf(found);
    }

    /// The private key of `text`, RSA or elliptic curve: PKCS#8, or its older forms PKCS#1 and SEC 1.
    static PrivateKey privateKey(String text) throws GeneralSecurityException {
        var spec = new PKCS8EncodedKeySpec(pkcs8(text));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        } catch (GeneralSecurityException notElliptic) {
            try {
                return KeyFactory.getInstance("RSA").generatePrivate(spec);
            } catch (GeneralSecurityException notRsa) {
                notRsa.addSuppressed(notElliptic);
                throw new GeneralSecurityException("the key is neither an elliptic curve's nor RSA's", notRsa);
            }
        }
    }

    private static byte[] pkcs8(String text) throws GeneralSecurityException {
        var keys = blocks(text, PRIVATE_KEY);
        if (!keys.isEmpty()) {
            return keys.getFirst();
        }
        if (text.contains("ENCRYPTED")) {
            throw new GeneralSecurityException(
                    "the key has a password; take it off with `openssl pkcs8 -topk8 -nocrypt`");
        }
        var rsa = blocks(text, RSA_KEY);
        if (!rsa.isEmpty()) {
            return Pkcs8.ofRsa(rsa.getFirst());
        }
        var elliptic = blocks(text, ELLIPTIC_KEY);
        if (elliptic.isEmpty()) {
            throw new GeneralSecurityException("no PRIVATE KEY block");
        }
        var curves = blocks(text, CURVE);
        return Pkcs8.ofElliptic(elliptic.getFirst(), curves.isEmpty() ? new byte[0] : curves.getFirst());
    }

    /// The PEM block of a private key.
    static String text(PrivateKey key) {
        return block(PRIVATE_KEY, key.getEncoded());
    }

    /// One PEM block.
    static String block(String label, byte[] der) {
        var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private static List<byte[]> blocks(String text, String label) throws GeneralSecurityException {
        if (text.length() > MAX_LENGTH) {
            throw new GeneralSecurityException("the text is longer than " + MAX_LENGTH + " characters");
        }
        var begin = "-----BEGIN " + label + "-----";
        var end = "-----END " + label + "-----";
        var blocks = new ArrayList<byte[]>();
        int from = text.indexOf(begin);
        while (from >= 0) {
            int bodyStart = from + begin.length();
            int bodyEnd = text.indexOf(end, bodyStart);
            if (bodyEnd < 0) {
                throw new GeneralSecurityException("a " + label + " block has no end");
            }
            blocks.add(decode(text.substring(bodyStart, bodyEnd), label));
            from = text.indexOf(begin, bodyEnd);
        }
        return blocks;
    }

    private static byte[] decode(String body, String label) throws GeneralSecurityException {
        try {
            return Base64.getMimeDecoder().decode(body);
        } catch (IllegalArgumentException invalid) {
            throw new GeneralSecurityException("a " + label + " block is not base64", invalid);
        }
    }
}
