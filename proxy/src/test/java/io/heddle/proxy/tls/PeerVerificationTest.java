package io.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.PeerVerification.Pins;
import io.heddle.traffic.runtime.PeerVerification.Revocation;
import io.heddle.traffic.runtime.ServerCertificates;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.TlsParameters;
import io.heddle.traffic.runtime.TlsSessions;
import io.heddle.traffic.runtime.TlsVersions;
import io.heddle.traffic.runtime.TlsVersions.Version;
import io.heddle.traffic.runtime.TrustSource;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is asked of a server's certificate besides its authority and names, over real handshakes.
final class PeerVerificationTest {
    private static final String CATALOG = "spiffe://mesh.test/ns/shop/sa/catalog";
    private static final TlsVersions ONLY_1_2 = new TlsVersions(Version.TLS_1_2, Version.TLS_1_2);

    private final TestAuthority mesh = TestAuthority.create("mesh");
    private final TestAuthority below = mesh.below("below");
    private final TestAuthority.Issued catalog = mesh.issue(TestAuthority.uri(CATALOG));
    private final FileWatch watch = FileWatch.still();
    private static final TlsSessions SESSIONS = new TlsSessions(256, TlsSessions.DEFAULT.timeout(), false);
    private static final TlsSessions NO_SESSIONS = new TlsSessions(0, TlsSessions.DEFAULT.timeout(), false);

    private final SecretStore secrets = new SecretStore(Optional.empty(), watch);

    private String greeting(TestAuthority.Issued shown, PeerVerification wanted) throws Exception {
        return greeting(SslProvider.OPENSSL_REFCNT, shown, wanted);
    }

    private String greeting(SslProvider provider, TestAuthority.Issued shown, PeerVerification wanted)
            throws Exception {
        var contexts = TlsContexts.with(provider, secrets);
        try (var pair = new TlsPair(contexts.server(server(shown, TlsParameters.DEFAULT)))) {
            return pair.connect(contexts.client(client(wanted, TlsParameters.DEFAULT)))
                    .greeting();
        }
    }

    private static ServerTls server(TestAuthority.Issued shown, TlsParameters parameters) {
        return new ServerTls(
                ServerCertificates.of(new CertificateSource.Inline(shown.chain(), shown.key())),
                PeerVerification.NONE,
                false,
                parameters,
                List.of(),
                TlsSessions.DEFAULT);
    }

    private static ClientTls client(PeerVerification wanted, TlsParameters parameters) {
        return new ClientTls(new CertificateSource.None(), wanted, "", parameters, List.of(), TlsSessions.DEFAULT);
    }

    private PeerVerification revoked(String lists, boolean leafOnly) {
        return new PeerVerification(
                new TrustSource.Inline(mesh.rootPem()),
                List.of(),
                Pins.NONE,
                new Revocation(new TrustSource.Inline(lists), leafOnly),
                OptionalInt.empty());
    }

    private PeerVerification pinned(TrustSource trust, List<String> certificates, List<String> keys) {
        return new PeerVerification(
                trust, List.of(), new Pins(certificates, keys), Revocation.NONE, OptionalInt.empty());
    }

