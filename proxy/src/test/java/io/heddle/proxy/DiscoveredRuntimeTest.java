package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.heddle.xds.read.RuntimeResource;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A layer of the runtime that a server sends, in a proxy as it is run.
final class DiscoveredRuntimeTest {
    private static final String LISTENER = """
            {'name': '%s', 'address': {'socket_address': {'address': '127.0.0.1', 'port_value': 0}},
             'filter_chains': [{'filters': [{'name': 'http', 'typed_config': {
               '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
               'stat_prefix': 'front',
               'http_filters': [{'name': 'router', 'typed_config': {
                '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'}}],
               'route_config': {'name': 'fixed', 'virtual_hosts': [{'name': 'all', 'domains': ['*'], 'routes': [
                {'match': {'prefix': '/', 'runtime_fraction': {'runtime_key': 'shares.new',
                  'default_value': {'numerator': 0}}}, 'direct_response': {'status': 299}},
                {'match': {'prefix': '/'}, 'direct_response': {'status': 204}}]}]}}}]}]}
            """;

    @TempDir
    private Path state;

    private ScriptedAds server;

    @BeforeEach
    void start() throws Exception {
        server = ScriptedAds.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Proxy proxy(String timeout) throws Exception {
        var fixed = LISTENER.formatted("fixed").replace('\'', '"').lines().toList();
        var bootstrap = server.bootstrap()
                        .replace(
                                "static_resources:\n",
                                "static_resources:\n  listeners:\n  - " + String.join(" ", fixed) + "\n")
                + """
                layered_runtime:
                  layers:
                  - {name: first, static_layer: {shares.new: 0}}
                  - {name: sent, rtds_layer: {name: shares, rtds_config: {ads: {}, initial_fetch_timeout: %s}}}
                """.formatted(timeout);
        return Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state));
    }

    private DeltaDiscoveryRequest answer(Value share) throws Exception {
        var runtime = Runtime.newBuilder()
                .setName("shares")
                .setLayer(Struct.newBuilder().putFields("shares.new", share))
                .build();
        return server.answer(server.send(DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(RuntimeResource.TYPE_URL)
                .addResources(
                        Resource.newBuilder().setName("shares").setVersion("1").setResource(Any.pack(runtime)))));
    }

    private static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }

    private static String status(Proxy proxy, String listener) throws IOException {
        int port = Objects.requireNonNull(proxy.ports().get(listener)).getPort();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.split(" ", 3)[1];
        }
    }

    private void listen() throws Exception {
        var subscription = server.await(request -> request.getTypeUrl().equals(ResourceType.LDS.typeUrl()));
        assertThat(subscription.getResponseNonce()).isEmpty();
        server.send(ScriptedAds.read(LISTENER.formatted("sent"), Listener.newBuilder())
                .build());
    }

    @Test
    void a_layer_comes_before_anything_is_served_and_changes_what_is() throws Exception {
        try (var proxy = proxy("0s")) {
            var asked = server.await(request -> request.getTypeUrl().equals(RuntimeResource.TYPE_URL));
            assertThat(asked.getResourceNamesSubscribeList()).containsExactly("shares");
            assertThat(proxy.ports()).doesNotContainKey("fixed");
            assertThat(server.types()).doesNotContain(ResourceType.LDS.typeUrl());
            assertThat(answer(number(100)).hasErrorDetail()).isFalse();
            listen();
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(status(proxy, "sent")).isEqualTo("299");
            assertThat(status(proxy, "fixed")).isEqualTo("299");
            assertThat(answer(number(0)).hasErrorDetail()).isFalse();
            assertThat(status(proxy, "sent")).isEqualTo("204");
            var list = Value.newBuilder()
                    .setListValue(ListValue.getDefaultInstance())
                    .build();
            assertThat(answer(list).getErrorDetail().getMessage())
                    .startsWith("Runtime shares: layer.shares.new: is no value of a runtime");
            assertThat(status(proxy, "sent")).isEqualTo("204");
            assertThat(proxy.runtime().figures().keys()).isEqualTo(1);
        }
    }

    @Test
    void the_start_waits_for_a_layer_no_longer_than_it_should() throws Exception {
        try (var proxy = proxy("0.2s")) {
            await().until(() -> proxy.ports().containsKey("fixed"));
            assertThat(status(proxy, "fixed")).isEqualTo("204");
            listen();
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(answer(number(100)).hasErrorDetail()).isFalse();
            assertThat(status(proxy, "sent")).isEqualTo("299");
        }
    }
}
