package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.heddle.proxy.tls.TestAuthority;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A listener with two certificates, as openssl sees it.
class SeveralCertificatesTest {
    private static final Pattern SERVER_KEY = Pattern.compile("Server public key is (\\d+) bit");
    private static final String RSA = "2048";
    private static final String ELLIPTIC = "256";

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
              'transport_socket_connect_timeout': '0.5s',
              'transport_socket': {'name': 'tls', 'typed_config': {
               '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
               'common_tls_context': {%s}}}}]%s}
            """;

    private final TestAuthority authority = TestAuthority.create("mesh");
    private final TestAuthority.Issued rsa =
            authority.issue(TestAuthority.newRsaKeys(2048), TestAuthority.dns("localhost"));
    private final TestAuthority.Issued elliptic = authority.issue(TestAuthority.dns("localhost"));

    @TempDir
    private Path state;

    private Proxy proxy(String resources) throws Exception {
        var started = Proxy.start(ProxyOptions.of(
                new ProxyOptions.BootstrapSource.Text("node: {id: test, cluster: test}\n" + resources), state));
        started.ready().get(20, TimeUnit.SECONDS);
        return started;
    }

    /// A certificate in files, which are written here.
    private String files(String name, TestAuthority.Issued issued) throws IOException {
        var chain = Files.writeString(state.resolve(name + ".pem"), issued.chain());
        var key = Files.writeString(state.resolve(name + ".key"), issued.key());
        return "{'certificate_chain': {'filename': '%s'}, 'private_key': {'filename': '%s'}}".formatted(chain, key);
    }

    private String inFiles(String more) throws IOException {
        var listener = LISTENER.formatted(
                "'tls_certificates': [%s, %s]".formatted(files("rsa", rsa), files("elliptic", elliptic)), more);
        return "static_resources: {listeners: [" + listener.replace('\'', '"') + "]}";
    }

    private static int port(Proxy proxy) {
        return Objects.requireNonNull(proxy.ports().get("front")).getPort();
    }

    /// How many bits the key has that is shown to openssl with these options; what it said where it saw none.
    private static String bits(Proxy proxy, String... options) throws Exception {
        var output = openssl(proxy, options);
        var found = SERVER_KEY.matcher(output);
        return found.find() ? found.group(1) : output;
    }

    private static String openssl(Proxy proxy, String... options) throws Exception {
        var command = new ArrayList<>(
                List.of("timeout", "15", "openssl", "s_client", "-connect", "127.0.0.1:" + port(proxy)));
        command.addAll(List.of(options));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        process.waitFor();
        return output;
    }

    private static void showsWhatEachClientCanCheck(Proxy proxy) throws Exception {
        assertThat(bits(proxy)).isEqualTo(ELLIPTIC);
        assertThat(bits(proxy, "-sigalgs", "ECDSA+SHA256")).isEqualTo(ELLIPTIC);
        assertThat(bits(proxy, "-sigalgs", "RSA-PSS+SHA256")).isEqualTo(RSA);
        assertThat(bits(proxy, "-tls1_2")).isEqualTo(ELLIPTIC);
        assertThat(bits(proxy, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"))
                .isEqualTo(RSA);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ", 'listener_filters': [{'name': 'tls', 'typed_config': {'@type': 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector'}}]"
            })
    void each_client_is_shown_what_it_can_check(String inspection) throws Exception {
        try (var proxy = proxy(inFiles(inspection))) {
            showsWhatEachClientCanCheck(proxy);
        }
    }

    @Test
    void either_is_replaced_by_its_files_and_both_are_listed() throws Exception {
        try (var proxy = proxy(inFiles(""))) {
            var before = serials(proxy);
            assertThat(before).hasSize(4); // each with its root
            files("rsa", authority.issue(TestAuthority.newRsaKeys(3072), TestAuthority.dns("localhost")));
            await().atMost(20, TimeUnit.SECONDS)
                    .until(() -> bits(proxy, "-sigalgs", "RSA-PSS+SHA256").equals("3072"));
            assertThat(bits(proxy)).isEqualTo(ELLIPTIC);
            assertThat(serials(proxy).subList(2, 4)).isEqualTo(before.subList(2, 4));
            files("elliptic", authority.issue(TestAuthority.newKeys("secp384r1"), TestAuthority.dns("localhost")));
            await().atMost(20, TimeUnit.SECONDS).until(() -> bits(proxy).equals("384"));
            assertThat(bits(proxy, "-sigalgs", "RSA-PSS+SHA256")).isEqualTo("3072");
        }
    }

    private static List<String> serials(Proxy proxy) {
        return proxy.certificates().stream()
                .flatMap(shown -> shown.chain().stream())
                .map(certificate -> certificate.getSerialNumber().toString())
                .toList();
    }

    @Test
    void two_secrets_are_replaced_each_for_itself() throws Exception {
        try (var server = ScriptedAds.start();
                var proxy = Proxy.start(
                        ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(server.bootstrap()), state))) {
            var source = "'sds_config': {'ads': {}, 'resource_api_version': 'V3'}";
            var named = "'tls_certificate_sds_secret_configs': [{'name': 'rsa', %1$s}, {'name': 'elliptic', %1$s}]"
                    .formatted(source);
            server.send(ScriptedAds.read(LISTENER.formatted(named, ""), Listener.newBuilder())
                    .build());
            server.subscription(ResourceType.SDS, "rsa");
            server.send(secret("rsa", rsa)); // is not answered before all that the listener needs is there
            server.answer(server.send(secret("elliptic", elliptic)));
            proxy.ready().get(20, TimeUnit.SECONDS);
            showsWhatEachClientCanCheck(proxy);

            var next = authority.issue(TestAuthority.newKeys("secp384r1"), TestAuthority.dns("localhost"));
            server.answer(server.send(secret("elliptic", next)));
            assertThat(bits(proxy)).isEqualTo("384");
            assertThat(bits(proxy, "-sigalgs", "RSA-PSS+SHA256")).isEqualTo(RSA);
        }
    }

    private static Secret secret(String name, TestAuthority.Issued issued) {
        return Secret.newBuilder()
                .setName(name)
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(text(issued.chain()))
                        .setPrivateKey(text(issued.key())))
                .build();
    }

    private static DataSource text(String text) {
        return DataSource.newBuilder().setInlineString(text).build();
    }

    @Test
    void secrets_of_the_bootstrap_may_be_several() throws Exception {
        var listener = LISTENER.formatted(
                        "'tls_certificate_sds_secret_configs': [{'name': 'rsa'}, {'name': 'elliptic'}]", "")
                .replace('\'', '"');
        try (var proxy =
                proxy("""
                static_resources:
                  listeners: [%s]
                  secrets:
                  - {name: rsa, tls_certificate: %s}
                  - {name: elliptic, tls_certificate: %s}
                """.formatted(listener.replace("\n", " "), files("rsa", rsa), files("elliptic", elliptic)))) {
            showsWhatEachClientCanCheck(proxy);
        }
    }

    @Test
    void a_client_that_does_not_say_its_hello_in_time_is_closed() throws Exception {
        try (var proxy = proxy(inFiles(""));
                var client = new Socket(InetAddress.getLoopbackAddress(), port(proxy))) {
            client.getOutputStream().write(new byte[] {22, 3, 1});
            client.setSoTimeout(10_000);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void what_is_no_tls_is_told_so() throws Exception {
        try (var proxy = proxy(inFiles(""));
                var client = new Socket(InetAddress.getLoopbackAddress(), port(proxy))) {
            client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            client.setSoTimeout(10_000);
            assertThat(client.getInputStream().readAllBytes()).doesNotContain('H', 'T', 'P');
        }
    }

    @Test
    void certificates_in_place_and_by_secrets_are_refused() {
        assertThatThrownBy(() -> proxy("static_resources: {listeners: ["
                        + LISTENER.formatted(
                                        "'tls_certificates': [" + files("rsa", rsa)
                                                + "], 'tls_certificate_sds_secret_configs': [{'name': 'default'}]",
                                        "")
                                .replace('\'', '"')
                        + "]}"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("in place and by secrets");
    }
}
