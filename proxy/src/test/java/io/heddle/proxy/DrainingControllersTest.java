package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A chain that drains and the one that took its place each have a controller of their own.
final class DrainingControllersTest {
    private static final String EXTENSIONS = "type.googleapis.com/envoy.extensions.filters.";

    private final CountDownLatch came = new CountDownLatch(1);
    private final CountDownLatch goes = new CountDownLatch(1);

    @TempDir
    private Path state;

    private HttpServer application() throws IOException {
        var application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        application.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        application.createContext("/held", exchange -> {
            came.countDown();
            try {
                goes.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        application.start();
        return application;
    }

    private Proxy start(ScriptedAds control) throws Exception {
        return Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(control.bootstrap()), state));
    }

    private static Cluster cluster(int port) throws Exception {
        return ScriptedAds.read("""
                        {'name': 'app', 'type': 'STATIC', 'load_assignment': {'cluster_name': 'app',
                        'endpoints': [{'lb_endpoints': [{'endpoint': {'address': {'socket_address': {
                        'address': '127.0.0.1', 'port_value': %d}}}}]}]}}
                        """.formatted(port), Cluster.newBuilder()).build();
    }

    /// One request at a time; another prefix makes it another chain.
    private static Listener listener(int prefix, int buffer) throws Exception {
        return ScriptedAds.read("""
                        {'name': 'in', 'address': {'socket_address': {'address': '127.0.0.1', 'port_value': 0}},
                        'filter_chains': [{
                        'filter_chain_match': {'source_prefix_ranges': [{'address_prefix': '127.0.0.0', 'prefix_len': %2$d}]},
                        'filters': [{'name': 'http', 'typed_config': {
                        '@type': '%1$snetwork.http_connection_manager.v3.HttpConnectionManager', 'stat_prefix': 'in',
                        'route_config': {'name': 'all', 'virtual_hosts': [{'name': 'all', 'domains': ['*'],
                        'routes': [{'match': {'prefix': '/'}, 'route': {'cluster': 'app'}}]}]},
                        'http_filters': [
                        {'name': 'envoy.filters.http.fault', 'typed_config': {
                        '@type': '%1$shttp.fault.v3.HTTPFault',
                        'delay': {'header_delay': {}, 'percentage': {'numerator': 100}}}},
                        {'name': 'envoy.filters.http.adaptive_concurrency', 'typed_config': {
                        '@type': '%1$shttp.adaptive_concurrency.v3.AdaptiveConcurrency',
                        'gradient_controller_config': {
                        'concurrency_limit_params': {'concurrency_update_interval': '3600s'},
                        'min_rtt_calc_params': {'fixed_value': '0.01s', 'min_concurrency': 1,
                        'buffer': {'value': %3$d}}}}},
                        {'name': 'router', 'typed_config': {'@type': '%1$shttp.router.v3.Router'}}]}}]}]}
                        """.formatted(EXTENSIONS, prefix, buffer), Listener.newBuilder())
                .build();
    }

    private static Socket send(Proxy proxy, String path, String line) throws IOException {
        int port = Objects.requireNonNull(proxy.listeners().get("in")).getPort();
        var client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(20_000);
        var head = "GET " + path + " HTTP/1.1\r\nHost: app\r\nConnection: close\r\n" + line + "\r\n";
        client.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        return client;
    }

    private static String answer(Socket client) throws IOException {
        try (client) {
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void neither_forgets_what_the_other_knows() throws Exception {
        var application = application();
        try (var control = ScriptedAds.start();
                var proxy = start(control)) {
            control.send(cluster(application.getAddress().getPort()));
            control.answer(control.send(listener(8, 10)));
            proxy.ready().get(20, TimeUnit.SECONDS);
            var old = send(proxy, "/", "x-envoy-fault-delay-request: 2000\r\n");
            control.answer(control.send(listener(16, 20)));
            var held = send(proxy, "/held", "");
            assertThat(came.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(answer(send(proxy, "/", ""))).endsWith("reached concurrency limit");
            assertThat(answer(old)).startsWith("HTTP/1.1 200");
            assertThat(answer(send(proxy, "/", "")))
                    .as("the request under way is not forgotten")
                    .endsWith("reached concurrency limit");
            goes.countDown();
            assertThat(answer(held)).startsWith("HTTP/1.1 200");
            assertThat(answer(send(proxy, "/", ""))).startsWith("HTTP/1.1 200");
        } finally {
            goes.countDown();
            application.stop(0);
        }
    }
}
