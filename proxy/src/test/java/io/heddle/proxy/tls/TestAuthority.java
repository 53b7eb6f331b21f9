package io.heddle.proxy.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A certificate authority for tests.
public final class TestAuthority {
    private static final AtomicLong SERIALS = new AtomicLong(1);

    private final String name;
    private final KeyPair keys;
    private final X509CertificateHolder root;

    private final String above;

    private TestAuthority(String name, KeyPair keys, X509CertificateHolder root, String above) {
        this.name = name;
        this.keys = keys;
        this.root = root;
        this.above = above;
    }

    /// A new authority.
    public static TestAuthority create(String name) {
        var keys = newKeys();
        var root = sign(
                new Request(
                        name,
                        keys.getPublic(),
                        true,
                        lifetime(Duration.ofDays(1)),
                        new GeneralNames(new GeneralName[0])),
                name,
                keys);
        return new TestAuthority(name, keys, root, "");
    }

    /// Its own certificate as PEM.
    public String rootPem() {
        return pem(root);
    }

    /// An authority below this one; what it issues comes with the whole chain.
    public TestAuthority below(String belowName) {
        var belowKeys = newKeys();
        var request = new Request(
                belowName,
                belowKeys.getPublic(),
                true,
                lifetime(Duration.ofHours(2)),
                new GeneralNames(new GeneralName[0]));
        return new TestAuthority(belowName, belowKeys, sign(request, name, keys), rootPem() + above);
    }

    /// A revocation list in force, as PEM, with the first certificate of each chain.
    public String revoking(Issued... revoked) {
        var now = Instant.now();
        var list = new X509v2CRLBuilder(new X500Name("CN=" + name), Date.from(now.minus(Duration.ofHours(1))));
        list.setNextUpdate(Date.from(now.plus(Duration.ofHours(1))));
        try {
            for (var issued : revoked) {
                var serial = Pem.certificates(issued.chain()).getFirst().getSerialNumber();
                list.addCRLEntry(serial, Date.from(now.minus(Duration.ofHours(1))), CRLReason.keyCompromise);
            }
            var signed = list.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
            return Pem.block("X509 CRL", signed.getEncoded());
        } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// A certificate with its key.
    public Issued issue(GeneralName... names) {
        return issue(Duration.ofHours(1), names);
    }

    /// A certificate with its key that ends after `lifetime` (which may be negative).
    public Issued issue(Duration lifetime, GeneralName... names) {
        var leafKeys = newKeys();
        return new Issued(certify(leafKeys.getPublic(), lifetime, names), Pem.text(leafKeys.getPrivate()));
    }

    /// A certificate with its key, which is `keys`.
    public Issued issue(KeyPair keys, GeneralName... names) {
        return new Issued(certify(keys.getPublic(), Duration.ofHours(1), names), Pem.text(keys.getPrivate()));
    }

    /// A certificate that has a common name and no others.
    Issued issueCommonName(String commonName, KeyPair keys) {
        var request = new Request(
                commonName,
                keys.getPublic(),
                false,
                lifetime(Duration.ofHours(1)),
                new GeneralNames(new GeneralName[0]));
        return new Issued(pem(sign(request, name, this.keys)), Pem.text(keys.getPrivate()));
    }

    /// A chain, leaf first and root last, for someone else's key.
    public String certify(PublicKey key, Duration lifetime, GeneralName... names) {
        var request = new Request("", key, false, lifetime(lifetime), new GeneralNames(names));
        return pem(sign(request, name, keys)) + rootPem() + above;
    }

    /// A SPIFFE URI.
    public static GeneralName uri(String uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
    }

    /// A DNS name.
    public static GeneralName dns(String host) {
        return new GeneralName(GeneralName.dNSName, host);
    }

    /// A chain and its key, as PEM.
    public record Issued(String chain, String key) {}

    private record Lifetime(Date start, Date end) {}

    private record Request(String subject, PublicKey key, boolean authority, Lifetime lifetime, GeneralNames names) {}

    private static Lifetime lifetime(Duration length) {
        var end = Instant.now().plus(length);
        return new Lifetime(Date.from(end.minus(Duration.ofDays(2))), Date.from(end));
    }

    private static X509CertificateHolder sign(Request request, String issuer, KeyPair keys) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=" + issuer),
                    BigInteger.valueOf(SERIALS.getAndIncrement()),
                    request.lifetime().start(),
                    request.lifetime().end(),
                    request.subject().isEmpty()
                            ? new X500Name(new org.bouncycastle.asn1.x500.RDN[0])
                            : new X500Name("CN=" + request.subject()),
                    request.key());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(request.authority()));
            if (request.authority()) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            }
            if (request.names().getNames().length > 0) {
                builder.addExtension(Extension.subjectAlternativeName, true, request.names());
            }
            return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        } catch (CertIOException | OperatorCreationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// A P-256 key pair.
    public static KeyPair newKeys() {
        return newKeys("secp256r1");
    }

    /// A key pair on this curve.
    public static KeyPair newKeys(String curve) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// An RSA key pair of so many bits.
    public static KeyPair newRsaKeys(int bits) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String pem(X509CertificateHolder... certificates) {
        var text = new StringBuilder();
        Arrays.stream(certificates).forEach(certificate -> {
            try {
                text.append(Pem.block("CERTIFICATE", certificate.getEncoded()));
            } catch (java.io.IOException impossible) {
                throw new IllegalStateException(impossible);
            }
        });
        return text.toString();
    }
}
