package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.heddle.proxy.tls.TestAuthority;
import io.heddle.xds.resource.ResourceType;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Secrets that a server sends, and certificates that a bootstrap names: what cannot be used is refused, and what was
/// good stays.
class DiscoveredSecretsTest {
    private static final String LISTENER = """
            {'name': 'front', 'address': {'socket_address': {'address': '127.0.0.1', 'port_value': 0}},
             'filter_chains': [{
              'filters': [{'name': 'http', 'typed_config': {
               '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
               'stat_prefix': 'front',
               'http_filters': [{'name': 'router', 'typed_config': {
                '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'}}],
               'route_config': {'name': 'fixed', 'virtual_hosts': [{'name': 'all', 'domains': ['*'], 'routes': [
                {'match': {'prefix': '/'}, 'direct_response': {'status': 204}}]}]}}}],
              'transport_socket': {'name': 'tls', 'typed_config': {
               '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
               'common_tls_context': {%s}}}}]}
            """;
    private static final String NAMED =
            "'tls_certificate_sds_secret_configs': [{'name': 'shown', 'sds_config': {'ads': {}, 'resource_api_version': 'V3'}}]";

    @TempDir
    private Path state;

    private final TestAuthority authority = TestAuthority.create("mesh");
    private ScriptedAds server;

