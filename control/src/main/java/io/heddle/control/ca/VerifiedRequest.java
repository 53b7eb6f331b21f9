package io.heddle.control.ca;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// A certificate request (RFC 2986) whose sender has proved to hold the key. Only the key counts: the subject and the
/// names asked for are ignored, because the identity follows from a token or a certificate.
///
/// @param publicKey the key to certify, P-256 or P-384
record VerifiedRequest(PublicKey publicKey) {
    private static final int MAX_LENGTH = 16 * 1024;

    static VerifiedRequest of(String csrPem) throws SigningRefusedException {
        if (csrPem.length() > MAX_LENGTH) {
            throw SigningRefusedException.malformed("the certificate request is longer than " + MAX_LENGTH + " bytes");
        }
        try {
            var request = new JcaPKCS10CertificationRequest(parse(csrPem));
            var key = request.getPublicKey();
            checkKind(key);
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw SigningRefusedException.malformed("the certificate request's signature does not fit its key");
            }
            return new VerifiedRequest(key);
        } catch (GeneralSecurityException
                | PKCSException
                | OperatorCreationException
                | IOException
                | IllegalArgumentException e) {
            throw SigningRefusedException.malformed("the certificate request cannot be read: " + e.getMessage());
        }
    }

    private static PKCS10CertificationRequest parse(String pem) throws IOException, SigningRefusedException {
        try (var parser = new PEMParser(new StringReader(pem))) {
            if (parser.readObject() instanceof PKCS10CertificationRequest request) {
                return request;
            }
        }
        throw SigningRefusedException.malformed("the certificate request is not a PEM block CERTIFICATE REQUEST");
    }

    private static void checkKind(PublicKey key) throws SigningRefusedException {
        if (key instanceof ECPublicKey ec) {
            int bits = ec.getParams().getOrder().bitLength();
            boolean cofactorOne = ec.getParams().getCofactor() == 1;
            if (cofactorOne && (bits == 256 || bits == 384) && isNistCurve(ec)) {
                return;
            }
        }
        throw SigningRefusedException.malformed("the key must be an elliptic curve key on P-256 or P-384");
    }

    private static boolean isNistCurve(ECPublicKey key) {
        var name = key.getParams().toString();
        return name.contains("secp256r1") || name.contains("secp384r1");
    }
}
