package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/// A certificate chain with the private key of its first certificate, known to fit each other.
///
/// @param chain the leaf first
/// @param key the leaf's key
/// @param kind what kind of key that is
record KeyMaterial(List<X509Certificate> chain, PrivateKey key, KeyKind kind) {
    KeyMaterial {
        chain = List.copyOf(chain);
    }

    /// Reads PEM texts; `object` names the secret in problems.
    static Checked<KeyMaterial> read(String object, String chainPem, String keyPem) {
        try {
            var chain = Pem.certificates(chainPem);
            var key = Pem.privateKey(keyPem);
            var kind = KeyKind.of(chain.getFirst().getPublicKey());
            if (kind.isEmpty()) {
                return Checked.rejected(Problem.error(
                        object,
                        "",
                        "the certificate's key is of no kind that is used",
                        "make one of RSA with 2048 bits or more, or of P-256, P-384 or P-521"));
            }
            if (!fits(chain.getFirst().getPublicKey(), key)) {
                return Checked.rejected(Problem.error(
                        object, "", "the private key does not belong to the certificate", "give both of one issue"));
            }
            return Checked.ok(new KeyMaterial(chain, key, kind.get()));
        } catch (GeneralSecurityException invalid) {
            return Checked.rejected(Problem.error(
                    object,
                    "",
                    "the certificate or its key cannot be read: " + invalid.getMessage(),
                    "give PEM texts, the key without a password"));
        }
    }

    X509Certificate leaf() {
        return chain.getFirst();
    }

    private static boolean fits(PublicKey publicKey, PrivateKey key) throws GeneralSecurityException {
        if (!publicKey.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        var algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        var signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(publicKey.getEncoded());
        var verifier = Signature.getInstance(algorithm);
        verifier.initVerify(publicKey);
        verifier.update(publicKey.getEncoded());
        return verifier.verify(signer.sign());
    }

    @Override
    public String toString() {
        return "KeyMaterial[" + leaf().getSerialNumber() + "]";
    }
}
