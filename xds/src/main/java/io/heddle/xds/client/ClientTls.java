package io.heddle.xds.client;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Makes TLS contexts for connections to the control plane.
///
/// Certificates and keys are read by the JDK alone. Netty, given a file, asks BouncyCastle first where it is on the class
/// path, and that costs a sidecar 800 classes.
final class ClientTls {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private ClientTls() {}

    /// @throws IOException when a file cannot be read or makes no sense
    static SslContext context(Path root, Optional<TlsFiles> identity) throws IOException {
        try {
            var builder = SslContextBuilder.forClient()
                    .trustManager(certificates(root))
                    .protocols("TLSv1.3");
            if (identity.isPresent()) {
                var files = identity.get();
                builder.keyManager(key(files.key()), certificates(files.chain()));
            }
            return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("unreadable certificate or key: " + e.getMessage(), e);
        }
    }

    private static X509Certificate[] certificates(Path file) throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
        }
    }

    /// The key of a PKCS#8 PEM file, elliptic or RSA.
    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        var text = Files.readString(file);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new GeneralSecurityException(file + " holds no PRIVATE KEY block");
        }
        var der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
        var spec = new PKCS8EncodedKeySpec(der);
        GeneralSecurityException last = new GeneralSecurityException(file + " holds no key of EC or RSA");
        for (var algorithm : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException other) {
                last.addSuppressed(other);
            }
        }
        throw last;
    }
}
