package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `/stats` tells of clusters and connection managers ends with them.
final class GoneClustersTest {
    private static final String EXTENSIONS = "type.googleapis.com/envoy.extensions.filters.";

    @TempDir
    private Path state;

    private static Cluster cluster(String name) throws Exception {
        return ScriptedAds.read("{'name': '%s', 'type': 'STATIC'}".formatted(name), Cluster.newBuilder())
                .build();
    }

    private static Listener listener(String statPrefix) throws Exception {
        return listener(statPrefix, 8);
    }

    /// Another length of the prefix makes it another chain.
    private static Listener listener(String statPrefix, int length) throws Exception {
        return ScriptedAds.read("""
                        {'name': 'in', 'address': {'socket_address': {'address': '127.0.0.1', 'port_value': 0}},
                        'filter_chains': [{
                        'filter_chain_match': {'source_prefix_ranges': [{'address_prefix': '127.0.0.0', 'prefix_len': %3$d}]},
                        'filters': [{'name': 'http', 'typed_config': {
                        '@type': '%1$snetwork.http_connection_manager.v3.HttpConnectionManager', 'stat_prefix': '%2$s',
                        'route_config': {'name': 'all', 'virtual_hosts': [{'name': 'all', 'domains': ['*'],
                        'routes': [{'match': {'prefix': '/'}, 'route': {'cluster_header': 'x-cluster'}}]}]},
                        'http_filters': [{'name': 'router', 'typed_config': {'@type': '%1$shttp.router.v3.Router'}}]}}]}]}
                        """.formatted(EXTENSIONS, statPrefix, length), Listener.newBuilder())
                .build();
    }

    private static String send(Proxy proxy, String port, String request, String line) throws IOException {
        int number = Objects.requireNonNull(proxy.ports().get(port)).getPort();
        try (var client = new Socket(InetAddress.getLoopbackAddress(), number)) {
            client.setSoTimeout(20_000);
            var head = request + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + line + "Connection: close\r\n\r\n";
            client.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String stats(Proxy proxy) throws IOException {
        return send(proxy, "admin", "GET /stats", "");
    }

    @Test
    void figures_by_status_live_as_long_as_what_they_are_of() throws Exception {
        var admin = "\nadmin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n";
        try (var control = ScriptedAds.start();
                var proxy = Proxy.start(
                        ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(control.bootstrap() + admin), state))) {
            control.answer(control.send(cluster("kept"), cluster("left")));
            control.answer(control.send(listener("before")));
            proxy.ready().get(20, TimeUnit.SECONDS);
            for (var name : new String[] {"kept", "left", "kept"}) {
                assertThat(send(proxy, "in", "GET /", "x-cluster: " + name + "\r\n"))
                        .startsWith("HTTP/1.1 503");
            }
            assertThat(stats(proxy))
                    .contains("cluster.kept.upstream_rq_503: 2\n", "cluster.left.upstream_rq_503: 1\n")
                    .contains("http.before.downstream_rq_5xx: 3\n");
            control.answer(control.remove(ResourceType.CDS, "left"));
            control.answer(control.send(listener("after")));
            assertThat(stats(proxy))
                    .contains("cluster.kept.upstream_rq_503: 2\n")
                    .doesNotContain("cluster.left.", "http.before.downstream_rq");
            control.answer(control.send(cluster("left")));
            assertThat(send(proxy, "in", "GET /", "x-cluster: left\r\n")).startsWith("HTTP/1.1 503");
            assertThat(stats(proxy)).contains("cluster.left.upstream_rq_503: 1\n", "http.after.downstream_rq_5xx: 1\n");
        }
    }

    /// A connection with a request that was answered, and another one of which the end is missing.
    private static Socket begun(Proxy proxy) throws IOException {
        int port = Objects.requireNonNull(proxy.ports().get("in")).getPort();
        var client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(20_000);
        var head = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nx-cluster: app\r\n";
        client.getOutputStream().write((head + "\r\n" + head).getBytes(StandardCharsets.ISO_8859_1));
        assertThat(new String(client.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1))
                .isEqualTo("HTTP/1.1 503");
        return client;
    }

    private static String answer(Socket client) throws IOException {
        client.getOutputStream().write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void figures_of_a_chain_that_drains_live_as_long_as_its_connections() throws Exception {
        var admin = "\nadmin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n";
        try (var control = ScriptedAds.start();
                var proxy = Proxy.start(
                        ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(control.bootstrap() + admin), state))) {
            control.answer(control.send(cluster("app")));
            control.answer(control.send(listener("before", 8)));
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(send(proxy, "in", "GET /", "x-cluster: app\r\n")).startsWith("HTTP/1.1 503");
            try (var one = begun(proxy);
                    var other = begun(proxy)) {
                control.answer(control.send(listener("after", 16)));
                control.answer(control.send(listener("later", 24)));
                assertThat(stats(proxy)).contains("http.before.downstream_rq_5xx: 3\n");
                assertThat(answer(one)).contains("HTTP/1.1 503");
                assertThat(stats(proxy)).contains("http.before.downstream_rq_5xx: 4\n");
                assertThat(answer(other)).contains("HTTP/1.1 503");
            }
            await().untilAsserted(() -> assertThat(stats(proxy)).doesNotContain("http.before.downstream_rq"));
        }
    }
}
