package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a running proxy explains is what it does: every request is asked about, then sent.
final class ExplainedProxyTest {
    private static final long SEED = 5;
    private static final int REQUESTS = 400;
    private static final List<String> HOSTS = List.of("shop", "eu.shop", "shop:80", "other");
    private static final List<String> PATHS = List.of(
            "/", "/api", "/api/books?x=1", "/Admin", "/admin", "/fine", "/old/a", "/a/../api", "//api", "/gone", "/%");
    private static final List<String> USERS = List.of("", "ann", "bob");

    private final List<HttpServer> applications = List.of(application(), application());
    private Proxy proxy;

    private static HttpServer application() {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                exchange.getResponseHeaders()
                        .add("x-port", Integer.toString(server.getAddress().getPort()));
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void start(@TempDir Path state) throws Exception {
        var text = """
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          normalize_path: true
                          route_config:
                            name: routes
                            validate_clusters: false
                            virtual_hosts:
                            - name: shop
                              domains: [shop, "*.shop"]
                              routes:
                              - {name: ann, match: {prefix: /api, headers: [{name: x-user, string_match: {exact: ann}}]}, route: {cluster: two}}
                              - {name: api, match: {prefix: /api}, route: {cluster: one}}
                              - {name: admin, match: {path: /admin, case_sensitive: false}, route: {cluster: two}}
                              - {name: fine, match: {path: /fine}, direct_response: {status: 418}}
                              - {name: old, match: {path_separated_prefix: /old}, redirect: {prefix_rewrite: /new}}
                              - {name: gone, match: {path: /gone}, route: {cluster: missing, cluster_not_found_response_code: NOT_FOUND}}
                          http_filters:
                          - name: envoy.filters.http.rbac
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
                              rules:
                                action: DENY
                                policies:
                                  bob:
                                    permissions: [{url_path: {path: {prefix: /a}}}]
                                    principals: [{header: {name: x-user, string_match: {exact: bob}}}]
                          - name: envoy.filters.http.router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                  clusters:
                  - name: one
                    type: STATIC
                    load_assignment: {cluster_name: one, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
                  - name: two
                    type: STATIC
                    load_assignment: {cluster_name: two, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
                """.formatted(
                        applications.get(0).getAddress().getPort(),
                        applications.get(1).getAddress().getPort());
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state));
        proxy.ready().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        proxy.close();
        applications.forEach(application -> application.stop(0));
    }

    private String ask(String port, String target, String... lines) throws IOException {
        int number = Objects.requireNonNull(proxy.ports().get(port)).getPort();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), number)) {
            socket.setSoTimeout(10_000);
            var text = "GET " + target + " HTTP/1.1\r\nconnection: close\r\n" + String.join("\r\n", lines) + "\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1).replace("\r", "");
        }
    }

    private String explained(String host, String path, String user) throws IOException {
        var header = user.isEmpty() ? "" : "x-user: " + user;
        var query = "request=" + encoded("GET http://" + host + path) + "&header=" + encoded(header);
        var lines = ask("admin", "/explain?" + query, "host: localhost")
                .strip()
                .lines()
                .toList();
        return lines.getLast().replaceFirst("^outcome +", "");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8); // as a form: a space is a plus sign
    }

    /// The same in the words of an explanation, as far as an answer tells.
    private static String shortened(String outcome) {
        return outcome.replaceAll(" of cluster .*| \\(.*", "");
    }

    private static String done(String answer) {
        var port = answer.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("x-port: "))
                .findFirst();
        return port.map(line -> "goes to 127.0.0.1:" + line.substring("x-port: ".length()))
                .orElseGet(() -> "the proxy answers " + answer.substring(9, 12));
    }

    @Test
    void does_what_it_explains() throws IOException {
        System.out.println("seed " + SEED);
        var random = new SplittableRandom(SEED);
        var met = new HashSet<String>();
        for (int i = 0; i < REQUESTS; i++) {
            var host = HOSTS.get(random.nextInt(HOSTS.size()));
            var path = PATHS.get(random.nextInt(PATHS.size()));
            var user = USERS.get(random.nextInt(USERS.size()));
            var explained = explained(host, path, user);
            var done = user.isEmpty()
                    ? ask("in", path, "host: " + host)
                    : ask("in", path, "host: " + host, "x-user: " + user);
            assertThat(shortened(explained))
                    .as("%s%s of '%s'", host, path, user)
                    .isEqualTo(done(done));
            met.add(shortened(explained));
        }
        assertThat(met).as("both applications, 301, 403, 404, 418").hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    void refuses_what_is_no_question() throws IOException {
        assertThat(ask("admin", "/explain", "host: localhost")).startsWith("HTTP/1.1 400");
        assertThat(ask("admin", "/explain?request=/&seed=x", "host: localhost")).startsWith("HTTP/1.1 400");
        assertThat(ask("admin", "/explain?request=GET&nope=1&seed=x", "host: localhost"))
                .startsWith("HTTP/1.1 400")
                .contains("nope: is no parameter of explain")
                .contains("seed: is no whole number: x")
                .contains("request: is not a method and a URL: GET");
        assertThat(ask("admin", "/explain?request=" + encoded("http://shop/") + "&format=json", "host: localhost"))
                .contains("\"outcome\"")
                .contains("route_not_found");
    }
}
