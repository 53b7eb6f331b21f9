package io.heddle.proxy.tls;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;

/// What kind of key a certificate has: those that TLS 1.2 and 1.3 can both sign with, as BoringSSL does.
enum KeyKind {
    RSA("", 0, 0),
    P256("secp256r1", 23, 0x0403),
    P384("secp384r1", 24, 0x0503),
    P521("secp521r1", 25, 0x0603);

    private static final int LEAST_RSA_BITS = 2048;

    private final String curve;
    private final int group;
    private final int signature;

    KeyKind(String curve, int group, int signature) {
        this.curve = curve;
        this.group = group;
        this.signature = signature;
    }

    /// The kind of `key`; empty for one that is not to be used.
    static Optional<KeyKind> of(PublicKey key) throws GeneralSecurityException {
        if (key instanceof RSAPublicKey rsa) {
            return rsa.getModulus().bitLength() >= LEAST_RSA_BITS ? Optional.of(RSA) : Optional.empty();
        }
        if (!(key instanceof ECPublicKey elliptic)) {
            return Optional.empty();
        }
        var parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(elliptic.getParams());
        var name = parameters.getParameterSpec(ECGenParameterSpec.class).getName();
        for (var kind : values()) {
            if (kind.curve.equals(name)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    boolean isRsa() {
        return this == RSA;
    }

    /// The curve among the groups of a client.
    int group() {
        return group;
    }

    /// The signature of TLS 1.3 that this kind of key makes.
    int signature() {
        return signature;
    }
}
