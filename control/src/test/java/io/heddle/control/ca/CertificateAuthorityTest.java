package io.heddle.control.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.model.name.Entitlement;
import io.heddle.model.name.SpiffeId;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final SpiffeId CATALOG = new SpiffeId("cluster.local", "shop", "catalog");

    @TempDir
    Path directory;

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

    private CertificateAuthority open() {
        return openAt(clock);
    }

    private CertificateAuthority openAt(Clock at) {
        return CertificateAuthority.open(directory.resolve("ca"), "cluster.local", Duration.ofHours(24), at);
    }

    static KeyPair keys(String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    static String request(PublicKey key, PrivateKey signingKey) throws Exception {
        boolean rsa = key.getAlgorithm().equals("RSA");
        var signer = new JcaContentSignerBuilder(rsa ? "SHA256withRSA" : "SHA256withECDSA").build(signingKey);
        var request = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=admin"), key).build(signer);
        return Pem.block("CERTIFICATE REQUEST", request.getEncoded());
    }

    static String goodRequest() throws Exception {
        var keys = keys("secp256r1");
        return request(keys.getPublic(), keys.getPrivate());
    }

    static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void signs_an_svid_as_the_spiffe_standard_wants_it() throws Exception {
        var authority = open();
        var issued = authority.sign(Entitlement.usual(CATALOG), VerifiedRequest.of(goodRequest()), Duration.ZERO);
        var leaf = certificate(issued.chain().getFirst());
        assertThat(leaf.getSubjectAlternativeNames())
                .containsExactly(List.of(6, "spiffe://cluster.local/ns/shop/sa/catalog"));
        assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.17", "2.5.29.15", "2.5.29.19");
        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getKeyUsage()[0]).isTrue();
        assertThat(leaf.getKeyUsage()[5]).isFalse();
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getNotBefore().toInstant()).isEqualTo(NOW.minusSeconds(60));
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(NOW.plus(24, ChronoUnit.HOURS));
        leaf.verify(certificate(authority.rootPem()).getPublicKey());
        assertThat(issued.chain().getLast()).isEqualTo(authority.rootPem());
    }

    @Test
    void caps_the_validity_that_a_workload_asks_for() throws Exception {
        var authority = open();
        var request = VerifiedRequest.of(goodRequest());
        assertThat(authority
                        .sign(Entitlement.usual(CATALOG), request, Duration.ofHours(1))
                        .notAfter())
                .isEqualTo(NOW.plus(1, ChronoUnit.HOURS));
        assertThat(authority
                        .sign(Entitlement.usual(CATALOG), request, Duration.ofDays(99))
                        .notAfter())
                .isEqualTo(NOW.plus(24, ChronoUnit.HOURS));
    }

    @Test
    void never_signs_past_the_roots_own_end_and_warns_before_it() throws Exception {
        var end = open().rootExpiresAt();
        assertThat(open().warning()).isEmpty();
        var late = openAt(Clock.fixed(end.minus(1, ChronoUnit.HOURS), ZoneOffset.UTC));
        assertThat(late.sign(Entitlement.usual(CATALOG), VerifiedRequest.of(goodRequest()), Duration.ZERO)
                        .notAfter())
                .isEqualTo(end);
        assertThat(late.warning()).hasValueSatisfying(line -> assertThat(line).contains("expires in 0 days"));
        assertThatThrownBy(() -> openAt(Clock.fixed(end.plusSeconds(1), ZoneOffset.UTC)))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("expired");
    }

    @Test
    void keeps_its_root_across_restarts_with_a_key_for_its_owner_only() throws Exception {
        var root = open().rootPem();
        assertThat(open().rootPem()).isEqualTo(root);
        var key = directory.resolve("ca/root.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
    }

    @Test
    void refuses_to_start_with_a_key_that_others_can_read() throws Exception {
        open();
        var key = directory.resolve("ca/root.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(this::open).isInstanceOf(AuthorityException.class).hasMessageContaining("chmod 600 " + key);
    }

    @Test
    void refuses_to_start_with_the_key_of_another_root() throws Exception {
        open();
        SecretFiles.write(
                directory.resolve("ca/root.key"),
                Pem.block("PRIVATE KEY", keys("secp256r1").getPrivate().getEncoded()));
        assertThatThrownBy(this::open)
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("root.key is not the key of root.pem");
    }

    @Test
    void refuses_to_make_a_second_root_when_only_the_key_is_lost() throws Exception {
        open();
        Files.delete(directory.resolve("ca/root.key"));
        assertThatThrownBy(this::open).isInstanceOf(AuthorityException.class).hasMessageContaining("is missing");
    }

    @Test
    void takes_keys_on_the_two_curves_only() throws Exception {
        var p384 = keys("secp384r1");
        assertThat(VerifiedRequest.of(request(p384.getPublic(), p384.getPrivate()))
                        .publicKey())
                .isEqualTo(p384.getPublic());
        var p521 = keys("secp521r1");
        assertMalformed(request(p521.getPublic(), p521.getPrivate()), "P-256 or P-384");
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var rsa = generator.generateKeyPair();
        assertMalformed(request(rsa.getPublic(), rsa.getPrivate()), "P-256 or P-384");
    }

    @Test
    void refuses_a_request_whose_sender_does_not_hold_the_key() throws Exception {
        var someoneElse = keys("secp256r1").getPublic();
        assertMalformed(request(someoneElse, keys("secp256r1").getPrivate()), "signature does not fit");
    }

    @Test
    void refuses_what_is_not_a_request() {
        assertMalformed("", "not a PEM block");
        assertMalformed("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "cannot be");
        assertMalformed("x".repeat(20_000), "longer than");
    }

    private static void assertMalformed(String csr, String reason) {
        assertThatThrownBy(() -> VerifiedRequest.of(csr))
                .isInstanceOfSatisfying(SigningRefusedException.class, refusal -> {
                    assertThat(refusal.isForbidden()).isFalse();
                    assertThat(refusal).hasMessageContaining(reason);
                });
    }

    @Test
    void names_its_serving_certificate_by_every_host_it_is_called_by() throws Exception {
        var serving = open().issueServing("heddle-system", List.of("mesh.example.org", "10.0.0.7"));
        var leaf = certificate(serving.chainPem());
        assertThat(leaf.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(6, "spiffe://cluster.local/ns/heddle-system/sa/heddle-control"),
                        List.of(2, "localhost"),
                        List.of(2, "heddle-control"),
                        List.of(2, "mesh.example.org"),
                        List.of(7, "127.0.0.1"),
                        List.of(7, "10.0.0.7"));
        assertThat(serving.renewAt()).isEqualTo(NOW.plus(12, ChronoUnit.HOURS));
        assertThat(serving.toString()).doesNotContain("PRIVATE");
    }
}
