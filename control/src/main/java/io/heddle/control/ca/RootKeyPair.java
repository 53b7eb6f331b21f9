package io.heddle.control.ca;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The root's certificate and key, kept in `root.pem` and `root.key`.
///
/// @param certificate the self-signed root
/// @param key its private key
record RootKeyPair(X509Certificate certificate, PrivateKey key) {
    private static final Duration VALIDITY = Duration.ofDays(3650);
    static final Duration BACKDATE = Duration.ofSeconds(60);
    static final String CURVE = "secp256r1";
    private static final Pattern PEM_BODY = Pattern.compile("-----[A-Z ]+-----|\\s");

    /// Reads the root from `directory`, or makes one there.
    static RootKeyPair open(Path directory, String trustDomain, Clock clock) {
        var certificateFile = directory.resolve("root.pem");
        var keyFile = directory.resolve("root.key");
        try {
            boolean haveCertificate = Files.exists(certificateFile);
            boolean haveKey = Files.exists(keyFile);
            if (haveCertificate && haveKey) {
                return read(certificateFile, keyFile);
            }
            if (haveCertificate) {
                throw new AuthorityException("the CA's certificate " + certificateFile + " is there but its key "
                        + keyFile + " is missing; restore the key, or move the certificate away to start a new mesh");
            }
            SecretFiles.createDirectory(directory);
            // The key is written first: a crash between the two writes leaves a key without a certificate, which
            // nobody has trusted yet, and a new pair takes its place.
            var made = create(trustDomain, clock);
            SecretFiles.write(keyFile, Pem.block("PRIVATE KEY", made.key.getEncoded()));
            SecretFiles.writePublic(certificateFile, Pem.certificate(made.certificate));
            return made;
        } catch (IOException e) {
            throw new AuthorityException("cannot read or write the CA's files in " + directory + ": " + e, e);
        } catch (GeneralSecurityException | OperatorCreationException | IllegalArgumentException e) {
            throw new AuthorityException("the CA's files in " + directory + " are not usable: " + e.getMessage(), e);
        }
    }

    private static RootKeyPair read(Path certificateFile, Path keyFile) throws IOException, GeneralSecurityException {
        if (SecretFiles.isOpenToOthers(keyFile)) {
            throw new AuthorityException(
                    "the CA's key " + keyFile + " is open to other users; run: chmod 600 " + keyFile);
        }
        var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(certificateFile)));
        var der = Base64.getDecoder()
                .decode(PEM_BODY.matcher(Files.readString(keyFile, StandardCharsets.US_ASCII))
                        .replaceAll(""));
        var key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
        var pair = new RootKeyPair(certificate, key);
        pair.checkThatTheyBelongTogether();
        return pair;
    }

    private void checkThatTheyBelongTogether() throws GeneralSecurityException {
        var probe = "heddle".getBytes(StandardCharsets.US_ASCII);
        var signer = java.security.Signature.getInstance("SHA256withECDSA");
        signer.initSign(key);
        signer.update(probe);
        var signature = signer.sign();
        signer.initVerify(certificate.getPublicKey());
        signer.update(probe);
        if (!signer.verify(signature)) {
            throw new GeneralSecurityException("root.key is not the key of root.pem");
        }
    }

    private static RootKeyPair create(String trustDomain, Clock clock)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        var keys = newKeyPair();
        var name = new X500Name("O=" + trustDomain + ",CN=Heddle root CA");
        var start = clock.instant().minus(BACKDATE);
        var extensions = new JcaX509ExtensionUtils();
        var builder = new JcaX509v3CertificateBuilder(
                        name, newSerial(), Date.from(start), Date.from(start.plus(VALIDITY)), name, keys.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(
                                new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://" + trustDomain)))
                .addExtension(
                        Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
        var certificate = new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        return new RootKeyPair(certificate, keys.getPrivate());
    }

    static KeyPair newKeyPair() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(CURVE), new SecureRandom());
        return generator.generateKeyPair();
    }

    /// A random positive serial number of at most 20 octets (RFC 5280, section 4.1.2.2).
    static BigInteger newSerial() {
        return new BigInteger(127, new SecureRandom()).setBit(126);
    }
}