    @BeforeEach
    void start() throws Exception {
        server = ScriptedAds.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Proxy proxy(String resources) throws Exception {
        return started("""
                node: {id: test, cluster: test}
                %s
                """.formatted(resources));
    }

    private Proxy discovering() throws Exception {
        return started(server.bootstrap());
    }

    private Proxy started(String bootstrap) throws Exception {
        return Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state));
    }

    @Test
    void a_secret_that_cannot_be_used_is_refused_and_the_last_good_one_is_shown_on() throws Exception {
        try (var proxy = discovering()) {
            server.send(ScriptedAds.read(LISTENER.formatted(NAMED), Listener.newBuilder())
                    .build());
            server.subscription(ResourceType.SDS, "shown");
            var first = authority.issue(TestAuthority.dns("localhost"));
            assertThat(server.answer(server.send(secret(first.chain(), first.key())))
                            .hasErrorDetail())
                    .isFalse();
            proxy.ready().get(20, TimeUnit.SECONDS);
            var shown = certificate(proxy);

            var other = authority.issue(TestAuthority.dns("localhost"));
            for (var wrong : new Secret[] {secret("junk", "junk"), secret(first.chain(), other.key())}) {
                assertThat(server.answer(server.send(wrong)).getErrorDetail().getMessage())
                        .startsWith("Secret shown: ");
                assertThat(certificate(proxy)).isEqualTo(shown);
            }
            assertThat(server.answer(server.send(secret(other.chain(), other.key())))
                            .hasErrorDetail())
                    .isFalse();
            assertThat(certificate(proxy)).isNotEqualTo(shown);
        }
    }

    @Test
    void a_secret_that_the_server_removes_is_shown_on_until_another_comes() throws Exception {
        try (var proxy = discovering()) {
            server.send(ScriptedAds.read(LISTENER.formatted(NAMED), Listener.newBuilder())
                    .build());
            server.subscription(ResourceType.SDS, "shown");
            var first = authority.issue(TestAuthority.dns("localhost"));
            server.answer(server.send(secret(first.chain(), first.key())));
            proxy.ready().get(20, TimeUnit.SECONDS);
            var shown = certificate(proxy);

            assertThat(server.answer(server.remove(ResourceType.SDS, "shown")).hasErrorDetail())
                    .isFalse();
            assertThat(certificate(proxy)).isEqualTo(shown);

            var other = authority.issue(TestAuthority.dns("localhost"));
            server.answer(server.send(secret(other.chain(), other.key())));
            assertThat(certificate(proxy)).isNotEqualTo(shown);
        }
    }

    @Test
    void trusted_authorities_that_cannot_be_read_are_refused() throws Exception {
        try (var _ = discovering()) {
            server.send(ScriptedAds.read(
                            LISTENER.formatted(
                                    NAMED
                                            + ", 'validation_context_sds_secret_config': {'name': 'trusted', 'sds_config': {'ads': {}, 'resource_api_version': 'V3'}}"),
                            Listener.newBuilder())
                    .build());
            server.subscription(ResourceType.SDS, "trusted");
            var wrong = Secret.newBuilder()
                    .setName("trusted")
                    .setValidationContext(
                            CertificateValidationContext.newBuilder().setTrustedCa(text("junk")))
                    .build();
            assertThat(server.answer(server.send(wrong)).getErrorDetail().getMessage())
                    .startsWith("Secret trusted: ");
        }
    }

    @Test
    void a_proxy_that_stands_for_no_workload_speaks_of_no_health() throws Exception {
        try (var _ = discovering()) {
            server.send(ScriptedAds.read(LISTENER.formatted(NAMED), Listener.newBuilder())
                    .build());
            server.subscription(ResourceType.SDS, "shown");
            assertThat(server.types()).isNotEmpty().noneMatch(type -> type.contains("istio"));
        }
    }

    @Test
    void a_bootstrap_with_a_certificate_that_cannot_be_read_is_refused() throws Exception {
        var chain = Files.writeString(state.resolve("chain.pem"), "junk");
        var listener = LISTENER.formatted("""
                'tls_certificates': [{
                 'certificate_chain': {'filename': '%s'}, 'private_key': {'filename': '%s/absent'}}]
                """.formatted(chain, state)).replace('\'', '"');
        assertThatThrownBy(() -> proxy("static_resources: {listeners: [" + listener + "]}"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("Listener front")
                .hasMessageContaining("absent: there is no such file or directory");
    }

    @Test
    void secrets_in_a_file_are_read_and_followed() throws Exception {
        var first = authority.issue(TestAuthority.dns("localhost"));
        var chain = Files.writeString(state.resolve("chain.pem"), first.chain());
        var key = Files.writeString(state.resolve("key.pem"), first.key());
        var secrets = Files.writeString(state.resolve("secrets.yaml"), """
                resources:
                - "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret
                  name: shown
                  tls_certificate: {certificate_chain: {filename: %s}, private_key: {filename: %s}}
                """.formatted(chain, key));
        var listener = LISTENER.formatted("""
                'tls_certificate_sds_secret_configs': [{'name': 'shown', 'sds_config': {
                 'path_config_source': {'path': '%s'}, 'resource_api_version': 'V3'}}]
                """.formatted(secrets)).replace('\'', '"');
        try (var proxy = proxy("static_resources: {listeners: [" + listener + "]}")) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            var shown = certificate(proxy);
            var other = authority.issue(TestAuthority.dns("localhost"));
            Files.writeString(secrets, """
                    {"resources": [{"name": "shown", "tls_certificate": {
                     "certificate_chain": {"inline_string": "%s"}, "private_key": {"inline_string": "%s"}}}]}
                    """.formatted(
                            other.chain().replace("\n", "\\n"), other.key().replace("\n", "\\n")));
            await().atMost(20, TimeUnit.SECONDS).until(() -> !certificate(proxy).equals(shown));
        }
    }

    @Test
    void a_secret_of_the_bootstrap_may_name_files() throws Exception {
        var own = authority.issue(TestAuthority.dns("localhost"));
        var chain = Files.writeString(state.resolve("chain.pem"), own.chain());
        var key = Files.writeString(state.resolve("key.pem"), own.key());
        var root = Files.writeString(state.resolve("root.pem"), authority.rootPem());
        var listener = LISTENER.formatted("""
                'tls_certificate_sds_secret_configs': [{'name': 'shown'}],
                'combined_validation_context': {
                 'default_validation_context': {'match_typed_subject_alt_names': [
                  {'san_type': 'DNS', 'matcher': {'exact': 'client'}}]},
                 'validation_context_sds_secret_config': {'name': 'trusted'}}
                """).replace('\'', '"');
        try (var proxy = proxy("""
                static_resources:
                  listeners: [%s]
                  secrets:
                  - name: shown
                    tls_certificate: {certificate_chain: {filename: %s}, private_key: {filename: %s}}
                  - name: trusted
                    validation_context: {trusted_ca: {filename: %s}}
                """.formatted(listener.replace("\n", " "), chain, key, root))) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(certificate(proxy).getSubjectAlternativeNames()).isNotNull();
            assertThat(proxy.certificates())
                    .anySatisfy(shown -> assertThat(shown.authorities()).hasSize(1));
        }
    }

    @Test
    void a_file_without_the_secret_keeps_a_proxy_from_starting() throws Exception {
        var secrets = Files.writeString(state.resolve("secrets.yaml"), "resources: []");
        var listener = LISTENER.formatted(
                        "'tls_certificate_sds_secret_configs': [{'name': 'shown', 'sds_config': {'path_config_source': {'path': '%s'}}}]"
                                .formatted(secrets))
                .replace('\'', '"');
        assertThatThrownBy(() -> proxy("static_resources: {listeners: [" + listener + "]}"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("has no secret shown");
    }

    private static Secret secret(String chain, String key) {
        return Secret.newBuilder()
                .setName("shown")
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(text(chain))
                        .setPrivateKey(text(key)))
                .build();
    }

    private static DataSource text(String text) {
        return DataSource.newBuilder().setInlineString(text).build();
    }

    /// The certificate that the listener shows.
    private X509Certificate certificate(Proxy proxy) throws Exception {
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "root",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(authority.rootPem().getBytes(StandardCharsets.US_ASCII))));
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        int port = Objects.requireNonNull(proxy.ports().get("front")).getPort();
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }
}
