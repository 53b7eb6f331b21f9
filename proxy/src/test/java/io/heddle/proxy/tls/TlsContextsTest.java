package io.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.ServerCertificates;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import io.heddle.traffic.runtime.TlsParameters;
import io.heddle.traffic.runtime.TlsSessions;
import io.heddle.traffic.runtime.TlsVersions;
import io.heddle.traffic.runtime.TlsVersions.Version;
import io.heddle.traffic.runtime.TrustSource;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TlsContextsTest {
    private static final String WEB = "spiffe://mesh.test/ns/shop/sa/web";
    private static final String CATALOG = "spiffe://mesh.test/ns/shop/sa/catalog";
    private static final TlsVersions ONLY_1_3 = new TlsVersions(Version.TLS_1_3, Version.TLS_1_3);

    private final TestAuthority mesh = TestAuthority.create("mesh");
    private final TestAuthority stranger = TestAuthority.create("stranger");
    private final SecretStore secrets = new SecretStore(Optional.empty(), FileWatch.still());

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void both_sides_prove_who_they_are(SslProvider provider) throws Exception {
        var contexts = TlsContexts.with(provider, secrets);
        try (var pair = new TlsPair(contexts.server(server(mesh.issue(TestAuthority.uri(CATALOG)), true)))) {
            var client = contexts.client(client(inline(mesh.issue(TestAuthority.uri(WEB))), CATALOG));
            var connection = pair.connect(client);
            assertThat(connection.greeting()).isEqualTo(WEB + " to " + CATALOG + " TLSv1.3");
            assertThat(connection.tls().applicationProtocol()).isEqualTo("http/1.1");
            var peer = client.peer(connection.tls()).orElseThrow();
            assertThat(peer.principal()).contains(CATALOG);
            assertThat(peer.hash()).hasSize(64);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void refuses_a_client_without_certificate(SslProvider provider) throws Exception {
        var contexts = TlsContexts.with(provider, secrets);
        try (var pair = new TlsPair(contexts.server(server(mesh.issue(TestAuthority.uri(CATALOG)), true)))) {
            var client = contexts.client(client(new CertificateSource.None(), CATALOG));
            assertThatThrownBy(() -> pair.connect(client).greeting()).hasMessageMatching("(?s).*(SSL|closed).*");
        }
    }

    @Test
    void lets_a_client_without_certificate_in_where_it_is_optional() throws Exception {
        var contexts = new TlsContexts(secrets);
        try (var pair = new TlsPair(contexts.server(server(mesh.issue(TestAuthority.uri(CATALOG)), false)))) {
            var client = contexts.client(client(new CertificateSource.None(), CATALOG));
            assertThat(pair.connect(client).greeting()).isEqualTo("anonymous TLSv1.3");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void refuses_a_client_of_another_authority(SslProvider provider) throws Exception {
        var contexts = TlsContexts.with(provider, secrets);
        try (var pair = new TlsPair(contexts.server(server(mesh.issue(TestAuthority.uri(CATALOG)), true)))) {
            var client = contexts.client(client(inline(stranger.issue(TestAuthority.uri(WEB))), CATALOG));
            assertThatThrownBy(() -> pair.connect(client).greeting()).hasMessageMatching("(?s).*(SSL|closed).*");
        }
    }

    @Test
    void refuses_a_bad_client_certificate_even_where_it_is_optional(@TempDir Path folder) throws Exception {
        var contexts = new TlsContexts(secrets);
        try (var pair = new TlsPair(contexts.server(server(mesh.issue(TestAuthority.uri(CATALOG)), false)))) {
            assertThat(run(sClient(pair, folder, mesh.issue(TestAuthority.uri(WEB)))))
                    .contains(WEB + " to " + CATALOG);
            assertThat(run(sClient(pair, folder, stranger.issue(TestAuthority.uri(WEB)))))
                    .contains("alert")
                    .doesNotContain("to " + CATALOG)
                    .doesNotContain("anonymous");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void refuses_a_server_of_another_authority(SslProvider provider) throws Exception {
        var contexts = TlsContexts.with(provider, secrets);
        try (var pair = new TlsPair(contexts.server(server(stranger.issue(TestAuthority.uri(CATALOG)), false)))) {
            var client = contexts.client(client(inline(mesh.issue(TestAuthority.uri(WEB))), CATALOG));
            assertThatThrownBy(() -> pair.connect(client).greeting())
                    .hasRootCauseInstanceOf(java.security.cert.CertPathValidatorException.class);
        }
    }

    @Test
    void refuses_a_server_with_another_name() throws Exception {
        var contexts = new TlsContexts(secrets);
        try (var pair = new TlsPair(contexts.server(server(mesh.issue(TestAuthority.uri(WEB)), false)))) {
            var client = contexts.client(client(inline(mesh.issue(TestAuthority.uri(WEB))), CATALOG));
            assertThatThrownBy(() -> pair.connect(client).greeting())
                    .rootCause()
                    .hasMessageContaining("is expected of this peer")
                    .hasMessageContaining(WEB);
        }
    }

    @Test
    void refuses_a_server_whose_name_has_the_right_text_and_the_wrong_type() throws Exception {
        var contexts = new TlsContexts(secrets);
        try (var pair = new TlsPair(contexts.server(server(mesh.issue(TestAuthority.dns(CATALOG)), false)))) {
            var client = contexts.client(client(inline(mesh.issue(TestAuthority.uri(WEB))), CATALOG));
            assertThatThrownBy(() -> pair.connect(client).greeting())
                    .rootCause()
                    .hasMessageContaining("is expected of this peer");
        }
    }

    @Test
    void refuses_an_expired_certificate() throws Exception {
        var contexts = new TlsContexts(secrets);
        var expired = mesh.issue(Duration.ofMinutes(-1), TestAuthority.uri(CATALOG));
        try (var pair = new TlsPair(contexts.server(server(expired, false)))) {
            var client = contexts.client(client(inline(mesh.issue(TestAuthority.uri(WEB))), CATALOG));
            assertThatThrownBy(() -> pair.connect(client).greeting())
                    .hasRootCauseInstanceOf(java.security.cert.CertificateExpiredException.class);
        }
    }

    @Test
    void two_uris_in_a_certificate_prove_no_principal() throws Exception {
        var contexts = new TlsContexts(secrets);
        try (var pair = new TlsPair(contexts.server(server(mesh.issue(TestAuthority.uri(CATALOG)), true)))) {
            var ambiguous = mesh.issue(TestAuthority.uri(WEB), TestAuthority.uri(CATALOG));
            var connection = pair.connect(contexts.client(client(inline(ambiguous), CATALOG)));
            assertThat(connection.greeting()).startsWith("nobody to");
        }
    }

    @Test
    void a_missing_secret_refuses_connections_until_it_comes() throws Exception {
        var contexts = new TlsContexts(secrets);
        var named = new ServerTls(
                ServerCertificates.of(new CertificateSource.Secret("shop-cert")),
                PeerVerification.of(new TrustSource.Secret("ROOTCA"), List.of()),
                true,
                TlsParameters.of(ONLY_1_3),
                List.of(),
                TlsSessions.DEFAULT);
        var handlers = contexts.server(named);
        assertThat(handlers.problems())
                .anySatisfy(problem ->
                        assertThat(problem.toString()).contains("Secret shop-cert", "nobody has sent this secret"));
        try (var pair = new TlsPair(handlers)) {
            var client = contexts.client(client(inline(mesh.issue(TestAuthority.uri(WEB))), CATALOG));
            assertThatThrownBy(() -> pair.connect(client).greeting()).isNotNull();

            var issued = mesh.issue(TestAuthority.uri(CATALOG));
            secrets.take(new RuntimeConfig(
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    Map.of("ROOTCA", mesh.rootPem()),
                    Map.of("shop-cert", new CertificateSource.Inline(issued.chain(), issued.key()))));
            assertThat(handlers.problems()).isEmpty();
            assertThat(pair.connect(client).greeting()).startsWith(WEB);

            secrets.take(RuntimeConfig.EMPTY);
            assertThat(pair.connect(client).greeting())
                    .as("listeners of the configuration before are still open")
                    .startsWith(WEB);
            secrets.settle();
            assertThatThrownBy(() -> pair.connect(client).greeting()).isNotNull();
        }
    }

    @Test
    void a_renewal_leaves_live_connections_and_shows_the_new_certificate_on_new_ones(@TempDir Path state)
            throws Exception {
        var files = IdentityFiles.in(state);
        write(files, mesh.issue(TestAuthority.uri(CATALOG)));
        var watch = FileWatch.still();
        var own = new SecretStore(Optional.of(files), watch);
        var contexts = new TlsContexts(own);
        var identity = new ServerTls(
                ServerCertificates.of(new CertificateSource.Secret("default")),
                PeerVerification.of(new TrustSource.Secret("ROOTCA"), List.of()),
                true,
                TlsParameters.of(ONLY_1_3),
                List.of(),
                TlsSessions.DEFAULT);
        try (var pair = new TlsPair(contexts.server(identity))) {
            var client = contexts.client(client(inline(mesh.issue(TestAuthority.uri(WEB))), CATALOG));
            var old = pair.connect(client);
            assertThat(old.greeting()).startsWith(WEB);
            var before = client.peer(old.tls()).orElseThrow().hash();

            write(files, mesh.issue(TestAuthority.uri(CATALOG)));
            Files.setLastModifiedTime(files.pair(), java.nio.file.attribute.FileTime.fromMillis(1));
            watch.look();

            var fresh = pair.connect(client);
            assertThat(fresh.greeting()).startsWith(WEB);
            assertThat(client.peer(fresh.tls()).orElseThrow().hash()).isNotEqualTo(before);
            assertThat(old.ask("still here")).isEqualTo("still here");
        }
    }

    @Test
    void a_chain_without_its_key_keeps_the_last_good_pair(@TempDir Path state) throws Exception {
        var files = IdentityFiles.in(state);
        write(files, mesh.issue(TestAuthority.uri(CATALOG)));
        var own = new SecretStore(Optional.of(files), FileWatch.still());
        var contexts = new TlsContexts(own);
        var handlers = contexts.client(client(new CertificateSource.Secret("default"), CATALOG));
        var other = mesh.issue(TestAuthority.uri(CATALOG));
        Files.writeString(files.pair(), mesh.issue(TestAuthority.uri(CATALOG)).key() + other.chain());
        own.changed();
        assertThat(handlers.problems()).isEmpty();
        assertThat(handlers.newHandler(io.netty.buffer.UnpooledByteBufAllocator.DEFAULT))
                .isPresent();
    }

    @Test
    void one_configuration_has_one_context() {
        var contexts = new TlsContexts(secrets);
        var issued = mesh.issue(TestAuthority.uri(CATALOG));
        assertThat(contexts.server(server(issued, true))).isSameAs(contexts.server(server(issued, true)));
        assertThat(contexts.server(server(issued, true))).isNotSameAs(contexts.server(server(issued, false)));
    }

    @Test
    void names_asked_of_an_unverified_server_are_refused() {
        var unverified = new ClientTls(
                new CertificateSource.None(),
                PeerVerification.of(
                        new TrustSource.None(),
                        List.of(SubjectAltNameMatcher.of(
                                SubjectAltNameMatcher.Type.URI, new StringMatcher.Exact(CATALOG, false)))),
                "",
                TlsParameters.of(ONLY_1_3),
                List.of(),
                TlsSessions.DEFAULT);
        assertThat(new TlsContexts(secrets).client(unverified).problems())
                .anySatisfy(problem -> assertThat(problem.reason()).contains("nobody verifies"));
    }

    @Test
    void openssl_sees_tls_1_3_and_the_spiffe_uri(@TempDir Path folder) throws Exception {
        var contexts = new TlsContexts(secrets);
        try (var pair = new TlsPair(contexts.server(server(mesh.issue(TestAuthority.uri(CATALOG)), true)))) {
            var seen = run(sClient(pair, folder, mesh.issue(TestAuthority.uri(WEB))));
            var shown = Files.writeString(folder.resolve("shown.txt"), seen);
            var names = run("openssl x509 -noout -ext subjectAltName -in " + shown);
            assertThat(names).contains("URI:" + CATALOG);
            assertThat(seen).contains("TLSv1.3").contains("Verify return code: 0 (ok)");
        }
    }

    private String sClient(TlsPair pair, Path folder, TestAuthority.Issued mine) throws java.io.IOException {
        var chain = Files.writeString(folder.resolve("chain.pem"), mine.chain());
        var key = Files.writeString(folder.resolve("key.pem"), mine.key());
        var root = Files.writeString(folder.resolve("root.pem"), mesh.rootPem());
        return "timeout 15 openssl s_client -connect 127.0.0.1:" + pair.port() + " -cert " + chain + " -key " + key
                + " -CAfile " + root + " -verify_return_error -alpn http/1.1 -showcerts";
    }

    /// Runs `command`, with its input open until the server's greeting is seen or the output ends.
    private static String run(String command) throws Exception {
        var process = new ProcessBuilder("sh", "-c", command)
                .redirectErrorStream(true)
                .start();
        var output = new StringBuilder();
        var part = new byte[8192];
        for (int n = process.getInputStream().read(part);
                n >= 0;
                n = process.getInputStream().read(part)) {
            output.append(new String(part, 0, n, StandardCharsets.ISO_8859_1));
            if (output.indexOf(" to " + CATALOG + " TLS") >= 0) {
                process.getOutputStream().close();
            }
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output.toString();
    }

    private void write(IdentityFiles files, TestAuthority.Issued issued) throws java.io.IOException {
        files.write(issued.key(), issued.chain(), mesh.rootPem());
    }

    private ServerTls server(TestAuthority.Issued issued, boolean required) {
        return new ServerTls(
                ServerCertificates.of(inline(issued)),
                PeerVerification.of(new TrustSource.Inline(mesh.rootPem()), List.of()),
                required,
                TlsParameters.DEFAULT,
                List.of("http/1.1"),
                TlsSessions.DEFAULT);
    }

    private ClientTls client(CertificateSource certificate, String serverIdentity) {
        return new ClientTls(
                certificate,
                PeerVerification.of(
                        new TrustSource.Inline(mesh.rootPem()),
                        List.of(SubjectAltNameMatcher.of(
                                SubjectAltNameMatcher.Type.URI, new StringMatcher.Exact(serverIdentity, false)))),
                "outbound_.9080_._.catalog.shop",
                TlsParameters.of(ONLY_1_3),
                List.of("http/1.1"),
                TlsSessions.DEFAULT);
    }

    private static CertificateSource inline(TestAuthority.Issued issued) {
        return new CertificateSource.Inline(issued.chain(), issued.key());
    }
}
