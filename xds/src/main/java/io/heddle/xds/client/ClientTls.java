package io.heddle.xds.client;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Makes TLS contexts for connections to the control plane.
///
/// Certificates and keys are read by the JDK alone. Netty, given a file, asks BouncyCastle first where it is on the
/// class path, and that costs a sidecar 800 classes.
final class ClientTls {
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

    /// The certificates of a PEM file, which may hold a key too.
    private static X509Certificate[] certificates(Path file) throws IOException, GeneralSecurityException {
        var factory = CertificateFactory.getInstance("X.509");
        var found = new ArrayList<X509Certificate>();
        for (byte[] der : blocks(file, "CERTIFICATE")) {
            found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        return found.toArray(X509Certificate[]::new);
    }

    /// The PKCS#8 key of a PEM file, elliptic or RSA.
    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        var der = blocks(file, "PRIVATE KEY").getFirst();
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

    /// The blocks with this label, at least one.
    private static List<byte[]> blocks(Path file, String label) throws IOException, GeneralSecurityException {
        var begin = "-----BEGIN " + label + "-----";
        var end = "-----END " + label + "-----";
        var text = Files.readString(file);
        var blocks = new ArrayList<byte[]>();
        int from = text.indexOf(begin);
        while (from >= 0) {
            int body = from + begin.length();
            int bodyEnd = text.indexOf(end, body);
            if (bodyEnd < 0) {
                throw new GeneralSecurityException("a " + label + " block of " + file + " has no end");
            }
            blocks.add(Base64.getMimeDecoder().decode(text.substring(body, bodyEnd)));
            from = text.indexOf(begin, bodyEnd);
        }
        if (blocks.isEmpty()) {
            throw new GeneralSecurityException(file + " holds no " + label + " block");
        }
        return blocks;
    }
}