    private static String digest(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void refuses_a_revoked_certificate_and_takes_others(SslProvider provider) throws Exception {
        assertThat(greeting(provider, catalog, revoked(mesh.revoking(), false))).startsWith("anonymous");
        assertThatThrownBy(() -> greeting(provider, catalog, revoked(mesh.revoking(catalog), false)))
                .rootCause()
                .hasMessageContaining("revoked");
    }

    @Test
    void refuses_a_chain_with_an_authority_that_has_no_list() throws Exception {
        var deep = below.issue(TestAuthority.uri(CATALOG));
        assertThatThrownBy(() -> greeting(deep, revoked(mesh.revoking(), false)))
                .rootCause()
                .hasMessageContaining("Could not determine revocation status");
        assertThat(greeting(deep, revoked(mesh.revoking() + below.revoking(), false)))
                .startsWith("anonymous");
    }

    @Test
    void looks_up_the_leaf_alone_where_that_is_asked() throws Exception {
        var deep = below.issue(TestAuthority.uri(CATALOG));
        assertThat(greeting(deep, revoked(below.revoking(), true))).startsWith("anonymous");
        assertThatThrownBy(() -> greeting(deep, revoked(below.revoking(deep), true)))
                .rootCause()
                .hasMessageContaining("revoked");
    }

    @Test
    void a_list_beside_the_trusted_authorities_counts() {
        var trust = new TrustSource.Inline(mesh.rootPem() + mesh.revoking(catalog));
        assertThatThrownBy(() -> greeting(catalog, PeerVerification.of(trust, List.of())))
                .rootCause()
                .hasMessageContaining("revoked");
    }

    @Test
    void a_list_in_a_file_is_read_again_when_it_changes(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("crl.pem"), mesh.revoking());
        var wanted = new PeerVerification(
                new TrustSource.Inline(mesh.rootPem()),
                List.of(),
                Pins.NONE,
                new Revocation(new TrustSource.File(file.toString()), false),
                OptionalInt.empty());
        var contexts = new TlsContexts(secrets);
        try (var pair = new TlsPair(contexts.server(server(catalog, TlsParameters.DEFAULT)))) {
            var client = contexts.client(client(wanted, TlsParameters.DEFAULT));
            assertThat(pair.connect(client).greeting()).startsWith("anonymous");

            Files.writeString(file, mesh.revoking(catalog));
            Files.setLastModifiedTime(file, FileTime.fromMillis(1));
            watch.look();
            assertThatThrownBy(() -> pair.connect(client).greeting())
                    .rootCause()
                    .hasMessageContaining("revoked");

            Files.writeString(file, "nothing");
            Files.setLastModifiedTime(file, FileTime.fromMillis(2));
            watch.look();
            assertThat(client.problems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.reason()).contains("no X509 CRL block"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void takes_only_a_pinned_certificate_or_key(SslProvider provider) throws Exception {
        var leaf = Pem.certificates(catalog.chain()).getFirst();
        var trust = new TrustSource.Inline(mesh.rootPem());
        var certificate = digest(leaf.getEncoded());
        var key = digest(leaf.getPublicKey().getEncoded());
        assertThat(greeting(provider, catalog, pinned(trust, List.of(certificate), List.of())))
                .startsWith("anonymous");
        assertThat(greeting(provider, catalog, pinned(trust, List.of(), List.of(key))))
                .startsWith("anonymous");
        assertThat(greeting(provider, catalog, pinned(trust, List.of(key), List.of(key))))
                .startsWith("anonymous");
        assertThatThrownBy(() -> greeting(provider, catalog, pinned(trust, List.of(key), List.of(certificate))))
                .rootCause()
                .hasMessageContaining("neither the certificate nor its key is pinned");
    }

    @Test
    void a_pin_decides_alone_where_nobody_is_trusted() throws Exception {
        var certificate = digest(Pem.certificates(catalog.chain()).getFirst().getEncoded());
        var none = new TrustSource.None();
        assertThat(greeting(catalog, pinned(none, List.of(certificate), List.of())))
                .startsWith("anonymous");
        var other = mesh.issue(TestAuthority.uri(CATALOG));
        assertThatThrownBy(() -> greeting(other, pinned(none, List.of(certificate), List.of())))
                .rootCause()
                .hasMessageContaining("neither the certificate nor its key is pinned");
    }

    @Test
    void counts_the_certificates_between_a_peer_and_its_authority() throws Exception {
        var deep = below.issue(TestAuthority.uri(CATALOG));
        var trust = new TrustSource.Inline(mesh.rootPem());
        var none = new PeerVerification(trust, List.of(), Pins.NONE, Revocation.NONE, OptionalInt.of(0));
        var one = new PeerVerification(trust, List.of(), Pins.NONE, Revocation.NONE, OptionalInt.of(1));
        assertThat(greeting(catalog, none)).startsWith("anonymous");
        assertThat(greeting(deep, one)).startsWith("anonymous");
        assertThatThrownBy(() -> greeting(deep, none))
                .rootCause()
                .hasMessageContaining("more than 0 certificates stand between");
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void speaks_only_the_chosen_suite_of_tls_1_2(SslProvider provider) throws Exception {
        var suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
        var chosen = new TlsParameters(ONLY_1_2, List.of(suite), List.of());
        var contexts = TlsContexts.with(provider, secrets);
        var trusting = PeerVerification.of(new TrustSource.Inline(mesh.rootPem()), List.of());
        try (var pair = new TlsPair(contexts.server(server(catalog, chosen)))) {
            var connection = pair.connect(contexts.client(client(trusting, TlsParameters.of(ONLY_1_2))));
            assertThat(connection.greeting()).isEqualTo("anonymous TLSv1.2");
            assertThat(connection.tls().engine().getSession().getCipherSuite()).isEqualTo(suite);
            var other = new TlsParameters(ONLY_1_2, List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"), List.of());
            var stranger = contexts.client(client(trusting, other));
            assertThatThrownBy(() -> pair.connect(stranger).greeting()).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void agrees_on_no_curve_but_the_chosen_ones(SslProvider provider) throws Exception {
        var contexts = TlsContexts.with(provider, secrets);
        var trusting = PeerVerification.of(new TrustSource.Inline(mesh.rootPem()), List.of());
        var p256 = new TlsParameters(TlsVersions.DEFAULT, List.of(), List.of("secp256r1"));
        var p384 = new TlsParameters(TlsVersions.DEFAULT, List.of(), List.of("secp384r1"));
        try (var pair = new TlsPair(contexts.server(server(catalog, p256)))) {
            assertThat(pair.connect(contexts.client(client(trusting, p256))).greeting())
                    .isEqualTo("anonymous TLSv1.3");
            var stranger = contexts.client(client(trusting, p384));
            assertThatThrownBy(() -> pair.connect(stranger).greeting()).isNotNull();
        }
    }

    @Test
    void keeps_sessions_only_where_that_is_asked() throws Exception {
        assertThat(resumed("-tls1_2", anonymous(SESSIONS))).isTrue();
        assertThat(resumed("-tls1_2", anonymous(NO_SESSIONS))).isFalse();
    }

    @Test
    void clients_that_nobody_verifies_resume_with_tickets() throws Exception {
        assertThat(resumed("-tls1_3", anonymous(TlsSessions.DEFAULT))).isTrue();
        assertThat(resumed("-tls1_3", anonymous(SESSIONS))).isFalse();
    }

    @Test
    void clients_that_are_verified_prove_themselves_anew() throws Exception {
        var verifying = new ServerTls(
                ServerCertificates.of(new CertificateSource.Inline(catalog.chain(), catalog.key())),
                PeerVerification.of(new TrustSource.Inline(mesh.rootPem()), List.of()),
                false,
                TlsParameters.DEFAULT,
                List.of(),
                TlsSessions.DEFAULT);
        assertThat(resumed("-tls1_3", verifying)).isFalse();
    }

    @Test
    void the_jdk_says_that_it_cannot_turn_sessions_off() {
        var handlers = TlsContexts.with(SslProvider.JDK, secrets)
                .client(new ClientTls(
                        new CertificateSource.None(),
                        PeerVerification.NONE,
                        "",
                        TlsParameters.DEFAULT,
                        List.of(),
                        NO_SESSIONS));
        assertThat(handlers.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.reason()).contains("sessions cannot be turned off"));
    }

    private ServerTls anonymous(TlsSessions sessions) {
        return new ServerTls(
                ServerCertificates.of(new CertificateSource.Inline(catalog.chain(), catalog.key())),
                PeerVerification.NONE,
                false,
                TlsParameters.DEFAULT,
                List.of(),
                sessions);
    }

    /// Whether a second connection with `version` continues the session of the first.
    private boolean resumed(String version, ServerTls settings) throws Exception {
        var kept = Files.createTempFile("session", ".pem");
        try (var pair = new TlsPair(new TlsContexts(secrets).server(settings))) {
            assertThat(handshake(pair, version, "-sess_out", kept)).contains("New, TLSv1");
            return handshake(pair, version, "-sess_in", kept).contains("Reused, TLSv1");
        } finally {
            Files.delete(kept);
        }
    }

    /// What openssl says of a connection that it ends when the server has greeted: tickets come before.
    private static String handshake(TlsPair pair, String version, String use, Path session) throws Exception {
        var command = List.of("timeout", "15", "openssl", "s_client", version, use, session.toString());
        var client = new ProcessBuilder(
                        Stream.concat(command.stream(), Stream.of("-connect", "127.0.0.1:" + pair.port()))
                                .toList())
                .redirectErrorStream(true)
                .start();
        var said = new StringBuilder();
        try (var output = client.inputReader(StandardCharsets.ISO_8859_1)) {
            for (int next = output.read(); next >= 0; next = output.read()) {
                said.append((char) next);
                if (said.indexOf("anonymous TLSv1", Math.max(0, said.length() - 15)) >= 0) {
                    client.outputWriter().close();
                }
            }
        }
        assertThat(client.waitFor(15, TimeUnit.SECONDS)).isTrue();
        return said.toString();
    }
}
