package io.heddle.tests.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A proxy as the launcher starts it, with IPv6 on all its sides.
final class Ipv6Test {
    private static final byte[] HERE = "here".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    private static HttpServer application(String address) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral(address), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, HERE.length);
            exchange.getResponseBody().write(HERE);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String ask(int port, String path) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://[::1]:" + port + path))
                    .timeout(Duration.ofSeconds(10))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    @Test
    void clients_hosts_and_the_admin_interface_may_have_addresses_of_ipv6() throws Exception {
        if (!Files.exists(Path.of("/proc/net/if_inet6"))) {
            System.err.println("SKIPPED: this kernel has no IPv6");
        }
        assumeThat(Files.exists(Path.of("/proc/net/if_inet6"))).isTrue();
        var six = application("::1");
        var four = application("127.0.0.1");
        var bootstrap =
                """
            admin: { address: { socket_address: { address: "::1", port_value: 0 } } }
            static_resources:
              listeners:
              - name: in
                address: { socket_address: { address: "::1", port_value: 0 } }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      route_config:
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - { match: { prefix: /four }, route: { cluster: four } }
                          - { match: { prefix: / }, route: { cluster: six } }
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
              clusters:
              - { name: six, type: STATIC, load_assignment: { cluster_name: six, endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: "::1", port_value: %1$d } } } } ] } ] } }
              - { name: four, type: STATIC, load_assignment: { cluster_name: four, endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %2$d } } } } ] } ] } }
            """.formatted(six.getAddress().getPort(), four.getAddress().getPort());
        try (var proxy = ProxyProcess.start(folder, "in", bootstrap, Map.of())) {
            assertThat(ask(proxy.port("in"), "/")).isEqualTo("here");
            assertThat(ask(proxy.port("in"), "/four")).isEqualTo("here");
            assertThat(ask(proxy.port("admin"), "/ready")).isEqualTo("LIVE\n");
        } finally {
            six.stop(0);
            four.stop(0);
        }
    }
}
