package io.heddle.xds.client;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/// A fresh key and a request to certify it: EC P-256, PKCS#10 (RFC 2986) without subject or attributes, since the
/// certificate service decides the identity.
///
/// @param privateKeyPem PKCS#8
/// @param csrPem the request, signed with the key
public record CertificateRequest(String privateKeyPem, String csrPem) {
    private static final int PEM_LINE = 64;
    private static final int[] ECDSA_WITH_SHA256 = {1, 2, 840, 10045, 4, 3, 2}; // RFC 5758

    /// Makes a key and its request.
    public static CertificateRequest generate() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            return new CertificateRequest(
                    pem("PRIVATE KEY", pair.getPrivate().getEncoded()), pem("CERTIFICATE REQUEST", request(pair)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has ECDSA with P-256", e);
        }
    }

    private static byte[] request(KeyPair pair) throws GeneralSecurityException {
        var info = Der.sequence(Der.zero(), Der.sequence(), pair.getPublic().getEncoded(), Der.context0());
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(info);
        return Der.sequence(
                info, Der.sequence(Der.objectIdentifier(ECDSA_WITH_SHA256)), Der.bitString(signature.sign()));
    }

    private static String pem(String label, byte[] der) {
        var body = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /// Without the key.
    @Override
    public String toString() {
        return "CertificateRequest[" + csrPem.strip() + "]";
    }
}
