package io.heddle.xds.server;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/// A small certificate authority for tests.
final class Authority {
    private final KeyPair pair = newPair();
    private final X509CertificateHolder root = sign(new X500Name("CN=root"), pair.getPublic(), true);
    private long serial = 1;

    private static KeyPair newPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String rootPem() {
        return pem(root);
    }

    ServingCertificate serving() {
        var own = newPair();
        var names = new GeneralName[] {
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"), new GeneralName(GeneralName.dNSName, "localhost")
        };
        return new ServingCertificate(
                pem(sign(new X500Name("CN=control"), own.getPublic(), false, names)), keyPem(own));
    }

    /// A certificate for the key of a request.
    String certify(String csrPem, String uri) {
        try (var parser = new PEMParser(new StringReader(csrPem))) {
            var request = (PKCS10CertificationRequest) parser.readObject();
            var key = new JcaPEMKeyConverter().getPublicKey(request.getSubjectPublicKeyInfo());
            return pem(sign(new X500Name(""), key, false, new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private X509CertificateHolder sign(X500Name subject, PublicKey key, boolean authority, GeneralName... names) {
        try {
            var now = Instant.now();
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=root"),
                    BigInteger.valueOf(serial++),
                    Date.from(now.minusSeconds(60)),
                    Date.from(now.plusSeconds(3600)),
                    subject,
                    key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (names.length > 0) {
                builder.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
            }
            return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
        } catch (IOException | org.bouncycastle.operator.OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String keyPem(KeyPair own) {
        var body = java.util.Base64.getMimeEncoder()
                .encodeToString(own.getPrivate().getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
    }

    private static String pem(Object object) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return text.toString();
    }
}
