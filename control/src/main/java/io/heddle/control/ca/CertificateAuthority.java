package io.heddle.control.ca;

import io.heddle.model.name.Entitlement;
import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.SpiffeId;
import io.heddle.xds.server.CertificateLabels;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The mesh's root: signs workloads' X.509-SVIDs (SPIFFE X509-SVID standard, sections 2 to 4) and the control plane's
/// own serving certificate. Safe for use by several threads.
///
/// An SVID has exactly one URI name and an empty subject, so the name extension is critical (RFC 5280, section
/// 4.2.1.6).
/// It is valid from a minute ago, for at most the validity asked for, never past the root's own end.
public final class CertificateAuthority {
    /// How long before the root's end [#warning] begins to warn.
    static final Duration WARN_BEFORE = Duration.ofDays(90);
    private static final String SERVING_ACCOUNT = "heddle-control";

    private final RootKeyPair root;
    private final String trustDomain;
    private final Duration maxValidity;
    private final Clock clock;

    private CertificateAuthority(RootKeyPair root, String trustDomain, Duration maxValidity, Clock clock) {
        this.root = root;
        this.trustDomain = trustDomain;
        this.maxValidity = maxValidity;
        this.clock = clock;
    }

    /// Opens the authority whose files are in `directory`, or makes a new root there.
    ///
    /// @param maxValidity the longest, and usual, validity of a certificate
    /// @throws AuthorityException when the files cannot be used, or others can read the key
    public static CertificateAuthority open(Path directory, String trustDomain, Duration maxValidity, Clock clock) {
        var root = RootKeyPair.open(directory, trustDomain, clock);
        if (!root.certificate().getNotAfter().toInstant().isAfter(clock.instant())) {
            throw new AuthorityException("the CA's root certificate in " + directory + " expired on "
                    + root.certificate().getNotAfter());
        }
        return new CertificateAuthority(root, trustDomain, maxValidity, clock);
    }

    /// The root certificate that every proxy trusts, as PEM.
    public String rootPem() {
        return Pem.certificate(root.certificate());
    }

    /// When the root expires.
    public Instant rootExpiresAt() {
        return root.certificate().getNotAfter().toInstant();
    }

    /// One line to warn with when the root expires within 90 days.
    public Optional<String> warning() {
        var left = Duration.between(clock.instant(), rootExpiresAt());
        return left.compareTo(WARN_BEFORE) > 0
                ? Optional.empty()
                : Optional.of("the mesh's root certificate expires in " + left.toDays() + " days, on " + rootExpiresAt()
                        + "; every identity ends with it");
    }

    /// The identity of an account in this trust domain.
    public SpiffeId identity(String namespace, String account) {
        return new SpiffeId(trustDomain, namespace, account);
    }

    /// Signs a workload's certificate; the labels that it may state stand in it ([CertificateLabels]).
    ///
    /// @param asked the validity asked for; zero for the usual one, capped otherwise
    IssuedCertificate sign(Entitlement entitlement, VerifiedRequest request, Duration asked) {
        var notAfter = notAfter(asked);
        var identity = entitlement.identity();
        var names = List.of(new GeneralName(GeneralName.uniformResourceIdentifier, identity.toString()));
        var leaf = sign(request.publicKey(), names, Optional.of(entitlement.labels()), notAfter);
        return new IssuedCertificate(
                identity,
                List.of(Pem.certificate(leaf), rootPem()),
                leaf.getNotAfter().toInstant());
    }

    /// A new key and certificate for the control plane's own listeners.
    ///
    /// @param rootNamespace the namespace of its identity
    /// @param hosts further DNS names and IP addresses it is called by
    public ServingCertificate issueServing(String rootNamespace, List<String> hosts) {
        try {
            var keys = RootKeyPair.newKeyPair();
            var names = new ArrayList<GeneralName>();
            names.add(new GeneralName(
                    GeneralName.uniformResourceIdentifier,
                    identity(rootNamespace, SERVING_ACCOUNT).toString()));
            names.add(new GeneralName(GeneralName.dNSName, "localhost"));
            names.add(new GeneralName(GeneralName.dNSName, SERVING_ACCOUNT));
            names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
            hosts.forEach(host -> names.add(new GeneralName(kindOf(host), host)));
            var notAfter = notAfter(Duration.ZERO);
            var leaf = sign(keys.getPublic(), names, Optional.empty(), notAfter);
            var life = Duration.between(clock.instant(), notAfter);
            return new ServingCertificate(
                    Pem.block("PRIVATE KEY", keys.getPrivate().getEncoded()),
                    Pem.chain(List.of(leaf, root.certificate())),
                    clock.instant().plus(life.dividedBy(2)));
        } catch (GeneralSecurityException e) {
            throw new AuthorityException("cannot make the control plane's key: " + e.getMessage(), e);
        }
    }

    private static int kindOf(String host) {
        boolean address = host.contains(":") || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        return address ? GeneralName.iPAddress : GeneralName.dNSName;
    }

    private Instant notAfter(Duration asked) {
        boolean usual = asked.isZero() || asked.isNegative() || asked.compareTo(maxValidity) > 0;
        var end = clock.instant().plus(usual ? maxValidity : asked);
        return end.isAfter(rootExpiresAt()) ? rootExpiresAt() : end;
    }

    private X509Certificate sign(
            PublicKey key, List<GeneralName> names, Optional<LabelGrant> labels, Instant notAfter) {
        try {
            var extensions = new JcaX509ExtensionUtils();
            var builder = new JcaX509v3CertificateBuilder(
                            root.certificate().getSubjectX500Principal(),
                            RootKeyPair.newSerial(),
                            Date.from(clock.instant().minus(RootKeyPair.BACKDATE)),
                            Date.from(notAfter),
                            new X500Principal(""),
                            key)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                        KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                    }))
                    .addExtension(
                            Extension.subjectAlternativeName, true, new GeneralNames(names.toArray(GeneralName[]::new)))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(
                                    root.certificate().getPublicKey()));
            if (labels.isPresent()) {
                var text = new DERUTF8String(labels.get().text());
                builder.addExtension(new ASN1ObjectIdentifier(CertificateLabels.OID), false, text);
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(root.key());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new AuthorityException("cannot sign a certificate: " + e.getMessage(), e);
        }
    }
}
