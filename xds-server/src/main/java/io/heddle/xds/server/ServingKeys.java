package io.heddle.xds.server;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Hands each TLS handshake the certificate that is current then, so that a renewed one needs no restart. Thread-safe.
final class ServingKeys extends X509ExtendedKeyManager {
    private static final String ALIAS = "serving";

    private final Supplier<ServingCertificate> source;
    private volatile Parsed parsed;

    ServingKeys(Supplier<ServingCertificate> source) {
        this.source = source;
        this.parsed = Parsed.of(source.get());
    }

    private record Parsed(ServingCertificate from, List<X509Certificate> chain, PrivateKey key) {
        static Parsed of(ServingCertificate certificate) {
            return new Parsed(
                    certificate, Pem.certificates(certificate.chainPem()), Pem.privateKey(certificate.privateKeyPem()));
        }
    }

    private Parsed current() {
        var now = source.get();
        if (!now.equals(parsed.from())) {
            parsed = Parsed.of(now);
        }
        return parsed;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return keyType.equals(current().key().getAlgorithm()) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return keyType.equals(current().key().getAlgorithm()) ? ALIAS : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return parsed.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return parsed.key();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }
}
