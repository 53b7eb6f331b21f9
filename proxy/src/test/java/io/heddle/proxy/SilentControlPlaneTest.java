package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.heddle.xds.client.LastGoodFile;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A start with a control plane that is there and says nothing: the last good configuration serves until it speaks.
class SilentControlPlaneTest {
    private static final Duration SOON = Duration.ofMillis(200);

    @TempDir
    private Path state;

    @BeforeEach
    void keep() throws Exception {
        new LastGoodFile(state.resolve("last-good.xds")).write(ResourceSet.of(listener(200)));
    }

    private static Listener listener(int status) throws Exception {
        return ScriptedAds.read("""
                {'name': 'front', 'address': {'socket_address': {'address': '127.0.0.1', 'port_value': 0}},
                 'filter_chains': [{'filters': [{'name': 'http', 'typed_config': {
                  '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                  'stat_prefix': 'front',
                  'http_filters': [{'name': 'router', 'typed_config': {
                   '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'}}],
                  'route_config': {'name': 'fixed', 'virtual_hosts': [{'name': 'all', 'domains': ['*'], 'routes': [
                   {'match': {'prefix': '/'}, 'direct_response': {'status': %d}}]}]}}}]}]}
                """.formatted(status), Listener.newBuilder()).build();
    }

    private Proxy started(String bootstrap, Duration patience) throws Exception {
        return Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state)
                .withLastGoodAfter(patience));
    }

    private static int status(Proxy proxy) throws Exception {
        int port = Objects.requireNonNull(proxy.ports().get("front")).getPort();
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create("http://127.0.0.1:" + port + "/");
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void a_stream_that_is_taken_and_never_answered_does_not_keep_the_copy_back() throws Exception {
        try (var server = ScriptedAds.start();
                var proxy = started(server.bootstrap(), SOON)) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(status(proxy)).isEqualTo(200);
            assertThat(proxy.ads().orElseThrow().status().fromDisk()).isTrue();
        }
    }

    @Test
    void a_connection_that_is_taken_and_never_answered_does_not_keep_the_copy_back() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var proxy = started(ScriptedAds.bootstrap(silent.getLocalPort()), SOON)) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(status(proxy)).isEqualTo(200);
            assertThat(proxy.ads().orElseThrow().status().fromDisk()).isTrue();
        }
    }

    @Test
    void one_that_speaks_after_all_is_told_what_is_there_and_heard() throws Exception {
        try (var server = ScriptedAds.start();
                var proxy = started(server.bootstrap(), SOON)) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            // The second stream says what is there, so that the server can take it away.
            server.await(request -> request.getTypeUrl().equals(ResourceType.LDS.typeUrl())
                    && request.getInitialResourceVersionsMap().containsKey("front"));
            assertThat(server.streams()).isEqualTo(2);
            assertThat(server.answer(server.send(listener(204))).hasErrorDetail())
                    .isFalse();
            await().atMost(20, TimeUnit.SECONDS).until(() -> status(proxy) == 204);
            assertThat(proxy.ads().orElseThrow().status().fromDisk()).isFalse();
        }
    }

    @Test
    void one_that_has_said_anything_is_waited_for() throws Exception {
        try (var server = ScriptedAds.start()) {
            try (var proxy = started(server.bootstrap(), Duration.ofHours(1))) {
                // The stream stands and has said something, of which nothing can go live yet.
                server.answer(server.remove(ResourceType.CDS, "none"));
                var source = proxy.ads().orElseThrow();
                source.fallBack(Duration.ZERO);
                server.answer(server.send(listener(204)));
                proxy.ready().get(20, TimeUnit.SECONDS);
                assertThat(status(proxy)).isEqualTo(204);
                assertThat(server.streams()).isEqualTo(1);
                assertThat(source.status().fromDisk()).isFalse();
            }
        }
    }
}
